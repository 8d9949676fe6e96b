package dev.flotilla.raft.storage;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.SnapshotMeta;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The newest snapshot of each group, and at most one that is being received. Thread-safe for different groups; of one
 * group, any number of threads may read, while one saves and another receives and installs.
 *
 * <p>A snapshot is replaced by a newer one at once, but one that is being sent, or was lately, stays beside it until the
 * next: a receiver whose transfer broke must find it again, or a slow one would begin anew with each newer snapshot and
 * never end.
 */
public interface SnapshotStore {
    /** The newest snapshot of that group. */
    Optional<SnapshotMeta> newest(GenesisId genesis) throws IOException;

    /**
     * The state in {@code snapshot}, from its first byte; a snapshot that is replaced meanwhile can still be read to its
     * end. Each piece is verified before any byte of it comes out of the stream, and the whole before the stream ends.
     *
     * @throws IOException also if it is not here any longer
     */
    InputStream open(GenesisId genesis, SnapshotMeta snapshot) throws IOException;

    /**
     * The pieces of {@code snapshot} from {@code offset} on, for another peer.
     *
     * @param offset of the state's bytes: where a chunk begins, or the state's end
     * @throws IOException also if it is not here any longer, or no chunk begins there
     */
    Chunks chunks(GenesisId genesis, SnapshotMeta snapshot, long offset) throws IOException;

    /**
     * Writes this peer's own state: hashed while it is written, durable and the newest when this returns.
     *
     * @return what was written; or, if one that is newer was installed meanwhile and stays the newest, that one
     */
    SnapshotMeta save(
            GenesisId genesis,
            EntryId lastIncluded,
            Configuration configuration,
            EntryId configurationId,
            StateWriter state)
            throws IOException;

    /**
     * Begins or resumes to receive {@code snapshot}; what was received of another one is dropped. Verifies what is here,
     * which takes its time.
     */
    Receiver receive(GenesisId genesis, SnapshotMeta snapshot) throws IOException;

    /**
     * Makes a snapshot that was received and finished the newest; one that is not newer than the newest changes nothing.
     *
     * @throws IOException also if it was not finished
     */
    void install(GenesisId genesis, SnapshotMeta snapshot) throws IOException;

    /** Removes everything of that group. */
    void delete(GenesisId genesis) throws IOException;

    /** Writes a state. */
    @FunctionalInterface
    interface StateWriter {
        void writeTo(OutputStream out) throws IOException;
    }

    /** A snapshot that is being sent. Used by one thread at a time. */
    interface Chunks extends AutoCloseable {
        /** The next piece, which is intact; null after the last. */
        @Nullable
        SnapshotChunk next() throws IOException;

        @Override
        void close() throws IOException;
    }

    /** A snapshot that is being received. Used by one thread at a time. */
    interface Receiver extends AutoCloseable {
        /** How many of the state's bytes are here already. */
        long offset();

        /**
         * Appends the chunk that begins at {@link #offset}.
         *
         * @throws IOException also if it is not as large as the one that begins there; if the disk failed, all that was
         *     received is dropped
         */
        void append(SnapshotChunk chunk) throws IOException;

        /**
         * Verifies size and hash and makes the bytes durable. A snapshot with another hash is dropped, and one that the disk
         * did not take.
         *
         * @throws IOException if size or hash differ, or the disk fails
         */
        void finish() throws IOException;

        /** Lets go of the file; what was received stays for a resumption. */
        @Override
        void close() throws IOException;
    }
}
