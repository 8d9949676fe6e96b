package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.RaftMessage.AppendAccepted;
import dev.flotilla.raft.message.RaftMessage.InstallSnapshotReply;
import dev.flotilla.raft.message.RaftMessage.RequestVote;
import dev.flotilla.raft.message.RaftMessage.VoteReply;
import dev.flotilla.transport.PeerId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What peers promised by votes and acknowledgements that they cannot remember, since their disk lied about a fsync or an
 * older copy of their data directory was put back. All that Raft promises holds until such a promise is broken, and goes
 * on to hold where every two majorities share two voters, one of which remembers: lists of an even number. Otherwise the
 * members agree from then on about what a quorum of the others' disks held at that moment ({@link Facts#broken}), and no
 * further; what one peer may do by itself is as it was.
 */
final class Promises {
    /** The newest hard state and last entry that were durable, and then were not. */
    private record Promise(HardState hardState, EntryId last) {
        Promise and(HardState otherState, EntryId otherLast) {
            boolean isNewer = otherState.term() > hardState.term()
                    || (otherState.term() == hardState.term() && otherState.votedFor() != null);
            return new Promise(isNewer ? otherState : hardState, otherLast.compareTo(last) > 0 ? otherLast : last);
        }
    }

    private final SimGroup group;
    private final Facts facts;
    private final Tally tally;
    private final Map<SimPeer, Promise> forgotten = new HashMap<>();
    private final LossRules lossRules;

    Promises(SimGroup group, Facts facts) {
        this.group = group;
        this.facts = facts;
        this.tally = group.environment().tally();
        this.lossRules = new LossRules(group);
    }

    /** {@code peer} alone may lose what was durable. */
    void mayForget(SimPeer peer) {
        lossRules.mayForget(peer);
    }

    /** {@code peer}, which is down, is about to have {@code earlier} on its disk. */
    void forgetting(SimPeer peer, SimDisk.Copy earlier) {
        SimDisk disk = peer.disk();
        EntryId last = disk.log().last();
        Promise now = new Promise(disk.hardState(), last);
        forgotten.merge(peer, now, (before, same) -> before.and(disk.hardState(), last));
        lossRules.forgetting(peer, earlier.log().lastIndex());
        group.note(() -> peer.name() + " forgets " + now + "; left are " + earlier.hardState() + " " + earlier.log());
    }

    /** As leader {@code leader} found that {@code peer} lacks what it acknowledged. */
    void caught(SimPeer leader, SimPeer peer) {
        Violation.unless(forgotten.containsKey(peer), "%s accuses %s, which lost nothing", leader.name(), peer.name());
        tally.count(Occurrence.FORGETFUL_CAUGHT);
        lossRules.caught(leader);
    }

    /** Who leads on in the term in which something was acknowledged to it and then lost has noticed, if it could. */
    void checkCaught() {
        lossRules.checkCaught();
    }

    void stepped(SimPeer peer, Input input, List<Effect> effects) {
        lossRules.stepped(peer, input, effects);
        Promise promise = forgotten.isEmpty() ? null : forgotten.get(peer);
        if (promise == null) {
            return;
        }
        for (Effect effect : effects) {
            if (effect instanceof Effect.Send send) {
                onSend(peer, promise, input, send);
            }
        }
    }

    private void onSend(SimPeer peer, Promise promise, Input input, Effect.Send send) {
        RaftMessage message = send.message();
        if (message instanceof RequestVote request) {
            onVote(peer, promise, request, peer.id());
        } else if (message instanceof VoteReply reply && reply.granted()) {
            if (input instanceof Input.Received received && received.message() instanceof RequestVote request) {
                onVote(peer, promise, request, received.from());
            }
        } else if (isAcknowledgement(message)
                && message.term() < promise.hardState().term()) {
            broken(peer, false, "acknowledges in term " + message.term());
        }
    }

    private static boolean isAcknowledgement(RaftMessage message) {
        return message instanceof AppendAccepted
                || message instanceof RaftMessage.HeartbeatReply
                || message instanceof RaftMessage.QuietReply
                || message instanceof InstallSnapshotReply;
    }

    private void onVote(SimPeer peer, Promise promise, RequestVote request, PeerId candidate) {
        HardState known = promise.hardState();
        boolean stoodAlready =
                candidate.equals(peer.id()) && request.term() <= known.term() && facts.stood(peer, request.term());
        boolean isAnother = request.term() < known.term()
                || (request.term() == known.term() && known.votedFor() != null && !candidate.equals(known.votedFor()));
        if (stoodAlready || isAnother) {
            broken(peer, stoodAlready, "votes for " + Names.of(candidate) + " in term " + request.term());
        } else if (request.lastEntry().compareTo(promise.last()) < 0) {
            broken(peer, false, "votes for " + Names.of(candidate) + ", whose log ends at " + request.lastEntry());
        }
    }

    /**
     * What {@code peer} does it had promised not to.
     *
     * @param standsAgain in a term in which it stood before: then those who remember vote for it again
     */
    private void broken(SimPeer peer, boolean standsAgain, String what) {
        if (facts.isBroken()) {
            return;
        }
        List<Configuration> inForce = inForce();
        boolean isUnknown = group.life().peers().stream().anyMatch(group.life()::hasEnded);
        if (!standsAgain && !isUnknown && inForce.stream().allMatch(Promises::isEven)) {
            tally.count(Occurrence.PROMISE_BROKEN_IN_VAIN);
            group.note(() -> peer.name() + " breaks a promise, which costs nothing: " + what);
            return;
        }
        tally.count(Occurrence.PROMISE_BROKEN);
        facts.broken(keptIndex(inForce));
        group.note(() -> peer.name() + " breaks a promise: " + what + "; agreed for good is what lies up to "
                + facts.keptIndex());
    }

    private List<Configuration> inForce() {
        return Stream.concat(
                        Stream.ofNullable(group.watch().agreed()),
                        group.life().peers().stream().filter(SimPeer::isUp).map(SimPeer::configuration))
                .filter(configuration -> !configuration.members().isEmpty())
                .toList();
    }

    private static boolean isEven(Configuration configuration) {
        return isEven(configuration.members()) && (!configuration.isJoint() || isEven(configuration.previous()));
    }

    private static boolean isEven(List<Member> members) {
        return members.stream().filter(Member::votes).count() % 2 == 0;
    }

    /** Up to where what is committed is on the disks of a quorum of those who forgot nothing. */
    private long keptIndex(List<Configuration> inForce) {
        for (int i = facts.committed.size() - 1; i >= 0; i--) {
            EntryId id = facts.committed.get(i).id();
            boolean isKept = inForce.stream()
                    .allMatch(configuration ->
                            facts.isQuorum(configuration, disk -> !disk.hasForgotten() && disk.holds(id)));
            if (isKept) {
                return id.index();
            }
        }
        return 0;
    }
}
