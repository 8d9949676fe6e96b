package dev.flotilla.raft.storage;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/**
 * The newest snapshot of each group, and at most one that is being received. Thread-safe for different groups; of one
 * group, one thread may save while another receives and installs.
 */
public interface SnapshotStore {
    /** The newest snapshot of that group. */
    Optional<SnapshotMeta> newest(GenesisId genesis) throws IOException;

    /**
     * The state in {@code snapshot}, from its first byte; a snapshot that is replaced meanwhile can still be read to its
     * end.
     *
     * @throws IOException also if it is not the newest any longer
     */
    InputStream open(GenesisId genesis, SnapshotMeta snapshot) throws IOException;

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

    /** Begins or resumes to receive {@code snapshot}; what was received of another one is dropped. */
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

    /** A snapshot that is being received. Used by one thread at a time. */
    interface Receiver extends AutoCloseable {
        /** How many bytes are here already. */
        long offset();

        /** Appends bytes at {@link #offset}. */
        void append(Bytes chunk) throws IOException;

        /**
         * Verifies size and hash and makes the bytes durable. A snapshot that fails is dropped.
         *
         * @throws IOException if size or hash differ, or the disk fails
         */
        void finish() throws IOException;

        /** Lets go of the file; what was received stays for a resumption. */
        @Override
        void close() throws IOException;
    }
}
