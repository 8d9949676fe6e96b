package dev.flotilla.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Base58Test {
    /** From the multibase and base58 drafts. */
    @ParameterizedTest
    @CsvSource({
        "'', ''",
        "00, 1",
        "0000, 11",
        "ff, 5Q",
        "0001, 12",
        "48656c6c6f20576f726c6421, 2NEpo7TZRRrLZSi2U",
        "0000287fb4cd, 11233QC4",
        "54686520717569636b2062726f776e20666f78206a756d7073206f76657220746865206c617a7920646f672e,"
                + " USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
    })
    void bytesAndTextBelongTogether(String hex, String text) {
        assertThat(Base58.encode(Bytes.fromHex(hex).toByteArray())).isEqualTo(text);
        assertThat(Bytes.wrap(Base58.decode(text)).hex()).isEqualTo(hex);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "O", "I", "l", "12 ", "é", "2NEpo7TZRRrLZSi2U\n"})
    void otherCharactersAreNamedWithTheirPosition(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Base58.decode(text))
                .withMessageContaining("at position " + (text.length() - 1));
    }

    @Test
    void randomBytesComeBack() {
        Random random = new Random(58);
        for (int i = 0; i < 5_000; i++) {
            byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            Arrays.fill(bytes, 0, Math.min(bytes.length, random.nextInt(4)), (byte) 0);
            String text = Base58.encode(bytes);
            assertThat(text.getBytes(StandardCharsets.US_ASCII)).hasSize(text.length());
            assertThat(Base58.decode(text)).isEqualTo(bytes);
        }
    }
}
