package dev.flotilla.raft.storage.h2;

import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.transport.Bytes;
import java.nio.ByteBuffer;

/** How groups and the keys of their entries look in the maps. */
final class LogKeys {
    private static final int INDEX_BITS = 42;
    static final long INDEX_MAX = (1L << INDEX_BITS) - 1;
    private static final int FIXED_BYTES = Integer.BYTES + 4 * Long.BYTES;
    static final int GROUP_NUMBER_MAX = (1 << (Long.SIZE - 1 - INDEX_BITS)) - 1;

    private LogKeys() {}

    /** The key of an entry: keys of one group are next to each other, in the order of their indexes. */
    static long entryKey(int groupNumber, long index) {
        if (groupNumber < 0 || groupNumber > GROUP_NUMBER_MAX || index < 0 || index > INDEX_MAX) {
            throw new IllegalArgumentException("no key for entry " + index + " of group number " + groupNumber);
        }
        return (long) groupNumber << INDEX_BITS | index;
    }

    /** A group as it is kept: its number, base, last entry and hard state. */
    static byte[] encode(int groupNumber, StoredGroup group) {
        Bytes hardState = EntryCodec.encode(group.hardState());
        byte[] bytes = new byte[FIXED_BYTES + hardState.size()];
        ByteBuffer.wrap(bytes)
                .putInt(groupNumber)
                .putLong(group.base().term())
                .putLong(group.base().index())
                .putLong(group.last().term())
                .putLong(group.last().index());
        hardState.copyTo(bytes, FIXED_BYTES);
        return bytes;
    }

    static int groupNumber(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getInt();
    }

    static StoredGroup group(byte[] bytes) throws MalformedMessageException {
        if (bytes.length < FIXED_BYTES) {
            throw new MalformedMessageException("a group's record has " + bytes.length + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, Integer.BYTES, FIXED_BYTES - Integer.BYTES);
        EntryId base = entryId(in);
        EntryId last = entryId(in);
        Bytes rest = Bytes.wrap(bytes).slice(FIXED_BYTES, bytes.length - FIXED_BYTES);
        HardState hardState = EntryCodec.decodeHardState(rest);
        return new StoredGroup(hardState, base, last);
    }

    private static EntryId entryId(ByteBuffer in) throws MalformedMessageException {
        long term = in.getLong();
        long index = in.getLong();
        try {
            return new EntryId(term, index);
        } catch (IllegalArgumentException e) {
            throw new MalformedMessageException(String.valueOf(e.getMessage()), e);
        }
    }
}
