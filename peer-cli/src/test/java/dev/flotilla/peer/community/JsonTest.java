package dev.flotilla.peer.community;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.transport.Bytes;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "{\"a\":1,}",
                "{'a':1}",
                "{a:1}",
                "[1] 2",
                "NaN",
                "01",
                "\"\n\"",
                "{\"a\":1,\"a\":2}",
                "\"\\ud800\"",
                "{\"\\udc00\":1}",
                "1e2000",
                "-1e-2000",
                "1e99999999999",
                "/* c */ 1",
            })
    void refusesWhatIsNotStrictJson(String text) {
        assertThatThrownBy(() -> Json.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("not JSON")
                .hasMessageNotContaining("\n");
        assertThatThrownBy(() -> Json.parse(Bytes.utf8(text))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesWhatNestsTooDeep() {
        assertThatThrownBy(() -> Json.parse("[".repeat(100_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("not JSON");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1.0", "0.1", "123456789012345678901234567890", "1.50E+30", "\"\ud83d\ude00\"", "[null,true]"})
    void keepsWhatItReads(String text) {
        assertThat(Json.line(Json.parse(text))).isEqualTo(text);
    }

    @Test
    void whatIsReadFromRandomBytesCanBeWrittenAndReadAgain() {
        Random random = new Random(7);
        String alphabet = "{}[]\",:0123456789.eE-+truefalsnl\\ud8c \u00e9\ud83d\ude00";
        int read = 0;
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int c = random.nextInt(10); c >= 0; c--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                var node = Json.parse(Bytes.utf8(text.toString()));
                assertThat(Trees.same(Json.parse(Json.bytes(node)), node)).isTrue();
                read++;
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageStartingWith("not JSON");
            }
        }
        assertThat(read).isPositive();
    }
}
