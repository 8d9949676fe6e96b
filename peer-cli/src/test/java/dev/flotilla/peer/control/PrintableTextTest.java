package dev.flotilla.peer.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.peer.community.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PrintableTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "club",
                "caf\u00e9 \u20ac",
                "\ud83d\ude80",
                "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
            })
    void whatPeopleWriteStays(String text) {
        assertThat(PrintableText.is(text)).isTrue();
        assertThat(PrintableText.ofLines(text)).isEqualTo(text);
        assertThat(PrintableText.ofLine(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0000",
                "\u0007",
                "\b",
                "\t",
                "\u001b[2J",
                "\u007f",
                "\u009b31m",
                "\u202egnp",
                "\u2066",
                "\u200b",
                "\ufeff",
                "\ud800",
                "\udb40\udc41"
            })
    void whatSteersATerminalIsEscaped(String text) {
        assertThat(PrintableText.is(text)).isFalse();
        assertThat(PrintableText.ofLines(text)).startsWith("\\u");
        assertThat(PrintableText.is(PrintableText.ofLines(text))).isTrue();
    }

    @Test
    void linesStayLinesAndALineStaysOne() {
        assertThat(PrintableText.is("a\nb")).isFalse();
        assertThat(PrintableText.ofLines("a\n\u001bb")).isEqualTo("a\n\\u001bb");
        assertThat(PrintableText.ofLine("a\r\nb\u2028c\u0085d")).isEqualTo("a b c d");
    }

    @Test
    void jsonKeepsItsMeaning() {
        String json = Json.pretty(Json.object().put("a\u009b", "\u007f\u202e\u001b\ud83d\ude80\udb40\udc41"));

        assertThat(PrintableText.ofLines(json)).isNotEqualTo(json);
        assertThat(Json.parse(PrintableText.ofLines(json))).isEqualTo(Json.parse(json));
    }
}
