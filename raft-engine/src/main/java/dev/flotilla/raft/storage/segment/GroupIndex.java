package dev.flotilla.raft.storage.segment;

import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.storage.DamagedLogException;
import dev.flotilla.raft.storage.LogDamage;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One group in memory: its state and where its records are. */
final class GroupIndex {
    private final LiveBytes live;
    final EntryPlaces entries = new EntryPlaces();
    private @Nullable HardState hardState; // null: not read yet, or lost
    private EntryId base = EntryId.NONE;
    private EntryId last = EntryId.NONE;
    private long groupPlace = Place.NOWHERE;
    private int groupPayloadBytes;
    private @Nullable TreeMap<Long, Lost> damaged; // null: none

    /** Who a damaged entry is. */
    private record Lost(EntryId id, int entryKind) {}

    GroupIndex(LiveBytes live) {
        this.live = live;
    }

    /** What is stored, or null if the hard state is lost. */
    @Nullable
    StoredGroup stored() {
        HardState known = hardState;
        return known == null ? null : new StoredGroup(known, base, last);
    }

    /** What to say of a group whose hard state is lost. */
    DamagedLogException lost(GenesisId genesis, SegmentNames names) {
        return new DamagedLogException(
                "the hard state of group " + genesis + " is damaged: " + names.describe(groupPlace));
    }

    /** Where the record of the hard state is. */
    long groupPlace() {
        return groupPlace;
    }

    EntryId last() {
        return last;
    }

    void group(@Nullable StoredGroup group, long place, int payloadBytes) {
        live.remove(groupPlace, groupPayloadBytes);
        groupPlace = place;
        groupPayloadBytes = payloadBytes;
        live.add(place, payloadBytes);
        if (group == null) {
            hardState = null;
            return;
        }
        hardState = group.hardState();
        base = group.base();
        last = group.last();
        removeFrom(last.index() + 1);
        removeBefore(base.index() + 1);
    }

    /** An entry that replaces the log from its index on. */
    void append(RecordHead head, long place, boolean isDamaged) {
        removeFrom(head.id().index());
        put(head, place, isDamaged);
        last = head.id();
    }

    /** An entry that is in the log. */
    void put(RecordHead head, long place, boolean isDamaged) {
        EntryId id = head.id();
        int payloadBytes = head.payloadBytes();
        long index = id.index();
        forget(index);
        entries.set(index, place, payloadBytes);
        live.add(place, payloadBytes);
        setDamaged(head, isDamaged);
        if (index > last.index()) {
            last = id; // in a replay from the middle: the group's own record comes later
        }
    }

    private void forget(long index) {
        long place = entries.place(index);
        if (place != Place.NOWHERE) {
            live.remove(place, entries.payloadBytes(index));
        }
    }

    private void removeFrom(long index) {
        for (long i = Math.max(index, entries.firstIndex()); i < entries.endIndex(); i++) {
            forget(i);
        }
        entries.removeFrom(index);
        if (damaged != null) {
            damaged.tailMap(index, true).clear();
        }
    }

    private void removeBefore(long index) {
        for (long i = entries.firstIndex(); i < Math.min(index, entries.endIndex()); i++) {
            forget(i);
        }
        entries.removeBefore(index);
        if (damaged != null) {
            damaged.headMap(index).clear();
        }
    }

    /** All records of the group are dead. */
    void remove() {
        live.remove(groupPlace, groupPayloadBytes);
        groupPlace = Place.NOWHERE;
        removeFrom(0);
    }

    private void setDamaged(RecordHead head, boolean isDamaged) {
        EntryId id = head.id();
        if (isDamaged) {
            if (damaged == null) {
                damaged = new TreeMap<>();
            }
            damaged.put(id.index(), new Lost(id, head.entryKind()));
        } else if (damaged != null) {
            damaged.remove(id.index());
        }
    }

    /** The entry at {@code place} turned out to be damaged. */
    void onDamaged(RecordHead head, long place) {
        if (entries.place(head.id().index()) == place) {
            setDamaged(head, true);
        }
    }

    /** Who the damaged entry at that index is, or null if it is intact. */
    @Nullable
    EntryId damaged(long index) {
        Lost found = damaged == null ? null : damaged.get(index);
        return found == null ? null : found.id;
    }

    /** Whether the entry at that index has a record, and nothing in it. */
    boolean isWithoutPayload(long index) {
        return entries.place(index) != Place.NOWHERE && entries.payloadBytes(index) == 0;
    }

    LogDamage damage(SegmentNames names) {
        List<DamagedEntry> list = new ArrayList<>();
        if (damaged != null) {
            damaged.forEach((index, each) -> list.add(
                    new DamagedEntry(each.id, Entry.Kind.of(each.entryKind), names.describe(entries.place(index)))));
        }
        return new LogDamage(hardState == null, list);
    }

    /** The first index that has no record although the log reaches over it, or -1. */
    long firstMissingIndex() {
        if (hardState == null) {
            return -1;
        }
        for (long index = base.index() + 1; index <= last.index(); index++) {
            if (entries.place(index) == Place.NOWHERE) {
                return index;
            }
        }
        return -1;
    }
}
