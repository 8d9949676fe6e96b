package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.transport.PeerId;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Who may lead and what is committed: election safety, leader completeness, commitment by quorums that are on disk. */
final class CommitChecks {
    private final Facts facts;
    private long lost; // leaders that lacked what is committed, which a broken promise may cost
    private final Map<SimPeer, Configuration> configurations = new HashMap<>(); // in force after its last step

    CommitChecks(Facts facts) {
        this.facts = facts;
    }

    void started(SimPeer peer) {
        facts.commitIndexes.remove(peer);
        configurations.remove(peer);
    }

    /** Election safety (paper §5.2). */
    void onLeader(SimPeer peer, long term) {
        Set<PeerId> leaders = facts.leaders.computeIfAbsent(term, each -> new LinkedHashSet<>());
        Violation.unless(
                leaders.isEmpty() || facts.isBroken(),
                "two leaders in term %d: %s and %s",
                term,
                peer.name(),
                leaders.stream().map(Names::of).toList());
        leaders.add(peer.id());
    }

    /** Leader completeness (paper §5.4.3), that its entries are whole, and that votes on disks made this leader. */
    void onElected(SimPeer peer, long term) {
        SimLog log = peer.log();
        Violation.unless(
                !peer.disk().isKnownDamaged(log.lastIndex()), "leader %s of term %d has damage", peer.name(), term);
        for (int i = (int) log.base().index(); i < facts.committed.size(); i++) {
            Facts.Committed each = facts.committed.get(i);
            if (each.byTerm() < term && !log.contains(each.id())) {
                if (each.id().index() > facts.keptIndex()) {
                    lost++;
                    break;
                }
                throw Violation.of(
                        "leader %s of term %d lacks committed entry %s: its log is %s",
                        peer.name(), term, each.id(), log);
            }
        }
        Violation.unless(
                log.entries().stream().noneMatch(Entry::isHollow)
                        && !peer.machine().isHollow(),
                "leader %s of term %d has entries without what they carry",
                peer.name(),
                term);
        boolean elected = facts.isQuorum(
                peer.configuration(), disk -> disk.hardState().term() > term || disk.votedFor(peer.id(), term));
        if (!elected) {
            throw Violation.of(
                    "leader %s of term %d was not elected by the disks of %s",
                    peer.name(), term, MessageText.of(peer.configuration()));
        }
    }

    /** How often a leader was elected without something committed, since a promise was broken. */
    long lost() {
        return lost;
    }

    /** The commit index never falls; what is committed is the same everywhere and on a quorum's disks. */
    void onStepped(SimPeer peer) {
        Violation.unless(
                peer.role() != Role.LEADER || !peer.disk().isKnownDamaged(Long.MAX_VALUE),
                "%s leads on although its log is damaged",
                peer.name());
        long before = facts.commitIndexes.getOrDefault(peer, 0L);
        long now = peer.commitIndex();
        Configuration configuration = peer.configuration();
        Configuration inForceBefore = configurations.put(peer, configuration);
        checkDurable(peer, peer.status().durableIndex());
        if (now == before) {
            return;
        }
        Violation.unless(now >= before, "commitIndex of %s falls from %d to %d", peer.name(), before, now);
        facts.commitIndexes.put(peer, now);
        Violation.unless(now <= peer.log().lastIndex(), "%s commits %d; its log is %s", peer.name(), now, peer.log());
        if (peer.role() == Role.LEADER) {
            checkLeader(peer, now, configuration, inForceBefore == null ? configuration : inForceBefore);
        }
        for (long index = Math.max(before, peer.log().base().index()) + 1; index <= now; index++) {
            commit(peer, peer.log().idAt(index), peer.term());
        }
    }

    /** What a peer takes for durable is on its disk (DESIGN.md section 4, Durability). */
    private static void checkDurable(SimPeer peer, long durableIndex) {
        SimLog log = peer.log();
        if (durableIndex <= log.base().index()) {
            return; // an installed snapshot counts before it is written
        }
        if (!log.reaches(durableIndex) || !peer.disk().holds(log.idAt(durableIndex))) {
            throw Violation.of(
                    "%s takes its log %s for durable up to %d; its disk has %s",
                    peer.name(), log, durableIndex, peer.disk().log());
        }
    }

    private void checkLeader(SimPeer peer, long index, Configuration now, Configuration before) {
        EntryId id = peer.log().idAt(index);
        Violation.unless(
                id.term() == peer.term(),
                "leader %s of term %d commits up to %s, which is not of its term (paper figure 8)",
                peer.name(),
                peer.term(),
                id);
        boolean isOnDisks = facts.isQuorum(before, disk -> counts(before, disk, id))
                || facts.isQuorum(now, disk -> counts(now, disk, id));
        if (!isOnDisks) {
            throw Violation.of(
                    "leader %s commits %s, which no quorum of %s has on disk", peer.name(), id, MessageText.of(now));
        }
    }

    /** A witness's does by terms and indexes; anybody else's only with all that its entries carry. */
    private static boolean counts(Configuration configuration, SimDisk disk, EntryId id) {
        return disk.held(id)
                && (disk.log().firstHollow() > id.index()
                        || Stream.concat(configuration.members().stream(), configuration.previous().stream())
                                .anyMatch(member ->
                                        member.isWitness() && member.storeId().equals(disk.storeId())));
    }

    private void commit(SimPeer peer, EntryId id, long term) {
        int known = facts.committed.size();
        if (id.index() > known + 1) {
            throw Violation.of("%s commits %s; known are %d", peer.name(), id, known);
        } else if (id.index() == known + 1) {
            facts.committed.add(new Facts.Committed(id, term));
        } else if (!facts.isCommitted(id) && id.index() <= facts.keptIndex()) {
            throw Violation.of(
                    "%s commits %s at an index where %s is committed",
                    peer.name(), id, facts.committed.get((int) id.index() - 1).id());
        }
    }
}
