package dev.flotilla.raft.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.flotilla.raft.message.InSession;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.transport.Bytes;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A token survives where its bytes are kept, and nothing else is taken for one. */
class TokenTest {
    private final Token token =
            Token.of(MessageSamples.genesis(7), new InSession.Numbered(5, 1L << 40, 3), Bytes.utf8("data"));

    @Test
    void itComesBackAsItWas() {
        assertThat(token.encode().size()).isEqualTo(Token.SIZE_BYTES);
        assertThat(Token.decode(token.encode())).isEqualTo(token);
        assertThat(token.isFor(Bytes.utf8("data"))).isTrue();
        assertThat(token.isFor(Bytes.utf8("date"))).isFalse();
    }

    @Test
    void whatIsNoTokenIsRefused() {
        Bytes good = token.encode();
        for (int size = 0; size < good.size(); size++) {
            Bytes cut = good.slice(0, size);
            assertThatIllegalArgumentException().isThrownBy(() -> Token.decode(cut));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Token.decode(Bytes.wrap(new byte[Token.SIZE_BYTES])))
                .withMessageStartingWith("not a retry token: expected 89 bytes that begin with version 1");
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            byte[] damaged = good.toByteArray();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            try {
                assertThat(Token.decode(Bytes.wrap(damaged)).encode()).isEqualTo(Bytes.wrap(damaged));
            } catch (IllegalArgumentException e) {
                assertThat(e).message().isNotBlank();
            }
        }
    }
}
