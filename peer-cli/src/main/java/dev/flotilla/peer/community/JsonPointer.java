package dev.flotilla.peer.community;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A place in a document (RFC 6901): empty for the whole, else {@code /} and a token for each level, in which
 * {@code ~1} stands for a slash and {@code ~0} for a tilde.
 *
 * @param tokens unescaped, outermost first
 */
public record JsonPointer(List<String> tokens) {
    /** The whole document. */
    public static final JsonPointer ROOT = new JsonPointer(List.of());

    private static final int LENGTH_MAX = 64 << 10;
    private static final int INDEX_DIGITS_MAX = 9;

    public JsonPointer {
        tokens = List.copyOf(tokens);
    }

    /**
     * Reads a pointer.
     *
     * @throws IllegalArgumentException if {@code text} is none; the message quotes it
     */
    public static JsonPointer parse(String text) {
        if (text.isEmpty()) {
            return ROOT;
        }
        if (text.charAt(0) != '/') {
            throw new IllegalArgumentException(
                    "not a JSON pointer: '" + text + "': it starts with / or is empty for the whole document");
        }
        if (text.length() > LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "not a JSON pointer that is taken here: " + text.length() + " characters, at most " + LENGTH_MAX);
        }
        List<String> tokens = new ArrayList<>();
        for (int start = 1; start <= text.length(); ) {
            int slash = text.indexOf('/', start);
            int end = slash < 0 ? text.length() : slash;
            tokens.add(unescape(text.substring(start, end), text));
            start = end + 1;
        }
        return new JsonPointer(tokens);
    }

    private static String unescape(String token, String pointer) {
        if (token.indexOf('~') < 0) {
            return token;
        }
        StringBuilder plain = new StringBuilder(token.length());
        boolean escaped = false;
        for (int i = 0; i < token.length(); i++) {
            char c = token.charAt(i);
            if (escaped && c != '0' && c != '1') {
                throw badEscape(pointer);
            }
            if (escaped) {
                plain.append(c == '0' ? '~' : '/');
            } else if (c != '~') {
                plain.append(c);
            }
            escaped = !escaped && c == '~';
        }
        if (escaped) {
            throw badEscape(pointer);
        }
        return plain.toString();
    }

    private static IllegalArgumentException badEscape(String pointer) {
        return new IllegalArgumentException(
                "not a JSON pointer: '" + pointer + "': ~ is followed by 0 (for ~) or 1 (for /)");
    }

    /** What is there, or null if nothing is. */
    public @Nullable JsonNode find(JsonNode document) {
        JsonNode at = document;
        for (String token : tokens) {
            at = child(at, token);
            if (at == null) {
                return null;
            }
        }
        return at;
    }

    /** What {@code token} names in {@code container}, or null if there is nothing of that name. */
    static @Nullable JsonNode child(JsonNode container, String token) {
        if (container.isArray()) {
            int index = arrayIndex(token);
            return index < 0 ? null : container.get(index);
        }
        return container.get(token);
    }

    /** The array index that {@code token} spells, without leading zeros; -1 if it spells none. */
    static int arrayIndex(String token) {
        boolean digits = !token.isEmpty()
                && token.length() <= INDEX_DIGITS_MAX
                && token.chars().allMatch(c -> c >= '0' && c <= '9');
        boolean leadingZero = token.length() > 1 && token.charAt(0) == '0';
        return digits && !leadingZero ? Integer.parseInt(token) : -1;
    }

    public boolean isRoot() {
        return tokens.isEmpty();
    }

    /** Whether this names something inside of what {@code other} names. */
    boolean isBelow(JsonPointer other) {
        return tokens.size() > other.tokens.size()
                && tokens.subList(0, other.tokens.size()).equals(other.tokens);
    }

    /** The pointer as it is written. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        tokens.forEach(token -> text.append('/').append(token.replace("~", "~0").replace("/", "~1")));
        return text.toString();
    }
}
