package dev.flotilla.raft.storage.h2;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;

/**
 * Brings a log of format 1, whose rows had no checksums, to format 2: all of it goes to a new file, which takes the old
 * one's place in one step. Interrupted before that, the log is as it was.
 */
final class SealingRows {
    private static final int FIXED_BYTES = Integer.BYTES + 4 * Long.BYTES;
    private static final int COMMIT_BYTES = 4 << 20;

    private final MVStore old;
    private final H2File file;
    private long bytes; // since the last commit

    private SealingRows(MVStore old, H2File file) {
        this.old = old;
        this.file = file;
    }

    /** Replaces the file in {@code path}, which is open as {@code old}, and closes that. */
    static void of(Path path, MVStore old) throws IOException {
        H2File.create(path, file -> {
            try {
                new SealingRows(old, file).copy();
            } catch (MVStoreException | MalformedMessageException | IllegalArgumentException e) {
                throw H2File.damaged(path, e);
            }
            old.closeImmediately();
        });
    }

    private void copy() throws MalformedMessageException {
        MVMap<Long, byte[]> entries = H2File.openEntries(old);
        for (Cursor<Long, byte[]> each = entries.cursor(null); each.hasNext(); ) {
            long key = each.next();
            Entry entry = EntryCodec.decodeEntry(Bytes.wrap(each.getValue()));
            put(file.entries(), key, LogKeys.encode(key, entry));
        }
        MVMap<String, byte[]> groups = H2File.openByName(old, "groups");
        for (Cursor<String, byte[]> each = groups.cursor(null); each.hasNext(); ) {
            String name = each.next();
            put(file.groups(), name, group(GenesisId.parse(name), each.getValue()));
        }
        MVMap<String, byte[]> tables = H2File.openByName(old, "tables");
        for (Cursor<String, byte[]> each = tables.cursor(null); each.hasNext(); ) {
            String key = each.next();
            put(file.tables(), key, LogKeys.encode(key, Bytes.wrap(each.getValue())));
        }
    }

    private <K> void put(MVMap<K, byte[]> map, K key, byte[] row) {
        map.put(key, row);
        bytes += row.length;
        if (bytes > COMMIT_BYTES) {
            bytes = 0;
            file.commit();
        }
    }

    /** Number, base, last entry, hard state. */
    private static byte[] group(GenesisId genesis, byte[] row) throws MalformedMessageException {
        if (row.length < FIXED_BYTES) {
            throw new MalformedMessageException("a group's record has " + row.length + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(row);
        int number = in.getInt();
        EntryId base = new EntryId(in.getLong(), in.getLong());
        EntryId last = new EntryId(in.getLong(), in.getLong());
        Bytes hardState = Bytes.wrap(row).slice(FIXED_BYTES, row.length - FIXED_BYTES);
        return LogKeys.encode(number, genesis, new StoredGroup(EntryCodec.decodeHardState(hardState), base, last));
    }
}
