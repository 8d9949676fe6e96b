package dev.flotilla.libp2p.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.NoLeaks;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A session is fed random frames, most of them nearly right, while its application does as it likes. */
@ExtendWith(NoLeaks.class)
class SessionFuzzTest {
    private static final int INBOUND_MAX = 4;
    private static final int[] FLAGS = {0, 0, 0, 0, 0, 0, Frame.ACK, Frame.FIN, Frame.RST, Frame.SYN | Frame.FIN, 15};

    private Random random = new Random(0);
    private Wire wire = new Wire(YamuxConfig.defaults());
    private SessionModel model = new SessionModel(INBOUND_MAX);
    private Map<Integer, StreamRecorder> recorders = new HashMap<>();

    @Test
    void doesWhatTheModelDoes() {
        for (long seed = 0; seed < 600; seed++) {
            wire.close();
            random = new Random(seed);
            wire = new Wire(YamuxConfig.defaults().withInboundStreamsMax(INBOUND_MAX));
            model = new SessionModel(INBOUND_MAX);
            recorders = new HashMap<>();
            try {
                for (int step = 0; step < 80 && !model.over; step++) {
                    step();
                    compare();
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            } finally {
                wire.close();
            }
        }
    }

    private void step() {
        if (random.nextInt(4) == 0 && !model.streams.isEmpty()) {
            actOn(anyStream());
            return;
        }
        Frame frame = frame();
        boolean carries = frame.type() == Frame.DATA && frame.length() <= 1 << 20;
        byte[] payload = new byte[carries ? (int) frame.length() : 0];
        random.nextBytes(payload);
        model.onFrame(frame, payload);
        ByteBuf bytes = Unpooled.buffer();
        frame.writeTo(bytes);
        bytes.writeBytes(payload);
        while (bytes.isReadable() && wire.channel.isOpen()) {
            int piece = Math.min(bytes.readableBytes(), 1 + random.nextInt(1 << random.nextInt(18)));
            wire.channel.writeOneInbound(bytes.readRetainedSlice(piece));
        }
        bytes.release();
        if (wire.channel.isOpen()) {
            wire.channel.flushInbound();
        }
    }

    private int anyStream() {
        return model.streams.keySet().stream()
                .skip(random.nextInt(model.streams.size()))
                .findFirst()
                .orElseThrow();
    }

    private Frame frame() {
        if (random.nextInt(40) == 0) {
            return new Frame(random.nextInt(4), random.nextInt(16), random.nextInt(12), random.nextInt(1 << 20));
        }
        if (random.nextInt(10) == 0) {
            int flags = random.nextBoolean() ? Frame.SYN : Frame.ACK;
            return new Frame(Frame.PING, flags, 0, 1000 + random.nextInt(1000)); // no answer to a ping of ours
        }
        int type = random.nextInt(3) == 0 ? Frame.WINDOW_UPDATE : Frame.DATA;
        int id = 1 + 2 * random.nextInt(7);
        SessionModel.Model stream = model.streams.get(id);
        boolean known = stream != null;
        int flags = !known && random.nextInt(4) > 0 ? Frame.SYN : FLAGS[random.nextInt(FLAGS.length)];
        long length = random.nextInt(4) == 0 ? random.nextInt(150_000) : random.nextInt(200);
        boolean ended = stream != null && stream.finReceived;
        return new Frame(type, known ? flags & ~Frame.SYN : flags, id, type == Frame.DATA && ended ? 0 : length);
    }

    private void actOn(int id) {
        SessionModel.Model stream = model.streams.get(id);
        StreamRecorder recorder = recorders.get(id);
        if (stream == null || recorder == null || !recorder.stream().isOpen()) {
            return;
        }
        switch (random.nextInt(8)) {
            case 0 -> {
                recorder.stream().reset();
                model.streams.remove(id);
            }
            case 1 -> {
                stream.outputShut = true;
                recorder.stream().shutdownOutput();
            }
            case 2 -> close(id, stream, recorder);
            default -> {
                if (!stream.outputShut) {
                    int size = random.nextInt(60_000);
                    stream.written += size;
                    recorder.send(new byte[size]);
                }
            }
        }
    }

    private void close(int id, SessionModel.Model stream, StreamRecorder recorder) {
        if (stream.sent < stream.written) {
            model.streams.remove(id); // a reset: the rest is cut
        }
        stream.outputShut = true;
        stream.closed = true;
        recorder.stream().close();
    }

    private void compare() {
        wire.sent().forEach(model::onSent);
        model.settle();
        assertThat(wire.channel.isOpen()).isEqualTo(!model.over);
        assertThat(wire.handler.streamCount()).isEqualTo(model.streams.size());
        assertThat(model.pongs).as("each ping is answered").isEqualTo(0);
        wire.accepted.forEach(recorder -> recorders.put(recorder.stream().streamId(), recorder));
        model.streams.forEach((id, stream) -> {
            StreamRecorder recorder = Objects.requireNonNull(recorders.get(id));
            assertThat(recorder.received.toByteArray()).isEqualTo(stream.received.toByteArray());
            if (!stream.closed) {
                assertThat(recorder.inputEnded).isEqualTo(stream.finReceived);
            }
        });
        if (model.over) {
            assertThat(wire.handler.session().opener().budget().granted()).isZero();
            assertThat(wire.handler.session().unread().bytes()).isZero();
            assertThat(wire.handler.session().writer().queuedBytes()).isZero();
        }
    }
}
