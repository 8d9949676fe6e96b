package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.SnapshotProgress;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What must hold after every step of any peer (paper figure 3 and what the design adds), from outside: what is believed
 * is what was emitted, sent and is on the disks, never what a core says about itself, but for its commit index.
 */
final class Invariants {
    /** An entry that exists somewhere, and which one it follows. */
    private record Known(EntryId prev, Entry.Kind kind, Bytes payload) {}

    /** An entry that is committed, and a term by which it was. */
    private record Committed(EntryId id, long byTerm) {}

    /** Finds the disk of a member's data directory, also when it is gone. */
    interface Disks {
        @Nullable
        SimDisk of(Member member);
    }

    private final Disks disks;
    private final Map<Long, PeerId> leaders = new HashMap<>(); // by term
    private final Map<EntryId, Known> entries = new HashMap<>();
    private final List<Committed> committed = new ArrayList<>(); // index 1 first
    private final List<@Nullable Long> chains = new ArrayList<>(); // the state after each applied entry, index 1 first
    private final Map<RequestId, Long> appliedRequests = new HashMap<>();
    private final Set<RequestId> appended = new HashSet<>();
    private final Set<RequestId> refused = new HashSet<>();
    private final Set<RequestId> lost = new HashSet<>();
    private final Map<SimPeer, Long> commitIndexes = new HashMap<>(); // of the present life

    private final Map<SimPeer, Configuration> configurations = new HashMap<>(); // in force after its last step

    Invariants(Disks disks) {
        this.disks = disks;
    }

    /** The entry that a group is created with is there from the start, and committed. */
    void founded(Entry founding) {
        entries.put(founding.id(), new Known(EntryId.NONE, founding.kind(), founding.payload()));
        committed.add(new Committed(founding.id(), founding.term()));
    }

    void started(SimPeer peer) {
        commitIndexes.remove(peer);
        configurations.remove(peer);
    }

    // ---- logs ----

    /** Log matching (paper §5.3): wherever an entry is, it is the same and follows the same. */
    void onPersist(SimPeer peer, Effect.Persist persist) {
        if (persist.entries().isEmpty()) {
            return;
        }
        long first = persist.entries().get(0).index();
        Violation.unless(
                first > commitIndexes.getOrDefault(peer, 0L),
                "%s replaces committed entries: from %d on, commitIndex %d",
                peer.name(),
                first,
                commitIndexes.get(peer));
        Violation.unless(
                first > peer.log().base().index() && first <= peer.log().lastIndex() + 1,
                "%s writes entries from %d on; its log is %s",
                peer.name(),
                first,
                peer.log());
        EntryId prev = peer.log().idAt(first - 1);
        for (Entry entry : persist.entries()) {
            onEntry(peer, prev, entry);
            prev = entry.id();
        }
    }

    private void onEntry(SimPeer peer, EntryId prev, Entry entry) {
        Known here = new Known(prev, entry.kind(), entry.payload());
        Known known = entries.putIfAbsent(entry.id(), here);
        Violation.unless(
                known == null || known.equals(here) || (entry.isHollow() && known.kind() == entry.kind()),
                "entry %s differs at %s: follows %s, %s; elsewhere %s",
                entry.id(),
                peer.name(),
                prev,
                entry.kind(),
                known);
        Violation.unless(
                prev.index() == entry.index() - 1 && prev.term() <= entry.term(),
                "entry %s follows %s at %s",
                entry.id(),
                prev,
                peer.name());
        if (known == null) {
            Violation.unless(
                    peer.id().equals(leaders.get(entry.term())),
                    "%s makes entry %s, but the leader of that term is %s",
                    peer.name(),
                    entry.id(),
                    leaders.get(entry.term()));
            if (entry.kind() == Entry.Kind.COMMAND) {
                RequestId request = Payloads.command(entry).request();
                Violation.unless(
                        appended.add(request), "%s appended twice, the second time at %s", request, entry.id());
                Violation.unless(!refused.contains(request), "%s appended at %s after Refused", request, entry.id());
            }
        }
    }

    /** Leader append-only (paper §5.3). */
    void onLeaderPersist(SimPeer peer, Effect.Persist persist) {
        Violation.unless(
                persist.entries().isEmpty()
                        || persist.entries().get(0).index() == peer.log().lastIndex() + 1,
                "leader %s overwrites its log %s from %s on",
                peer.name(),
                peer.log(),
                persist.entries().stream().map(Entry::id).findFirst());
    }

    // ---- elections ----

    /** Election safety (paper §5.2). */
    void onLeader(SimPeer peer, long term) {
        PeerId other = leaders.putIfAbsent(term, peer.id());
        Violation.unless(
                other == null, "two leaders in term %d: %s and %s", term, peer.name(), MessageText.name(other));
    }

    /** Leader completeness (paper §5.4.3), that its entries are whole, and that votes on disks made this leader. */
    void onElected(SimPeer peer, long term, Configuration configuration) {
        for (Committed each : committed) {
            if (each.byTerm() < term && each.id().index() > peer.log().base().index()) {
                Violation.unless(
                        peer.log().contains(each.id()),
                        "leader %s of term %d lacks committed entry %s: its log is %s",
                        peer.name(),
                        term,
                        each.id(),
                        peer.log());
            }
        }
        Violation.unless(
                peer.log().entries().stream().noneMatch(Entry::isHollow)
                        && !peer.machine().isHollow(),
                "leader %s of term %d has entries without what they carry",
                peer.name(),
                term);
        Violation.unless(
                isQuorum(
                        configuration,
                        disk -> disk.hardState().term() > term || peer.id().equals(disk.voteIn(term))),
                "leader %s of term %d was not elected by the disks of %s",
                peer.name(),
                term,
                MessageText.of(configuration));
    }

    private boolean isQuorum(Configuration configuration, Predicate<SimDisk> agrees) {
        return isMajority(configuration.members(), agrees)
                && (!configuration.isJoint() || isMajority(configuration.previous(), agrees));
    }

    private boolean isMajority(List<Member> members, Predicate<SimDisk> agrees) {
        int voters = 0;
        int agreeing = 0;
        for (Member member : members) {
            if (member.votes()) {
                voters++;
                SimDisk disk = disks.of(member);
                agreeing += disk != null && agrees.test(disk) ? 1 : 0;
            }
        }
        return agreeing > voters / 2;
    }

    // ---- commitment ----

    /** The commit index never falls; what is committed is the same everywhere and on a quorum's disks. */
    void onStatus(SimPeer peer, CoreStatus status) {
        long before = commitIndexes.getOrDefault(peer, 0L);
        long now = status.commitIndex();
        Configuration inForceBefore = configurations.getOrDefault(peer, status.configuration());
        configurations.put(peer, status.configuration());
        Violation.unless(now >= before, "commitIndex of %s falls from %d to %d", peer.name(), before, now);
        if (now == before) {
            return;
        }
        commitIndexes.put(peer, now);
        Violation.unless(now <= peer.log().lastIndex(), "%s commits %d; its log is %s", peer.name(), now, peer.log());
        if (status.role() == Role.LEADER) {
            EntryId id = peer.log().idAt(now);
            Violation.unless(
                    id.term() == status.term(),
                    "leader %s of term %d commits up to %s, which is not of its term (paper figure 8)",
                    peer.name(),
                    status.term(),
                    id);
            Violation.unless(
                    isQuorum(inForceBefore, disk -> disk.holds(id))
                            || isQuorum(status.configuration(), disk -> disk.holds(id)),
                    "leader %s commits %s, which no quorum of %s has on disk",
                    peer.name(),
                    id,
                    MessageText.of(status.configuration()));
        }
        for (long index = Math.max(before, peer.log().base().index()) + 1; index <= now; index++) {
            commit(peer, peer.log().idAt(index), status.term());
        }
    }

    private void commit(SimPeer peer, EntryId id, long term) {
        if (id.index() <= committed.size()) {
            EntryId known = committed.get((int) id.index() - 1).id();
            Violation.unless(
                    known.equals(id), "%s commits %s at an index where %s is committed", peer.name(), id, known);
        } else {
            Violation.unless(
                    id.index() == committed.size() + 1,
                    "%s commits %s; known are %d",
                    peer.name(),
                    id,
                    committed.size());
            committed.add(new Committed(id, term));
        }
    }

    /** The highest index that any peer ever knew to be committed. */
    long commitIndex() {
        return committed.size();
    }

    // ---- what leaves a peer ----

    /** Persisted before sent (paper figure 2: updated on stable storage before responding). */
    void onSend(SimPeer peer, PeerId to, RaftMessage message) {
        HardState disk = peer.disk().hardState();
        if (message instanceof RaftMessage.VoteReply reply && reply.granted()) {
            Violation.unless(
                    disk.term() > reply.term() || (disk.term() == reply.term() && to.equals(disk.votedFor())),
                    "%s grants %s a vote in term %d; on its disk is %s",
                    peer.name(),
                    to,
                    reply.term(),
                    disk);
        } else if (message instanceof RaftMessage.RequestVote request) {
            Violation.unless(
                    disk.term() > request.term()
                            || (disk.term() == request.term() && peer.id().equals(disk.votedFor())),
                    "%s campaigns in term %d; on its disk is %s",
                    peer.name(),
                    request.term(),
                    disk);
        } else if (message instanceof RaftMessage.AppendAccepted reply) {
            requireOnDisk(peer, message, reply.matchIndex());
        } else if (message instanceof RaftMessage.InstallSnapshotReply reply
                && reply.progress() == SnapshotProgress.INSTALLED) {
            requireOnDisk(peer, message, reply.index());
        } else if (message instanceof RaftMessage.AppendEntries append) {
            onAppendEntries(peer, append);
        }
        Violation.unless(termOf(message) <= disk.term(), "%s sends %s; on its disk is %s", peer.name(), message, disk);
    }

    private static void requireOnDisk(SimPeer peer, RaftMessage message, long index) {
        Violation.unless(
                peer.disk().log().lastIndex() >= index,
                "%s sends %s; its disk has %s",
                peer.name(),
                message,
                peer.disk().log());
    }

    private void onAppendEntries(SimPeer peer, RaftMessage.AppendEntries append) {
        Violation.unless(
                peer.id().equals(leaders.get(append.term())),
                "%s sends AppendEntries of term %d, which it does not lead",
                peer.name(),
                append.term());
        EntryId prev = append.prev();
        for (Entry entry : append.entries()) {
            Known known = entries.get(entry.id());
            Violation.unless(
                    known != null && known.prev().equals(prev),
                    "%s sends entry %s after %s, where it is not",
                    peer.name(),
                    entry.id(),
                    prev);
            prev = entry.id();
        }
    }

    /** The term that the sender must have on disk; 0 if the message claims none. */
    private static long termOf(RaftMessage message) {
        if (message instanceof RaftMessage.VoteReply m) {
            return m.term();
        } else if (message instanceof RaftMessage.AppendEntries m) {
            return m.term();
        } else if (message instanceof RaftMessage.AppendAccepted m) {
            return m.term();
        } else if (message instanceof RaftMessage.AppendRejected m) {
            return m.term();
        } else if (message instanceof RaftMessage.Heartbeat m) {
            return m.term();
        } else if (message instanceof RaftMessage.HeartbeatReply m) {
            return m.term();
        } else if (message instanceof RaftMessage.TimeoutNow m) {
            return m.term();
        } else if (message instanceof RaftMessage.InstallSnapshot m) {
            return m.term();
        } else if (message instanceof RaftMessage.InstallSnapshotReply m) {
            return m.term();
        } else if (message instanceof RaftMessage.PreVoteReply m) {
            return m.term();
        }
        return 0;
    }

    // ---- state machines ----

    /** State machine safety (paper §5.4.3), and each request applied once. */
    void onApplied(SimPeer peer, Entry entry, @Nullable Command command) {
        Violation.unless(
                entry.index() <= committed.size()
                        && committed.get((int) entry.index() - 1).id().equals(entry.id()),
                "%s applies %s, which is not committed",
                peer.name(),
                entry.id());
        if (command != null) {
            Violation.unless(!lost.contains(command.request()), "%s applied after it was lost", command.request());
            Long index = appliedRequests.putIfAbsent(command.request(), entry.index());
            Violation.unless(
                    index == null || index == entry.index(),
                    "%s applied at %s and at %d",
                    command.request(),
                    entry.index(),
                    index);
        }
        if (!peer.machine().isHollow()) {
            onState(peer.name(), entry.index(), peer.machine().chain());
        }
    }

    void onRestored(SimPeer peer, SimMachine.State state) {
        if (!state.isHollow()) {
            onState(peer.name(), state.meta().index(), state.chain());
        }
    }

    private void onState(String name, long index, long chain) {
        while (chains.size() < index) {
            chains.add(null);
        }
        Long known = chains.set((int) index - 1, chain);
        Violation.unless(known == null || known == chain, "the state of %s after %d is another", name, index);
    }

    /** A refused request is nowhere and will never be. */
    void onRefused(RequestId request) {
        refused.add(request);
        Violation.unless(!appended.contains(request), "%s is refused, but was appended", request);
    }

    /** A request of which its origin knows that it is superseded is applied nowhere. */
    void onLost(RequestId request) {
        Violation.unless(!appliedRequests.containsKey(request), "%s is superseded, but was applied", request);
        lost.add(request);
    }

    /** The index at which {@code request} was applied; null if it was not. */
    @Nullable
    Long appliedAt(RequestId request) {
        return appliedRequests.get(request);
    }
}
