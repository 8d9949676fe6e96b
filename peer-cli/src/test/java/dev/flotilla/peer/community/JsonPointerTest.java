package dev.flotilla.peer.community;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonPointerTest {
    /** The document of RFC 6901, section 5. */
    private static final JsonNode DOCUMENT =
            Json.parse("{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,"
                    + "\"g|h\":4,\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8}");

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "/foo/0, `\"bar\"`",
                "/, 0",
                "/a~1b, 1",
                "/c%d, 2",
                "/e^f, 3",
                "/g|h, 4",
                "/i\\j, 5",
                "/k\"l, 6",
                "`/ `, 7",
                "/m~0n, 8"
            })
    void findsWhatTheExamplesOfTheRfcName(String pointer, String value) {
        assertThat(JsonPointer.parse(pointer).find(DOCUMENT)).isEqualTo(Json.parse(value));
        assertThat(JsonPointer.parse(pointer)).hasToString(pointer);
    }

    @Test
    void theEmptyPointerNamesTheWholeDocument() {
        assertThat(JsonPointer.parse("").find(DOCUMENT)).isSameAs(DOCUMENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/foo/2", "/foo/00", "/foo/-", "/foo/-1", "/foo/0/x", "/nothing", "//", "/foo/4294967296"})
    void findsNothingElsewhere(String pointer) {
        assertThat(JsonPointer.parse(pointer).find(DOCUMENT)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"foo", "#/foo", "/a~", "/a~2b", "/~a/b"})
    void refusesWhatIsNoPointer(String pointer) {
        assertThatThrownBy(() -> JsonPointer.parse(pointer))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + pointer + "'");
    }
}
