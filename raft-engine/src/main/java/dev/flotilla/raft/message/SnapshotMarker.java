package dev.flotilla.raft.message;

/**
 * Where a snapshot that is driven from outside begins: what the state contained at that moment.
 *
 * @param genesis the group
 * @param lastIncluded the last entry that the state contained
 * @param configuration in force at that entry
 * @param configurationId the entry that it came with
 */
public record SnapshotMarker(
        GenesisId genesis, EntryId lastIncluded, Configuration configuration, EntryId configurationId) {
    public long index() {
        return lastIncluded.index();
    }
}
