package dev.flotilla.raft.message;

import dev.flotilla.transport.Bytes;

/**
 * Which snapshot, and what stands beside the state (paper §7). Two with the same last entry and hash are the same.
 *
 * @param lastIncluded the last entry that the state contains
 * @param configuration in force at that entry
 * @param configurationId the entry that it came with
 * @param sizeBytes of the state
 * @param hash SHA-256 of the state
 */
public record SnapshotMeta(
        EntryId lastIncluded, Configuration configuration, EntryId configurationId, long sizeBytes, Bytes hash) {
    public static final int HASH_BYTES = 32;

    public SnapshotMeta {
        if (lastIncluded.index() == 0 || configurationId.index() > lastIncluded.index() || sizeBytes < 0) {
            throw new IllegalArgumentException("no snapshot ends at " + lastIncluded + " with configuration "
                    + configurationId + " and " + sizeBytes + " bytes");
        }
        if (hash.size() != HASH_BYTES) {
            throw new IllegalArgumentException("expected a hash of " + HASH_BYTES + " bytes, got " + hash.size());
        }
    }

    /** How far the log stands, for a witness: it takes the place of entries, and there are no bytes to it. */
    public static SnapshotMeta forWitness(EntryId last, Configuration configuration, EntryId configurationId) {
        return new SnapshotMeta(last, configuration, configurationId, 0, Bytes.wrap(new byte[HASH_BYTES]));
    }

    public long index() {
        return lastIncluded.index();
    }
}
