package dev.flotilla.libp2p;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/** The lines of {@code vectors.txt}: what other implementations of libp2p compute. */
public final class Vectors {
    private static final List<String> LINES = read();

    private Vectors() {}

    /** What follows {@code prefix} on the only line that starts with it. */
    public static String text(String prefix) {
        List<String> found = all(prefix);
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " lines start with '" + prefix + "'");
        }
        return found.get(0);
    }

    /** The same, as bytes from hex. */
    public static byte[] bytes(String prefix) {
        return HexFormat.of().parseHex(text(prefix));
    }

    /** What follows {@code prefix} on each line that starts with it. */
    public static List<String> all(String prefix) {
        return LINES.stream()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(prefix.length()))
                .toList();
    }

    private static List<String> read() {
        try (InputStream in = Objects.requireNonNull(Vectors.class.getResourceAsStream("vectors.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
