package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.RaftMessage.AppendAccepted;
import dev.flotilla.raft.message.RaftMessage.AppendEntries;
import dev.flotilla.raft.message.RaftMessage.AppendRejected;
import dev.flotilla.raft.message.RaftMessage.InstallSnapshotReply;
import dev.flotilla.raft.message.SnapshotProgress;
import dev.flotilla.transport.PeerId;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a leader notices that the one peer that may forget lost what it acknowledged to it: it is caught where it reports less
 * (design, Membership). A refusal of what was acknowledged is such a report. In a run of replication that began after the
 * loss it proves it, and the leader has to notice in that very step. In the run that the entries were acknowledged in, or an
 * earlier one, it may be older than the acknowledgement, which overtook it, and so proves nothing; but the leader has to begin
 * another run in that very step, to be told for sure.
 *
 * <p>Nothing is asked of a leader once the peer has all again that it had acknowledged to it and no refusal of a later run
 * was heard: entries that were on their way in the former run may arrive before the first request of the next, or a
 * snapshot while what the peer says before it takes that is lost. Then no leader can tell, and it need not: what the peer
 * promised it by its acknowledgement is kept again, and what came of it while it was not is judged by {@link Promises}.
 * To be given back by the leader itself is no excuse: it would know what it sends.
 */
final class LossRules {
    /**
     * That {@code leader} will notice, as long as it leads {@code term}.
     *
     * @param acknowledgedIndex up to where entries were acknowledged to it; some of these were lost
     * @param run the newest of replication to the peer when it lost them
     */
    private record Expected(SimPeer leader, int life, long term, long acknowledgedIndex, long run) {}

    private final SimGroup group;
    private final Set<Expected> expected = new LinkedHashSet<>();
    private final Map<SimPeer, Long> runs = new HashMap<>(); // the newest to the forgetful peer, by who leads
    private @Nullable SimPeer forgetful;

    LossRules(SimGroup group) {
        this.group = group;
    }

    void mayForget(SimPeer peer) {
        forgetful = peer;
    }

    /** The forgetful peer is about to have a log that ends at {@code leftIndex}. */
    void forgetting(SimPeer peer, long leftIndex) {
        for (SimPeer leader : group.life().peers()) {
            long acknowledged = leader.isUp() ? leader.acknowledgedBy(peer) : 0;
            if (acknowledged > leftIndex) {
                long run = runs.getOrDefault(leader, 0L);
                expected.add(new Expected(leader, leader.life(), leader.term(), acknowledged, run));
            }
        }
    }

    void caught(SimPeer leader) {
        expected.removeIf(each -> each.leader() == leader);
    }

    /** Who leads on has noticed, or else the peer has all again without it. */
    void checkCaught() {
        expected.forEach(each -> {
            SimPeer peer = Objects.requireNonNull(forgetful);
            boolean isMember =
                    each.leader().isUp() && each.leader().configuration().contains(peer.id(), peer.storeId());
            Violation.unless(
                    !isMember || !leadsOn(each),
                    "%s, which leads term %d, did not notice that %s lost what it acknowledged",
                    each.leader().name(),
                    each.term(),
                    peer.name());
        });
    }

    private static boolean leadsOn(Expected each) {
        SimPeer leader = each.leader();
        return leader.isUp() && leader.life() == each.life() && leader.leads(each.term());
    }

    void stepped(SimPeer peer, Input input, List<Effect> effects) {
        SimPeer other = forgetful;
        if (other == null) {
            return;
        }
        if (peer == other) {
            effects.forEach(this::onEffectOfForgetful);
        } else if (peer.role() == Role.LEADER) {
            long before = runs.getOrDefault(peer, 0L);
            long now = effects.stream()
                    .mapToLong(effect -> runOf(effect, other.id()))
                    .reduce(before, Math::max);
            runs.put(peer, now);
            expected.stream()
                    .filter(each -> each.leader() == peer && leadsOn(each))
                    .forEach(each -> {
                        checkAnswer(each, other, input, before, now);
                        checkConnected(each, other, input, before, now);
                        effects.forEach(effect -> checkSending(each, other, effect));
                    });
        } else {
            runs.remove(peer);
        }
    }

    /** The run that {@code effect} is of, if it serves replication to {@code to}; else 0. */
    private static long runOf(Effect effect, PeerId to) {
        if (effect instanceof Effect.LoadEntries load) {
            return load.to().equals(to) ? load.run() : 0;
        }
        RaftMessage message = messageTo(effect, to);
        if (message instanceof AppendEntries append) {
            return append.run();
        } else if (message instanceof RaftMessage.Heartbeat heartbeat) {
            return heartbeat.run();
        } else if (message instanceof RaftMessage.InstallSnapshot install) {
            return install.run();
        }
        return 0;
    }

    private static @Nullable RaftMessage messageTo(Effect effect, PeerId to) {
        if (effect instanceof Effect.SendEarly early) {
            return early.to().equals(to) ? early.message() : null;
        }
        return effect instanceof Effect.Send send && send.to().equals(to) ? send.message() : null;
    }

    private void onEffectOfForgetful(Effect effect) {
        if (effect instanceof Effect.Send send) {
            if (send.message() instanceof InstallSnapshotReply reply
                    && reply.progress() == SnapshotProgress.INSTALLED) {
                onAcknowledged(send.to(), reply.term(), reply.index());
            } else if (send.message() instanceof AppendAccepted reply) {
                onAcknowledged(send.to(), reply.term(), reply.matchIndex());
            }
        }
    }

    /** The peer has the log up to {@code index}, and so perhaps all again that it had acknowledged to {@code to}. */
    private void onAcknowledged(PeerId to, long term, long index) {
        expected.removeIf(
                each -> each.leader().id().equals(to) && each.term() == term && each.acknowledgedIndex() <= index);
    }

    /** Of the newest run there was before the step alone: an answer of another counts for nothing. */
    private static void checkAnswer(Expected each, SimPeer peer, Input input, long runBefore, long runNow) {
        boolean isTold = input instanceof Input.Received received
                && received.from().equals(peer.id())
                && received.message() instanceof AppendRejected refusal
                && refusal.term() == each.term()
                && refusal.run() == runBefore
                && refusal.rejectedIndex() <= each.acknowledgedIndex();
        Violation.unless(
                !isTold || runBefore <= each.run(),
                "%s is told that %s lost what it acknowledged, and does not notice",
                each.leader().name(),
                peer.name());
        Violation.unless(
                !isTold || runNow > runBefore,
                "%s does not ask %s again, which refuses what it acknowledged",
                each.leader().name(),
                peer.name());
    }

    /** Who has a new connection may have started anew: only what it refuses in a new run, a snapshot too, tells for sure. */
    private static void checkConnected(Expected each, SimPeer peer, Input input, long runBefore, long runNow) {
        boolean isConnected =
                input instanceof Input.Connected connected && connected.peer().equals(peer.id());
        Violation.unless(
                !isConnected || runNow > runBefore,
                "%s has a new connection to %s, and goes on with it as before",
                each.leader().name(),
                peer.name());
    }

    /** What was acknowledged is sent again only to whom is known to have lost it. */
    private static void checkSending(Expected each, SimPeer peer, Effect effect) {
        Violation.unless(
                !(messageTo(effect, peer.id()) instanceof AppendEntries append)
                        || append.prev().index() >= each.acknowledgedIndex(),
                "%s sends %s again what it acknowledged, and does not notice that it lost that",
                each.leader().name(),
                peer.name());
    }
}
