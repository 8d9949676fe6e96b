package dev.flotilla.raft.message;

import dev.flotilla.transport.Bytes;

/** The bytes under a signature: a domain, then the parts, each followed by a line feed, none of which contains one. */
final class SignedText {
    private SignedText() {}

    static Bytes of(String domain, Object... parts) {
        StringBuilder text = new StringBuilder(domain).append('\n');
        for (Object part : parts) {
            String line = part.toString();
            if (line.indexOf('\n') >= 0) {
                throw new IllegalArgumentException("a signed part must not contain a line feed: '" + line + "'");
            }
            text.append(line).append('\n');
        }
        return Bytes.utf8(text.toString());
    }
}
