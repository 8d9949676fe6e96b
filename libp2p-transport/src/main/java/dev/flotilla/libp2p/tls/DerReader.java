package dev.flotilla.libp2p.tls;

import dev.flotilla.transport.Bytes;
import java.security.cert.CertificateException;
import java.util.Arrays;

/**
 * Reads the elements of a DER value one after the other (X.690): tags of one byte, definite and minimal lengths within
 * the value. Never recurses; whoever reads an element names it, for the error.
 */
final class DerReader {
    static final int BOOLEAN = 0x01;
    static final int INTEGER = 0x02;
    static final int BIT_STRING = 0x03;
    static final int OCTET_STRING = 0x04;
    static final int OBJECT_IDENTIFIER = 0x06;
    static final int UTC_TIME = 0x17;
    static final int GENERALIZED_TIME = 0x18;
    static final int SEQUENCE = 0x30;

    private static final int LENGTH_BYTES_MAX = 3;

    private final byte[] bytes;
    private final int end; // exclusive
    private int at; // of the next element; at <= end

    DerReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private DerReader(byte[] bytes, int at, int end) {
        this.bytes = bytes;
        this.at = at;
        this.end = end;
    }

    boolean hasNext() {
        return at < end;
    }

    /** Whether the next element has this tag. */
    boolean hasNext(int tag) {
        return at < end && (bytes[at] & 0xff) == tag;
    }

    /** The elements inside the next element, which is skipped. */
    DerReader enter(int tag, String what) throws CertificateException {
        int contentEnd = contentEnd(tag, what);
        DerReader content = new DerReader(bytes, contentStart(), contentEnd);
        at = contentEnd;
        return content;
    }

    /** The next element without its tag and length. */
    byte[] content(int tag, String what) throws CertificateException {
        int contentEnd = contentEnd(tag, what);
        byte[] content = Arrays.copyOfRange(bytes, contentStart(), contentEnd);
        at = contentEnd;
        return content;
    }

    /** The next element as it stands. */
    Bytes whole(int tag, String what) throws CertificateException {
        int contentEnd = contentEnd(tag, what);
        Bytes element = Bytes.wrap(Arrays.copyOfRange(bytes, at, contentEnd));
        at = contentEnd;
        return element;
    }

    /** What a BIT STRING of whole bytes carries. */
    Bytes bits(String what) throws CertificateException {
        byte[] content = content(BIT_STRING, what);
        if (content.length == 0 || content[0] != 0) {
            throw malformed(what + " is no string of whole bytes");
        }
        return Bytes.wrap(content).slice(1, content.length - 1);
    }

    void end(String what) throws CertificateException {
        if (hasNext()) {
            throw malformed((end - at) + " bytes follow " + what);
        }
    }

    /** Where the content starts of the element at {@link #at}, whose header {@link #contentEnd} has checked. */
    private int contentStart() {
        int first = bytes[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first - 0x80);
    }

    private int contentEnd(int tag, String what) throws CertificateException {
        if (end - at < 2) {
            throw malformed(what + " is missing");
        }
        if ((bytes[at] & 0xff) != tag) {
            throw malformed(
                    String.format("%s has the tag 0x%02x, expected 0x%02x at byte %d", what, bytes[at], tag, at));
        }
        int length = bytes[at + 1] & 0xff;
        int start = at + 2;
        if (length >= 0x80) {
            int lengthBytes = length - 0x80;
            if (lengthBytes == 0 || lengthBytes > LENGTH_BYTES_MAX || lengthBytes > end - start) {
                throw malformed("the length of " + what + " is not readable");
            }
            length = 0;
            for (int i = 0; i < lengthBytes; i++) {
                length = (length << 8) | (bytes[start++] & 0xff);
            }
            if (length < 0x80 || length >>> (8 * (lengthBytes - 1)) == 0) {
                throw malformed("the length of " + what + " is not minimal");
            }
        }
        if (length > end - start) {
            throw malformed(what + " has " + length + " bytes, of which " + (end - start) + " are there");
        }
        return start + length;
    }

    static CertificateException malformed(String why) {
        return new CertificateException("the certificate is malformed: " + why);
    }
}
