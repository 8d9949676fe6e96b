package dev.flotilla.raft.storage.segment;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.raft.storage.segment.RecordHead.Kind;
import dev.flotilla.transport.Bytes;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A record that is about to be written. */
record LogRecord(Kind kind, GenesisId genesis, EntryId id, int entryKind, Bytes payload) {
    private static final int GROUP_FIXED_BYTES = 2 * Long.BYTES;

    static LogRecord entry(Kind kind, GenesisId genesis, Entry entry) {
        return new LogRecord(kind, genesis, entry.id(), entry.kind().number(), entry.payload());
    }

    static LogRecord lostEntry(GenesisId genesis, EntryId id, int entryKind) {
        return new LogRecord(Kind.LOST_ENTRY, genesis, id, entryKind, Bytes.EMPTY);
    }

    static LogRecord group(GenesisId genesis, StoredGroup group) {
        Bytes hardState = EntryCodec.encode(group.hardState());
        byte[] payload = new byte[GROUP_FIXED_BYTES + hardState.size()];
        ByteBuffer.wrap(payload)
                .putLong(group.base().term())
                .putLong(group.base().index());
        hardState.copyTo(payload, GROUP_FIXED_BYTES);
        return new LogRecord(Kind.GROUP, genesis, group.last(), 0, Bytes.wrap(payload));
    }

    static LogRecord lostGroup(GenesisId genesis) {
        return new LogRecord(Kind.LOST_GROUP, genesis, EntryId.NONE, 0, Bytes.EMPTY);
    }

    static LogRecord delete(GenesisId genesis) {
        return new LogRecord(Kind.DELETE, genesis, EntryId.NONE, 0, Bytes.EMPTY);
    }

    static LogRecord table(TableKey key, @Nullable Bytes value) {
        Kind kind = value == null ? Kind.REMOVE : Kind.PUT;
        return new LogRecord(kind, RecordHead.NO_GROUP, EntryId.NONE, 0, key.encode(value));
    }

    static LogRecord oldest(long segment) {
        byte[] payload = new byte[Long.BYTES];
        ByteBuffer.wrap(payload).putLong(segment);
        return new LogRecord(Kind.OLDEST, RecordHead.NO_GROUP, EntryId.NONE, 0, Bytes.wrap(payload));
    }

    /** What {@link #group} was made of. */
    static StoredGroup group(EntryId last, Bytes payload) throws MalformedMessageException {
        if (payload.size() < GROUP_FIXED_BYTES) {
            throw new MalformedMessageException("a group's record has " + payload.size() + " bytes");
        }
        ByteBuffer in = payload.asByteBuffer();
        long term = in.getLong();
        long index = in.getLong();
        HardState hardState =
                EntryCodec.decodeHardState(payload.slice(GROUP_FIXED_BYTES, payload.size() - GROUP_FIXED_BYTES));
        try {
            return new StoredGroup(hardState, new EntryId(term, index), last);
        } catch (IllegalArgumentException e) {
            throw new MalformedMessageException(String.valueOf(e.getMessage()), e);
        }
    }

    RecordHead head(int payloadSum) {
        return new RecordHead(kind, genesis, id, entryKind, payload.size(), payloadSum);
    }

    long recordBytes() {
        return RecordHead.recordBytes(payload.size());
    }
}
