package dev.flotilla.peer.control;

import java.util.regex.Pattern;

/**
 * A command that an operator is told to run, as a POSIX shell reads it. Words of foreign origin stay words: who issued a
 * ticket chose what the community is called.
 */
public final class Suggestion {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:@%+=,-]+");

    private Suggestion() {}

    /** {@code flotilla} and {@code words}, those quoted that a shell would not take as they are. */
    public static String of(String... words) {
        StringBuilder line = new StringBuilder("flotilla");
        for (String word : words) {
            line.append(' ').append(quoted(word));
        }
        return line.toString();
    }

    /** Nothing is special between single quotes but their end (POSIX.1-2024, shell command language, 2.2.2). */
    private static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
