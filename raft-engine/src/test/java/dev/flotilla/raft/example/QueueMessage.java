package dev.flotilla.raft.example;

import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Lane;
import java.nio.ByteBuffer;

/**
 * What {@link QueueTransport}s say to each other.
 *
 * @param incarnation of the sender: grows with each of its starts
 * @param sequence grows with each message of an incarnation to the same peer: by it a second delivery is recognised
 * @param byOpener of a byte stream: whether the sender opened it
 * @param stream of a byte stream: its number at the peer that opened it
 */
record QueueMessage(long incarnation, long sequence, Kind kind, Lane lane, boolean byOpener, int stream, Bytes body) {
    private static final int HEAD_BYTES = 2 * Long.BYTES + 3 + Integer.BYTES;

    enum Kind {
        HELLO,
        BYE,
        FRAME,
        OPEN,
        DATA,
        TAKEN,
        END,
        RESET
    }

    Bytes encode() {
        ByteBuffer out = ByteBuffer.allocate(HEAD_BYTES + body.size());
        out.putLong(incarnation).putLong(sequence);
        out.put(letter(kind)).put(letter(lane)).put((byte) (byOpener ? 1 : 0));
        out.putInt(stream).put(body.toByteArray());
        return Bytes.wrap(out.array());
    }

    /** The first letter: no two of one kind share it. */
    private static byte letter(Enum<?> value) {
        return (byte) value.name().charAt(0);
    }

    private static <E extends Enum<E>> E named(byte letter, E[] values) {
        for (E value : values) {
            if (letter(value) == letter) {
                return value;
            }
        }
        throw new IllegalArgumentException("nothing begins with letter " + letter);
    }

    /** @throws IllegalArgumentException if it is none */
    static QueueMessage decode(Bytes bytes) {
        if (bytes.size() < HEAD_BYTES) {
            throw new IllegalArgumentException("a message has at least " + HEAD_BYTES + " bytes, got " + bytes.size());
        }
        ByteBuffer in = bytes.asByteBuffer();
        long incarnation = in.getLong();
        long sequence = in.getLong();
        Kind kind = named(in.get(), Kind.values());
        Lane lane = named(in.get(), Lane.values());
        boolean byOpener = in.get() == 1;
        int stream = in.getInt();
        Bytes body = bytes.slice(HEAD_BYTES, bytes.size() - HEAD_BYTES);
        return new QueueMessage(incarnation, sequence, kind, lane, byOpener, stream, body);
    }
}
