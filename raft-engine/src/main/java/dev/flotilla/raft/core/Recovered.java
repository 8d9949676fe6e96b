package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Certificate;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.StoredEntry;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a peer finds on its disk about a group when it starts.
 *
 * @param hardState the last one written
 * @param snapshot the newest one, or null; its last entry is at or after {@code base}
 * @param base the entry before the first one in the log; {@link EntryId#NONE} if nothing was compacted
 * @param entries the log, consecutive from {@code base.index() + 1} on, damaged ones among them
 * @param certificates this peer's chain, its own first; empty if it has none
 * @param contacts peers that are believed to be members before a configuration is known: those of the ticket
 */
public record Recovered(
        HardState hardState,
        @Nullable SnapshotMeta snapshot,
        EntryId base,
        Iterable<? extends StoredEntry> entries,
        List<Certificate> certificates,
        Set<PeerId> contacts) {
    public Recovered {
        certificates = List.copyOf(certificates);
        contacts = Set.copyOf(contacts);
    }

    /** A newcomer, who knows nothing but the contacts of its ticket. */
    public static Recovered newcomer(Set<PeerId> contacts) {
        return new Recovered(HardState.INITIAL, null, EntryId.NONE, List.of(), List.of(), contacts);
    }

    /** Makes {@code group}, which is new, what was found. */
    void into(Group group) {
        entries.forEach(entry -> append(group, entry));
        if (snapshot != null) {
            restore(group, snapshot);
        }
        group.recover(hardState, snapshot);
    }

    private static void append(Group group, StoredEntry stored) {
        if (stored instanceof Entry entry) {
            group.log.append(entry);
            group.backlog.appended(entry.index(), entry.sizeBytes());
            group.hollow = entry.isHollow() ? group.hollow.with(entry.index()) : group.hollow;
        } else if (stored instanceof DamagedEntry damaged) {
            group.log.appendDamaged(damaged.id());
            group.backlog.appended(damaged.index(), 0);
            group.damage.found(damaged);
        }
    }

    /** The snapshot may be newer than the log: a crash came between the two. */
    private static void restore(Group group, SnapshotMeta snapshot) {
        if (!group.log.contains(snapshot.lastIncluded())) {
            group.log.install(snapshot, false);
            group.backlog.installed(snapshot.index(), false);
            group.damage.compactedTo(Long.MAX_VALUE);
            group.hollow = Hollow.NONE;
        } else { // its configuration may lie before the base, and what follows it may be truncated
            group.log.configured(snapshot);
        }
    }
}
