package dev.flotilla.raft.message;

/** One place of a log as it is found on disk: an entry, or who the damaged one is that should be there. */
public sealed interface StoredEntry permits Entry, DamagedEntry {
    EntryId id();

    Entry.Kind kind();
}
