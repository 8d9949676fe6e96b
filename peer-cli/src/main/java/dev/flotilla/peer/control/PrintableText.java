package dev.flotilla.peer.control;

/**
 * Text that does not steer a terminal: no control characters (of C0 and C1, so no escape sequences), none that turns the
 * direction of writing or is invisible, no other ends of line, no half of a surrogate pair.
 */
public final class PrintableText {
    private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
    private static final int ZERO_WIDTH_JOINER = 0x200d;

    private PrintableText() {}

    /** Whether all of {@code text} is such. */
    public static boolean is(String text) {
        return text.codePoints().allMatch(PrintableText::isPrintable);
    }

    /** The joiners are invisible too, but some scripts cannot be written without them. */
    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                false;
            case Character.FORMAT -> codePoint == ZERO_WIDTH_NON_JOINER || codePoint == ZERO_WIDTH_JOINER;
            default -> true;
        };
    }

    /**
     * Lines of text with everything else that is not printable as the escapes that Java and JSON have for UTF-16 units.
     * JSON keeps its meaning, since outside of texts it has none of these characters but line feeds.
     */
    public static String ofLines(String lines) {
        if (lines.codePoints().allMatch(PrintableText::isInLines)) {
            return lines;
        }
        StringBuilder printable = new StringBuilder(lines.length() + 16);
        lines.codePoints().forEach(codePoint -> {
            if (isInLines(codePoint)) {
                printable.appendCodePoint(codePoint);
            } else {
                for (char unit : Character.toChars(codePoint)) {
                    printable.append(String.format("\\u%04x", (int) unit));
                }
            }
        });
        return printable.toString();
    }

    private static boolean isInLines(int codePoint) {
        return codePoint == '\n' || isPrintable(codePoint);
    }

    /** The same on one line: ends of line become blanks. */
    public static String ofLine(String text) {
        return ofLines(text.replaceAll("\\R", " "));
    }
}
