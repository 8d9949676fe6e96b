package dev.flotilla.libp2p.delimited;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How messages are cut out of what comes; relays, hole punching and AutoNAT test the rest on real streams. */
class DelimitedMessagesTest {
    private static ByteBuf bytes(String hex) {
        return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex));
    }

    @Test
    void takesOneMessageHoweverItIsCutAndLeavesWhatFollows() throws Exception {
        byte[] whole = HexFormat.of().parseHex("8101" + "aa".repeat(129) + "bbcc");
        for (int cut = 0; cut <= 131; cut++) {
            DelimitedMessages.Assembler assembler = new DelimitedMessages.Assembler(4096);
            ByteBuf first = Unpooled.wrappedBuffer(whole, 0, cut);
            ByteBuf second = Unpooled.wrappedBuffer(whole, cut, whole.length - cut);
            byte[] early = assembler.take(first);
            byte[] message = cut == 131 ? early : assembler.take(second);
            assertThat(early == null || cut == 131).isTrue();
            assertThat(message).hasSize(129).containsOnly(0xaa);
            assertThat(second.readableBytes()).isEqualTo(2);
        }
    }

    @Test
    void takesAnEmptyMessage() throws Exception {
        assertThat(new DelimitedMessages.Assembler(10).take(bytes("00"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"8120", "ffffffff0f", "ffffffffffffffffff01", "8000", "808080808001"})
    void refusesLengthsBeyondTheBoundBeforeAnythingIsKept(String hex) {
        DelimitedMessages.Assembler assembler = new DelimitedMessages.Assembler(4096);
        assertThatThrownBy(() -> assembler.take(bytes(hex))).isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void randomBytesGiveNoMessageBeyondTheBound() {
        Random random = new Random(16);
        for (int i = 0; i < 20_000; i++) {
            byte[] junk = new byte[random.nextInt(64)];
            random.nextBytes(junk);
            DelimitedMessages.Assembler assembler = new DelimitedMessages.Assembler(32);
            try {
                byte[] message = assembler.take(Unpooled.wrappedBuffer(junk));
                assertThat(message == null || message.length <= 32).isTrue();
            } catch (MalformedMessageException e) {
                assertThat(e)
                        .satisfiesAnyOf(any -> assertThat(any).hasMessageContaining("shortest"), any -> assertThat(any)
                                .hasMessageContaining("longer"));
            }
        }
    }
}
