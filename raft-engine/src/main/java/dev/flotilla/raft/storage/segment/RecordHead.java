package dev.flotilla.raft.storage.segment;

import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.transport.Bytes;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What stands before a record's payload: {@value #BYTES} bytes with a checksum of their own.
 *
 * @param genesis which group; all zeros for what belongs to none
 * @param id the entry's, or the last entry of the group
 * @param entryKind the number of the entry's kind
 * @param payloadBytes how much follows, without the padding to a multiple of eight
 */
record RecordHead(Kind kind, GenesisId genesis, EntryId id, int entryKind, int payloadBytes, int payloadSum) {
    /** Sum, payload's size, payload's sum, kinds, term, index, group. */
    static final int BYTES = 4 * Integer.BYTES + 2 * Long.BYTES + GenesisId.SIZE_BYTES;

    static final int ALIGNMENT = 8;
    static final GenesisId NO_GROUP = new GenesisId(Bytes.wrap(new byte[GenesisId.SIZE_BYTES]));

    /** What a record is. The number goes to disk. */
    enum Kind {
        /** An entry; replaces the log from its index on. */
        ENTRY(1),
        /** An entry that is in the log, once more: moved, or put back after damage. */
        COPY(2),
        /** An entry that is in the log, but its payload was lost. */
        LOST_ENTRY(3),
        /** The group's hard state, base and last entry; entries outside are gone. */
        GROUP(4),
        /** The group is there, but its hard state was lost. */
        LOST_GROUP(5),
        /** The group is gone. */
        DELETE(6),
        /** A value of the small tables. */
        PUT(7),
        /** A key of the small tables is gone. */
        REMOVE(8),
        /** Segments before that number may be gone. */
        OLDEST(9);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        static @Nullable Kind of(int number) {
            for (Kind kind : values()) {
                if (kind.number == number) {
                    return kind;
                }
            }
            return null;
        }

        boolean isEntry() {
            return this == ENTRY || this == COPY || this == LOST_ENTRY;
        }
    }

    /** With padding. */
    static long recordBytes(long payloadBytes) {
        return BYTES + (payloadBytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    long recordBytes() {
        return recordBytes(payloadBytes);
    }

    /** Writes the head at {@code at} of {@code target}, for that place of the log. */
    void encode(ByteBuffer target, int at, Place place) {
        target.putInt(at + 4, payloadBytes)
                .putInt(at + 8, payloadSum)
                .putShort(at + 12, (short) kind.number)
                .putShort(at + 14, (short) entryKind)
                .putLong(at + 16, id.term())
                .putLong(at + 24, id.index());
        for (int i = 0; i < GenesisId.SIZE_BYTES; i++) {
            target.put(at + 32 + i, genesis.value().at(i));
        }
        target.putInt(at, sum(target, at, place));
    }

    /** The head at {@code at} of {@code source}, or null if there is none that was written for that place. */
    static @Nullable RecordHead decode(ByteBuffer source, int at, Place place) {
        if (source.limit() - at < BYTES || source.getInt(at) != sum(source, at, place)) {
            return null;
        }
        Kind kind = Kind.of(source.getShort(at + 12));
        int payloadBytes = source.getInt(at + 4);
        long term = source.getLong(at + 16);
        long index = source.getLong(at + 24);
        if (kind == null || payloadBytes < 0 || term < 0 || index < 0 || (term == 0) != (index == 0)) {
            return null;
        }
        byte[] genesis = new byte[GenesisId.SIZE_BYTES];
        source.get(at + 32, genesis);
        return new RecordHead(
                kind,
                new GenesisId(Bytes.wrap(genesis)),
                new EntryId(term, index),
                source.getShort(at + 14),
                payloadBytes,
                source.getInt(at + 8));
    }

    private static int sum(ByteBuffer bytes, int at, Place place) {
        return Place.sum(bytes.slice(at + Integer.BYTES, BYTES - Integer.BYTES), place);
    }

    static int payloadSum(ByteBuffer payload) {
        CRC32C crc = new CRC32C();
        crc.update(payload);
        return (int) crc.getValue();
    }

    /** For people. */
    String describe() {
        return switch (kind) {
            case ENTRY, COPY, LOST_ENTRY -> "entry " + id + " of group " + genesis;
            case GROUP, LOST_GROUP -> "the hard state of group " + genesis;
            case DELETE -> "the deletion of group " + genesis;
            case PUT, REMOVE -> "a value of the small tables";
            case OLDEST -> "the number of the oldest segment";
        };
    }
}
