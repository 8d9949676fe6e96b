package dev.flotilla.raft.storage.h2;

import dev.flotilla.raft.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.FileStore;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.LongDataType;
import org.h2.mvstore.type.StringDataType;

/**
 * The MVStore file: three maps, no thread of its own, nothing written but by {@link #commit}. Space is used again as
 * soon as no version needs it that might be the one to come back after a crash; since every commit is forced before the
 * next, that is the newest two, and five are kept.
 */
final class H2File {
    /** The format of the maps. */
    static final int FORMAT = 2;

    private static final String WHAT_TO_DO =
            "; restore the data directory from a backup, or remove it and have this peer join its groups anew by tickets";
    private static final int CACHE_MEBIBYTES = 8;
    private static final int VERSIONS_KEPT = 5;
    private static final int COMMITS_BETWEEN_COMPACTIONS = 64;
    private static final int FILL_RATE_MIN_PERCENT = 50;
    private static final int COMPACTION_BYTES_MAX = 4 << 20;

    private final Path path;
    private final MVStore store;
    private final MVMap<Long, byte[]> entries;
    private final MVMap<String, byte[]> groups;
    private final MVMap<String, byte[]> tables;
    private int commits; // since the last compaction

    private H2File(Path path, MVStore store) {
        this.path = path;
        this.store = store;
        this.entries = openEntries(store);
        this.groups = openByName(store, "groups");
        this.tables = openByName(store, "tables");
    }

    static MVMap<Long, byte[]> openEntries(MVStore store) {
        return store.openMap(
                "entries",
                new MVMap.Builder<Long, byte[]>().keyType(LongDataType.INSTANCE).valueType(ByteArrayDataType.INSTANCE));
    }

    static MVMap<String, byte[]> openByName(MVStore store, String name) {
        return store.openMap(
                name,
                new MVMap.Builder<String, byte[]>()
                        .keyType(StringDataType.INSTANCE)
                        .valueType(ByteArrayDataType.INSTANCE));
    }

    /** Opens the file, or makes it: under another name until it is complete. */
    static H2File open(Path path, String h2Prefix) throws IOException {
        if (!Files.exists(path)) {
            create(path);
        }
        MVStore store = openStore(path, h2Prefix);
        try {
            checkComplete(path, store);
            if (store.getStoreVersion() < FORMAT) {
                SealingRows.of(path, store);
                store = openStore(path, h2Prefix);
                checkComplete(path, store);
            }
            H2File file = new H2File(path, store);
            forceWhatWasFound(path, store);
            store.setRetentionTime(0);
            store.setVersionsToKeep(VERSIONS_KEPT);
            return file;
        } catch (IOException e) {
            store.closeImmediately();
            throw e;
        } catch (MVStoreException e) {
            store.closeImmediately();
            throw damaged(path, e);
        }
    }

    /** The newest write, and the file's name, may be there to be read without being on the disk. */
    private static void forceWhatWasFound(Path path, MVStore store) throws IOException {
        try {
            store.sync();
            DurableFiles.syncDirectoryOf(path);
        } catch (MVStoreException | IOException e) {
            throw failed(path, e);
        }
    }

    private static void create(Path path) throws IOException {
        create(path, file -> {});
    }

    /** What a new log holds from the beginning. */
    interface Content {
        void writeTo(H2File file) throws IOException;
    }

    /** Makes the file, or takes its place, in one step. */
    static void create(Path path, Content content) throws IOException {
        Path temporary = path.resolveSibling(path.getFileName() + ".tmp");
        Files.deleteIfExists(temporary);
        MVStore store = openStore(temporary, "");
        try {
            store.setStoreVersion(FORMAT);
            H2File file = new H2File(temporary, store);
            content.writeTo(file);
            file.commit();
            file.sync();
            file.close();
        } catch (MVStoreException e) {
            store.closeImmediately();
            throw failed(path, e);
        } catch (IOException e) {
            store.closeImmediately();
            throw e;
        }
        DurableFiles.rename(temporary, path);
    }

    private static MVStore openStore(Path path, String h2Prefix) throws IOException {
        try {
            return new MVStore.Builder()
                    .fileName(ChunkGuardPath.guarded(h2Prefix + path.toAbsolutePath()))
                    .autoCommitDisabled()
                    .autoCommitBufferSize(0)
                    .cacheSize(CACHE_MEBIBYTES)
                    .open();
        } catch (MVStoreException e) {
            if (e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
                throw new IOException("log " + path + " is in use by another process", e);
            }
            throw damaged(path, e);
        }
    }

    /** MVStore falls back to older chunks silently; the guard's header tells which one it should have taken. */
    private static void checkComplete(Path path, MVStore store) throws IOException {
        FileStore<?> file = store.getFileStore();
        long expected = DataUtils.readHexLong(file.getStoreHeader(), "version", 0);
        if (file.lastChunkVersion() != expected) {
            throw new IOException("log " + path + " is damaged: write " + expected
                    + " needs a part of the file that is not intact; the newest write that does not is "
                    + file.lastChunkVersion() + WHAT_TO_DO);
        }
        if (store.getStoreVersion() < 1) {
            throw new IOException("log " + path + " is damaged, or another program's: it names no format" + WHAT_TO_DO);
        }
        if (store.getStoreVersion() > FORMAT) {
            throw new IOException("log " + path + " has format " + store.getStoreVersion()
                    + ", which this version does not know (it knows up to " + FORMAT + "): use a newer one");
        }
    }

    Path path() {
        return path;
    }

    /** Entries by {@link LogKeys#entryKey}. */
    MVMap<Long, byte[]> entries() {
        return entries;
    }

    /** Groups, as {@link LogKeys#encode} writes them, by genesis id. */
    MVMap<String, byte[]> groups() {
        return groups;
    }

    MVMap<String, byte[]> tables() {
        return tables;
    }

    /** Writes all changes as one chunk; not durable before {@link #sync}. */
    void commit() {
        if (++commits >= COMMITS_BETWEEN_COMPACTIONS) {
            commits = 0;
            store.compact(FILL_RATE_MIN_PERCENT, COMPACTION_BYTES_MAX);
        }
        store.commit();
    }

    void sync() {
        store.sync();
    }

    void close() {
        store.close();
    }

    /** Lets go of the file without writing. */
    void closeImmediately() {
        store.closeImmediately();
    }

    IOException damaged(Exception cause) {
        return damaged(path, cause);
    }

    static IOException damaged(Path path, Exception cause) {
        return new IOException(
                "log " + path + " is damaged or cannot be read: " + innermost(cause) + WHAT_TO_DO, cause);
    }

    IOException failed(Throwable cause) {
        return failed(path, cause);
    }

    private static IOException failed(Path path, Throwable cause) {
        return new IOException("writing log " + path + " failed: " + innermost(cause), cause);
    }

    /** What the disk said, if it said something. */
    private static String innermost(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof MVStoreException || cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
