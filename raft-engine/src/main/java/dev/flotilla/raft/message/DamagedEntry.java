package dev.flotilla.raft.message;

/**
 * An entry whose payload cannot be read any longer although it was acknowledged. Its head is intact.
 *
 * @param kind what the payload was
 * @param place where it is stored, for people: a file and an offset
 */
public record DamagedEntry(EntryId id, Entry.Kind kind, String place) implements StoredEntry {
    public long index() {
        return id.index();
    }
}
