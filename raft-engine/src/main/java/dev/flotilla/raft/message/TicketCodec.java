package dev.flotilla.raft.message;

import dev.flotilla.raft.message.proto.ProtoTicket;
import dev.flotilla.transport.Bytes;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.zip.CRC32;

/**
 * Tickets as one line of text that people copy: {@code flotilla1}, then in base64url without padding two bytes of
 * length, the ticket, and its CRC-32. The length tells a line that was cut off, the checksum one that was mistyped.
 * Whether a ticket is genuine is another question: its signature answers that.
 */
public final class TicketCodec {
    public static final String PREFIX = "flotilla1";
    private static final int LENGTH_BYTES = 2;
    private static final int CHECKSUM_BYTES = 4;
    private static final int TICKET_BYTES_MAX = 0xffff;
    private static final String DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private TicketCodec() {}

    /**
     * The text of {@code ticket}.
     *
     * @throws IllegalArgumentException if its contacts need more than {@value #TICKET_BYTES_MAX} bytes
     */
    public static String format(Ticket ticket) {
        Bytes body = Wire.encode(MembershipCodec.toProto(ticket));
        if (body.size() > TICKET_BYTES_MAX) {
            throw new IllegalArgumentException("a ticket has at most " + TICKET_BYTES_MAX + " bytes, got " + body.size()
                    + ": name fewer of its " + ticket.contacts().size() + " contacts");
        }
        byte[] bytes = new byte[LENGTH_BYTES + body.size() + CHECKSUM_BYTES];
        ByteBuffer.wrap(bytes).putShort((short) body.size());
        body.copyTo(bytes, LENGTH_BYTES);
        ByteBuffer.wrap(bytes).putInt(LENGTH_BYTES + body.size(), checksum(bytes, body.size()));
        return PREFIX + digits(bytes);
    }

    /**
     * Reads the text of a ticket; blanks around it do not matter.
     *
     * @throws IllegalArgumentException if it is none; the message is one line that says where it is wrong
     */
    public static Ticket parse(String text) {
        String line = text.strip();
        if (!line.startsWith(PREFIX)) {
            throw new IllegalArgumentException("not a ticket: it does not start with '" + PREFIX + "'");
        }
        byte[] bytes = bytes(line);
        int size = bytes.length - LENGTH_BYTES - CHECKSUM_BYTES;
        boolean isIntact = ByteBuffer.wrap(bytes).getInt(LENGTH_BYTES + size) == checksum(bytes, size)
                && line.endsWith(digits(bytes)); // the last digit has bits that carry nothing
        if (!isIntact) {
            throw new IllegalArgumentException("not a ticket: its checksum is wrong, so a character was mistyped");
        }
        try {
            return Wire.decode(
                    "a ticket",
                    Bytes.wrap(bytes).slice(LENGTH_BYTES, size),
                    ProtoTicket.parser(),
                    MembershipCodec::ticket);
        } catch (MalformedMessageException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static String digits(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Length, body and checksum: exactly as many bytes as the length says. */
    private static byte[] bytes(String line) {
        int bits = 0;
        for (int i = PREFIX.length(); i < line.length(); i++) {
            if (DIGITS.indexOf(line.charAt(i)) < 0) {
                throw new IllegalArgumentException("not a ticket: character " + (i + 1) + " is '"
                        + printable(line.charAt(i)) + "', which tickets never contain");
            }
            bits += 6;
        }
        if (bits % 8 == 6 || bits / 8 < LENGTH_BYTES) {
            throw wrongLength(line, "");
        }
        byte[] bytes = Base64.getUrlDecoder().decode(line.substring(PREFIX.length()));
        int size = Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort());
        int sizeBytes = LENGTH_BYTES + size + CHECKSUM_BYTES;
        if (bytes.length != sizeBytes) {
            throw wrongLength(line, ", expected " + (PREFIX.length() + (sizeBytes * 8 + 5) / 6));
        }
        return bytes;
    }

    private static IllegalArgumentException wrongLength(String line, String expected) {
        return new IllegalArgumentException("not a ticket: it has " + line.length() + " characters" + expected
                + ", so a part was lost or added when it was copied");
    }

    private static String printable(char character) {
        return Character.isISOControl(character)
                ? String.format("\\u%04x", (int) character)
                : String.valueOf(character);
    }

    private static int checksum(byte[] bytes, int size) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, LENGTH_BYTES + size);
        return (int) crc.getValue();
    }
}
