package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.transport.Bytes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What may be written to logs: log matching, leader append-only, each request once, configurations one after the other. */
final class LogChecks {
    /** An entry that another one has the place and term of, since two led that term. */
    private record Other(EntryId id, EntryId prev, Bytes payload) {}

    private final Facts facts;
    private final Set<Other> others = new HashSet<>();
    private final Set<RequestId> appended = new HashSet<>();
    private final Set<RequestId> refused = new HashSet<>();
    private final List<EntryId> followed = new ArrayList<>(); // configurations, by others made in this step

    LogChecks(Facts facts) {
        this.facts = facts;
    }

    /** Log matching (paper §5.3): wherever an entry is, it is the same and follows the same. */
    void onPersist(SimPeer peer, Effect.Persist persist) {
        if (persist.entries().isEmpty()) {
            return;
        }
        SimLog log = peer.log();
        long first = persist.entries().get(0).index();
        long commitIndex = facts.commitIndexes.getOrDefault(peer, 0L);
        if (first <= commitIndex) {
            throw Violation.of(
                    "%s replaces committed entries: from %d on, commitIndex %d", peer.name(), first, commitIndex);
        }
        if (first <= log.base().index() || first > log.lastIndex() + 1) {
            throw Violation.of("%s writes entries from %d on; its log is %s", peer.name(), first, log);
        }
        EntryId prev = log.idAt(first - 1);
        for (Entry entry : persist.entries()) {
            onEntry(peer, prev, entry);
            prev = entry.id();
        }
    }

    private void onEntry(SimPeer peer, EntryId prev, Entry entry) {
        Facts.Known known = facts.entries.get(entry.id());
        if (known == null) {
            facts.entries.put(entry.id(), new Facts.Known(prev, entry.kind(), entry.payload()));
            onNew(peer, prev, entry);
        } else if (isAnother(known, prev, entry)) {
            if (entry.index() > facts.keptIndex()) { // two led that term
                if (others.add(new Other(entry.id(), prev, entry.payload()))) {
                    onNew(peer, prev, entry);
                }
                return;
            }
            throw Violation.of(
                    "entry %s differs at %s: follows %s, %s; elsewhere %s",
                    entry.id(), peer.name(), prev, entry.kind(), known);
        }
        if (prev.index() != entry.index() - 1 || prev.term() > entry.term()) {
            throw Violation.of("entry %s follows %s at %s", entry.id(), prev, peer.name());
        }
    }

    private static boolean isAnother(Facts.Known known, EntryId prev, Entry entry) {
        return !known.prev().equals(prev)
                || known.kind() != entry.kind()
                || !(entry.isHollow() || known.payload().equals(entry.payload()));
    }

    private void onNew(SimPeer peer, EntryId prev, Entry entry) {
        if (!facts.isLeader(peer.id(), entry.term())) {
            throw Violation.of(
                    "%s makes entry %s, but those who led that term are %s",
                    peer.name(),
                    entry.id(),
                    facts.leaders.getOrDefault(entry.term(), Set.of()).stream()
                            .map(Names::of)
                            .toList());
        }
        if (entry.kind() == Entry.Kind.COMMAND) {
            RequestId request = facts.decoded.command(entry).request();
            Violation.unless(appended.add(request), "%s appended twice, the second time at %s", request, entry.id());
            Violation.unless(!refused.contains(request), "%s appended at %s after Refused", request, entry.id());
        } else if (entry.kind() == Entry.Kind.CONFIGURATION) {
            onNewConfiguration(prev, entry);
        }
    }

    /**
     * One change at a time, first joint, then new (paper §6): a configuration follows one that is committed; what is left
     * is what was there, and what is entered is what was joint, so that every two quorums share a voter. One that is not
     * joint may follow another if it changes what is agreed on beside the members.
     */
    private void onNewConfiguration(EntryId prev, Entry entry) {
        Configuration next = facts.decoded.configuration(entry);
        EntryId at = prev;
        Facts.Known before = known(at);
        while (before.kind() != Entry.Kind.CONFIGURATION) {
            at = before.prev();
            before = known(at);
        }
        Configuration present = facts.decoded.configuration(new Entry(at, before.kind(), before.payload()));
        followed.add(at);
        Violation.unless(
                isStep(present, next),
                "configuration %s %s follows %s %s",
                entry.id(),
                MessageText.of(next),
                at,
                MessageText.of(present));
    }

    private static boolean isStep(Configuration present, Configuration next) {
        if (next.featureLevel() < present.featureLevel()) {
            return false; // it never falls
        }
        if (next.isJoint()) {
            return !present.isJoint() && next.previous().equals(present.members());
        }
        return next.members().equals(present.members()) && (present.isJoint() || !next.equals(present));
    }

    private Facts.Known known(EntryId id) {
        Facts.Known found = facts.entries.get(id);
        if (found == null) {
            throw Violation.of("nobody made entry %s", id);
        }
        return found;
    }

    /** What a configuration follows must be committed once the step is over in which it was made. */
    void onStepped() {
        for (EntryId id : followed) {
            Violation.unless(
                    facts.isCommitted(id) || id.index() > facts.keptIndex(),
                    "a configuration follows %s, which is not committed",
                    id);
        }
        followed.clear();
    }

    /** Leader append-only (paper §5.3). */
    void onLeaderPersist(SimPeer peer, List<Entry> entries) {
        if (!entries.isEmpty() && entries.get(0).index() != peer.log().lastIndex() + 1) {
            throw Violation.of(
                    "leader %s overwrites its log %s from %s on",
                    peer.name(), peer.log(), entries.get(0).id());
        }
    }

    /** A refused request is nowhere and will never be. */
    void onRefused(RequestId request) {
        refused.add(request);
        if (appended.contains(request)) {
            throw Violation.of("%s is refused, but was appended", request);
        }
    }
}
