package dev.flotilla.raft.storage.h2;

import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.transport.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How groups, entries and the keys of them look in the maps, each in a {@link Row}. */
final class LogKeys {
    private static final int INDEX_BITS = 42;
    static final long INDEX_MAX = (1L << INDEX_BITS) - 1;
    private static final int FIXED_BYTES = 4 * Long.BYTES;
    private static final int ENTRY_ID_BYTES = 2 * Long.BYTES + Integer.BYTES;
    static final int GROUP_NUMBER_MAX = (1 << (Long.SIZE - 1 - INDEX_BITS)) - 1;

    private LogKeys() {}

    /** The key of an entry: keys of one group are next to each other, in the order of their indexes. */
    static long entryKey(int groupNumber, long index) {
        if (groupNumber < 0 || groupNumber > GROUP_NUMBER_MAX || index < 0 || index > INDEX_MAX) {
            throw new IllegalArgumentException("no key for entry " + index + " of group number " + groupNumber);
        }
        return (long) groupNumber << INDEX_BITS | index;
    }

    /** A group as it is kept: its number and genesis id, then base, last entry and hard state. */
    static byte[] encode(int groupNumber, GenesisId genesis, StoredGroup group) {
        byte[] name = genesis.toString().getBytes(StandardCharsets.US_ASCII);
        byte[] id = new byte[Integer.BYTES + name.length];
        ByteBuffer.wrap(id).putInt(groupNumber).put(name);
        Bytes hardState = EntryCodec.encode(group.hardState());
        byte[] bytes = new byte[FIXED_BYTES + hardState.size()];
        ByteBuffer.wrap(bytes)
                .putLong(group.base().term())
                .putLong(group.base().index())
                .putLong(group.last().term())
                .putLong(group.last().index());
        hardState.copyTo(bytes, FIXED_BYTES);
        return Row.seal(id, bytes);
    }

    /** The row of that group, whose body may be damaged. */
    static Row groupRow(GenesisId genesis, byte[] sealed) throws MalformedMessageException {
        Row row = Row.open(sealed);
        byte[] name = genesis.toString().getBytes(StandardCharsets.US_ASCII);
        if (row == null
                || row.id().length != Integer.BYTES + name.length
                || !Arrays.equals(name, 0, name.length, row.id(), Integer.BYTES, row.id().length)) {
            throw new MalformedMessageException("the row of group " + genesis + " is not readable");
        }
        return row;
    }

    static int groupNumber(Row row) {
        return ByteBuffer.wrap(row.id()).getInt();
    }

    static StoredGroup group(Row row) throws MalformedMessageException {
        byte[] bytes = row.body();
        if (bytes.length < FIXED_BYTES) {
            throw new MalformedMessageException("a group's record has " + bytes.length + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, 0, FIXED_BYTES);
        EntryId base = entryId(in);
        EntryId last = entryId(in);
        Bytes rest = Bytes.wrap(bytes).slice(FIXED_BYTES, bytes.length - FIXED_BYTES);
        HardState hardState = EntryCodec.decodeHardState(rest);
        return new StoredGroup(hardState, base, last);
    }

    /** An entry as it is kept: its key, term and kind, then all of it. */
    static byte[] encode(long key, Entry entry) {
        byte[] id = new byte[ENTRY_ID_BYTES];
        ByteBuffer.wrap(id)
                .putLong(key)
                .putLong(entry.term())
                .putInt(entry.kind().number());
        return Row.seal(id, EntryCodec.encode(entry).toByteArray());
    }

    /** The row of that entry, whose body may be damaged; null if it is not one, or its head is damaged too. */
    static @Nullable Row entryRow(long key, byte[] sealed) {
        Row row = Row.open(sealed);
        boolean isThat = row != null
                && row.id().length == ENTRY_ID_BYTES
                && ByteBuffer.wrap(row.id()).getLong() == key;
        return isThat ? row : null;
    }

    /** Who the damaged entry in that row is. */
    static DamagedEntry damaged(Row row, String place) throws MalformedMessageException {
        ByteBuffer in = ByteBuffer.wrap(row.id());
        long index = in.getLong() & INDEX_MAX;
        try {
            return new DamagedEntry(new EntryId(in.getLong(), index), Entry.Kind.of(in.getInt()), place);
        } catch (IllegalArgumentException e) {
            throw new MalformedMessageException(String.valueOf(e.getMessage()), e);
        }
    }

    /** A value of the small tables. */
    static byte[] encode(String key, Bytes value) {
        return Row.seal(key.getBytes(StandardCharsets.UTF_8), value.toByteArray());
    }

    /** The row of that value, which may be damaged. */
    static Row valueRow(String key, byte[] sealed) throws MalformedMessageException {
        Row row = Row.open(sealed);
        if (row == null || !Arrays.equals(row.id(), key.getBytes(StandardCharsets.UTF_8))) {
            throw new MalformedMessageException("the row of '" + key.replace('\0', '/') + "' is not readable");
        }
        return row;
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
