package dev.flotilla.libp2p.noise;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MessageReaderTest {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);

    private long allocatedBytes() {
        return allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory();
    }

    @Test
    void findsTheSameMessagesHoweverTheBytesAreCut() {
        Random random = new Random(6);
        for (int round = 0; round < 300; round++) {
            List<String> expected = new ArrayList<>();
            ByteBuf bytes = Unpooled.buffer();
            for (int i = random.nextInt(6); i >= 0; i--) {
                byte[] message = new byte[random.nextInt(3) * random.nextInt(4000)];
                random.nextBytes(message);
                bytes.writeShort(message.length).writeBytes(message);
                expected.add(ByteBufUtil.hexDump(message));
            }
            MessageReader reader = new MessageReader();
            if (random.nextBoolean()) {
                reader.trust();
            }
            List<String> found = new ArrayList<>();
            while (bytes.isReadable()) {
                ByteBuf piece = bytes.readSlice(Math.min(bytes.readableBytes(), 1 + random.nextInt(3000)));
                for (ByteBuf next = reader.next(piece, allocator); next != null; next = reader.next(piece, allocator)) {
                    found.add(ByteBufUtil.hexDump(next));
                    next.release();
                }
            }
            assertThat(found).as("round %d", round).isEqualTo(expected);
            assertThat(reader.isInside()).isFalse();
            assertThat(allocatedBytes()).isZero();
        }
    }

    @Test
    void aStrangersLengthSetsLittleAside() {
        MessageReader reader = new MessageReader();
        assertThat(reader.next(Unpooled.wrappedBuffer(new byte[] {-1, -1, 7}), allocator))
                .isNull();
        assertThat(allocatedBytes()).isLessThanOrEqualTo(1024);
        assertThat(reader.isInside()).isTrue();
        reader.release();
        assertThat(allocatedBytes()).isZero();
    }
}
