package dev.flotilla.libp2p.yamux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The decoder against the obvious one: the same frames, whatever the bytes are cut into. */
class FrameDecoderTest {
    /** What a decoder found: each frame with its payload in hex after it. */
    private static final class Recorder implements FrameDecoder.Sink {
        final List<String> found = new ArrayList<>();
        private final ByteArrayOutputStream payload = new ByteArrayOutputStream();

        @Override
        public void begin(Frame frame) {
            assertThat(payload.size()).isZero();
        }

        @Override
        public void payload(Frame frame, ByteBuf piece) {
            assertThat(piece.isReadable()).isTrue();
            byte[] bytes = new byte[piece.readableBytes()];
            piece.readBytes(bytes);
            piece.release();
            payload.writeBytes(bytes);
        }

        @Override
        public void end(Frame frame) {
            found.add(describe(frame, payload.toByteArray()));
            payload.reset();
        }

        static String describe(Frame frame, byte[] payload) {
            return frame + " " + new java.math.BigInteger(1, payload).toString(16) + "/" + payload.length;
        }
    }

    @Test
    void findsTheSameFramesHoweverTheBytesAreCut() throws YamuxException {
        Random random = new Random(4);
        for (int round = 0; round < 500; round++) {
            List<String> expected = new ArrayList<>();
            ByteBuf bytes = Unpooled.buffer();
            for (int i = random.nextInt(10); i >= 0; i--) {
                int type = random.nextInt(4);
                byte[] payload = new byte[type == Frame.DATA ? random.nextInt(3) * random.nextInt(100) : 0];
                random.nextBytes(payload);
                long length = type == Frame.DATA ? payload.length : random.nextInt() & 0xffff_ffffL;
                Frame frame = new Frame(type, random.nextInt(1 << 16), random.nextInt(), length);
                frame.writeTo(bytes);
                bytes.writeBytes(payload);
                expected.add(Recorder.describe(frame, payload));
            }
            Recorder recorder = new Recorder();
            FrameDecoder decoder = new FrameDecoder(recorder);
            while (bytes.isReadable()) {
                decoder.decode(bytes.readSlice(Math.min(bytes.readableBytes(), 1 + random.nextInt(30))));
            }
            assertThat(recorder.found).as("round %d", round).isEqualTo(expected);
        }
    }

    @Test
    void refusesEveryOtherVersionAndType() throws YamuxException {
        for (int version = 0; version < 256; version++) {
            for (int type = 0; type < 256; type++) {
                ByteBuf header =
                        Unpooled.buffer().writeByte(version).writeByte(type).writeZero(10);
                FrameDecoder decoder = new FrameDecoder(new Recorder());
                if (version == 0 && type <= 3) {
                    decoder.decode(header);
                } else {
                    assertThatThrownBy(() -> decoder.decode(header))
                            .isInstanceOf(YamuxException.class)
                            .hasMessage("no yamux frame: version %d, type %d", version, type);
                }
            }
        }
    }
}
