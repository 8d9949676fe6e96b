package dev.flotilla.libp2p.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A session that listens (its own ids are even), and the frames that it is sent and sends, in one thread. */
final class Wire implements AutoCloseable {
    final List<StreamRecorder> accepted = new ArrayList<>();
    final YamuxPair.Swallow failure = new YamuxPair.Swallow();
    final YamuxHandler handler;
    final EmbeddedChannel channel;
    boolean echo; // what streams do that are accepted from now on

    /** @param before nearer to the socket than the session */
    Wire(YamuxConfig config, ChannelHandler... before) {
        handler = new YamuxHandler(false, config, new ChannelInitializer<YamuxStreamChannel>() {
            @Override
            protected void initChannel(YamuxStreamChannel stream) {
                StreamRecorder recorder = new StreamRecorder();
                recorder.echo = echo;
                accepted.add(recorder);
                stream.pipeline().addLast(recorder);
            }
        });
        channel = new EmbeddedChannel();
        channel.freezeTime();
        channel.pipeline().addLast(before);
        channel.pipeline().addLast(handler, failure);
    }

    StreamRecorder accepted(int index) {
        return accepted.get(index);
    }

    static ByteBuf frame(int type, int flags, int streamId, long length) {
        ByteBuf bytes = Unpooled.buffer(Frame.HEADER_BYTES);
        new Frame(type, flags, streamId, length).writeTo(bytes);
        return bytes;
    }

    static ByteBuf syn(int streamId) {
        return frame(Frame.WINDOW_UPDATE, Frame.SYN, streamId, 0);
    }

    static ByteBuf reset(int streamId) {
        return frame(Frame.WINDOW_UPDATE, Frame.RST, streamId, 0);
    }

    static ByteBuf credit(int streamId, long bytes) {
        return frame(Frame.WINDOW_UPDATE, 0, streamId, bytes);
    }

    static ByteBuf ping(int value) {
        return frame(Frame.PING, Frame.SYN, 0, Integer.toUnsignedLong(value));
    }

    static ByteBuf data(int streamId, byte[] payload) {
        return Unpooled.buffer(Frame.HEADER_BYTES + payload.length)
                .writeBytes(frame(Frame.DATA, 0, streamId, payload.length))
                .writeBytes(payload);
    }

    /** Feeds all {@code frames} as one batch of reads. */
    void receive(ByteBuf... frames) {
        ByteBuf bytes = Unpooled.buffer();
        for (ByteBuf frame : frames) {
            bytes.writeBytes(frame);
        }
        channel.writeInbound(bytes);
        channel.runPendingTasks();
        assertThat(bytes.refCnt()).as("all is consumed").isZero();
    }

    /** The frames sent since the last call, without their payloads. */
    List<Frame> sent() {
        List<Frame> frames = new ArrayList<>();
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            all.writeBytes(out);
            out.release();
        }
        while (all.isReadable()) {
            Frame frame = read(all);
            frames.add(frame);
            all.skipBytes(frame.type() == Frame.DATA ? (int) frame.length() : 0);
        }
        return frames;
    }

    private static Frame read(ByteBuf bytes) {
        try {
            return Frame.readFrom(bytes);
        } catch (YamuxException e) {
            throw new AssertionError("sent no frame", e);
        }
    }

    List<Frame> sent(int type, int streamId) {
        return sent().stream()
                .filter(frame -> frame.type() == type && frame.streamId() == streamId)
                .toList();
    }

    void pass(long time, TimeUnit unit) {
        channel.advanceTimeBy(time, unit);
        channel.runScheduledPendingTasks();
    }

    @Override
    public void close() {
        channel.finishAndReleaseAll();
    }
}
