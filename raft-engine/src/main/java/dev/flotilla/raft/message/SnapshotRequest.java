package dev.flotilla.raft.message;

/**
 * Opens a byte stream from who lacks a snapshot to who may hold it.
 *
 * @param storeId of the asking peer's data directory
 * @param offset of the state's bytes, from where on it is to be sent
 * @param uncompressed whether the asking peer reads nothing else
 */
public record SnapshotRequest(
        GenesisId genesis, StoreId storeId, SnapshotMeta snapshot, long offset, boolean uncompressed) {
    public SnapshotRequest {
        if (offset < 0 || offset > snapshot.sizeBytes()) {
            throw new IllegalArgumentException(
                    "a snapshot of " + snapshot.sizeBytes() + " bytes has none at offset " + offset);
        }
    }
}
