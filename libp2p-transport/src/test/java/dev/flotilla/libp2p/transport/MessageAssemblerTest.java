package dev.flotilla.libp2p.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.flotilla.transport.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MessageAssemblerTest {
    private static final int BYTES_MAX = 100_000;

    @Test
    void messagesComeWholeHoweverTheyAreCut() {
        Random random = new Random(5);
        for (int round = 0; round < 50; round++) {
            List<Bytes> sent = new ArrayList<>();
            ByteBuf wire = Unpooled.buffer();
            for (int i = 0; i < 20; i++) {
                byte[] message = new byte[random.nextInt(random.nextInt(10) == 0 ? BYTES_MAX : 200)];
                random.nextBytes(message);
                sent.add(Bytes.wrap(message));
                MessageAssembler.writeLength(wire, message.length);
                wire.writeBytes(message);
            }
            MessageAssembler assembler = new MessageAssembler();
            List<Bytes> received = new ArrayList<>();
            while (wire.isReadable()) {
                ByteBuf piece = wire.readSlice(Math.min(wire.readableBytes(), 1 + random.nextInt(20_000)));
                for (byte[] message = assembler.next(piece, BYTES_MAX);
                        message != null;
                        message = assembler.next(piece, BYTES_MAX)) {
                    received.add(Bytes.wrap(message));
                }
            }
            assertThat(received).isEqualTo(sent);
        }
    }

    @Test
    void theBoundIsExact() {
        MessageAssembler assembler = new MessageAssembler();
        assertThat(assembler.next(Unpooled.wrappedBuffer(new byte[] {2, 7, 8}), 2))
                .containsExactly(7, 8);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> assembler.next(Unpooled.wrappedBuffer(new byte[] {3}), 2))
                .withMessageContaining("3 bytes");
    }

    @Test
    void malformedLengthsAreRefused() {
        refuses(0xff, 0xff, 0xff, 0xff, 0x01);
        refuses(0x80, 0x00);
        refuses(0xff, 0xff, 0xff, 0x7f);
    }

    private static void refuses(int... bytes) {
        ByteBuf in = Unpooled.buffer();
        for (int each : bytes) {
            in.writeByte(each);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new MessageAssembler().next(in, BYTES_MAX));
    }

    @Test
    void anAnnouncedLengthTakesNoMemory() {
        MessageAssembler assembler = new MessageAssembler();
        ByteBuf in = Unpooled.buffer();
        MessageAssembler.writeLength(in, 200 << 20);
        assertThat(assembler.next(in, 256 << 20)).isNull();
    }
}
