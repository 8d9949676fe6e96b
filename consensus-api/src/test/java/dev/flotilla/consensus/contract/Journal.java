package dev.flotilla.consensus.contract;

import dev.flotilla.consensus.Codec;
import dev.flotilla.transport.Bytes;
import java.util.ArrayList;
import java.util.List;

/** The state that the contracts agree on: lines, none of which holds a line feed. */
public record Journal(List<String> lines) {
    public Journal {
        lines = List.copyOf(lines);
    }

    public static Journal of(String... lines) {
        return new Journal(List.of(lines));
    }

    public Journal with(String line) {
        List<String> longer = new ArrayList<>(lines);
        longer.add(line);
        return new Journal(longer);
    }

    /** Each line and a line feed, in UTF-8. */
    public static Codec<Journal> codec() {
        return Codec.of("journal", 1, Journal::encode, Journal::decode);
    }

    private Bytes encode() {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        return Bytes.utf8(text.toString());
    }

    private static Journal decode(Bytes bytes) {
        String text = bytes.utf8();
        if (!text.isEmpty() && !text.endsWith("\n")) {
            throw new IllegalArgumentException("the last line of a journal has no end: '" + text + "'");
        }
        return new Journal(text.lines().toList());
    }
}
