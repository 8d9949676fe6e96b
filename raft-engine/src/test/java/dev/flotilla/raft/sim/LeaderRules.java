package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.core.MemberStatus;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** What a leader may do, judged by what reached it and what it did. */
final class LeaderRules {
    private record Source(PeerId peer, StoreId storeId) {}

    /** One peer's office in one term. */
    private static final class Office {
        private final long term;
        private final int life;
        private long steps;
        private Configuration configuration;
        private long configuredNanos; // since when it is in force and the group awake, by its own clock
        private boolean quiet;
        private long configurationIndex;
        private final Map<Source, Long> heardNanos = new HashMap<>();
        private final Map<Long, Long> roundStarted = new HashMap<>(); // in which step a round was sent first
        private final Map<Source, Long> confirmedStep = new HashMap<>(); // of the newest round that it answered
        private final Map<RequestId, Long> reads = new HashMap<>(); // in which step they came

        Office(CoreStatus status, int life, long nowNanos) {
            term = status.term();
            this.life = life;
            configuration = status.configuration();
            configurationIndex = status.configurationId().index();
            configuredNanos = nowNanos;
        }
    }

    private final SimGroup group;
    private final long uncommittedBytesMax;
    private final Map<SimPeer, Office> offices = new HashMap<>();

    LeaderRules(SimGroup group, RaftConfig config) {
        this.group = group;
        this.uncommittedBytesMax = config.uncommittedBytesMax();
    }

    void stepped(SimPeer peer, Input input, List<Effect> effects) {
        CoreStatus now = peer.status();
        if (now.role() != Role.LEADER) {
            offices.remove(peer); // what it did in its last step it did as a leader that goes
            return;
        }
        Office present = offices.get(peer);
        if (present == null || present.term != now.term() || present.life != peer.life()) {
            present = new Office(now, peer.life(), peer.nowNanos());
            offices.put(peer, present);
        }
        Office office = present;
        office.steps++;
        if (office.quiet) {
            office.configuredNanos = peer.nowNanos(); // all were heard of, by other means
        }
        if (now.quiet() && !office.quiet) {
            checkQuiet(peer, now, effects);
        }
        office.quiet = now.quiet();
        noteInput(peer, office, input);
        effects.forEach(effect -> onEffect(peer, office, effect, now));
        checkQuorum(peer, office, input, now);
        checkVoter(peer, now);
        noteConfiguration(peer, office, now);
    }

    private static void noteInput(SimPeer peer, Office office, Input input) {
        if (input instanceof Input.Batch batch) {
            batch.inputs().forEach(each -> noteInput(peer, office, each));
        } else if (input instanceof Input.Requested requested && requested.request() instanceof Request.ReadIndex) {
            office.reads.put(requested.id(), office.steps);
        } else if (input instanceof Input.Received received) {
            Source source = new Source(received.from(), received.storeId());
            RaftMessage message = received.message();
            if (message instanceof RaftMessage.Forward forward && forward.request() instanceof Request.ReadIndex) {
                office.reads.putIfAbsent(forward.number(), office.steps);
            } else if (message instanceof RaftMessage.HeartbeatReply reply && reply.term() == office.term) {
                office.heardNanos.put(source, peer.nowNanos());
                Long started = office.roundStarted.get(reply.round());
                if (started != null) {
                    office.confirmedStep.merge(source, started, Math::max);
                }
            } else if (message instanceof RaftMessage.AppendAccepted
                    || message instanceof RaftMessage.QuietReply
                    || message instanceof RaftMessage.AppendRejected
                    || message instanceof RaftMessage.InstallSnapshotReply) {
                office.heardNanos.put(source, peer.nowNanos());
            }
        }
    }

    private void onEffect(SimPeer peer, Office office, Effect effect, CoreStatus now) {
        if (effect instanceof Effect.Answered answered && answered.result() instanceof Result.ReadAt) {
            checkRead(peer, office, answered.id(), now);
        } else if (effect instanceof Effect.Send send) {
            if (send.message() instanceof RaftMessage.Answer answer && answer.result() instanceof Result.ReadAt) {
                checkRead(peer, office, answer.number(), now);
            } else if (send.message() instanceof RaftMessage.Heartbeat heartbeat) {
                office.roundStarted.putIfAbsent(heartbeat.round(), office.steps);
                checkHeartbeat(peer, office, send.to(), heartbeat, now);
            }
        } else if (effect instanceof Effect.Persist persist) {
            persist.entries().forEach(entry -> checkOneChange(peer, office, entry));
            checkBacklog(peer, persist, now);
        }
    }

    /** A heartbeat calls nothing committed that its receiver is not known to have (design, One writer). */
    private static void checkHeartbeat(
            SimPeer peer, Office office, PeerId to, RaftMessage.Heartbeat heartbeat, CoreStatus now) {
        for (MemberStatus each : now.members()) {
            Member member = each.member();
            boolean isReceiver = member.peerId().equals(to) && office.configuration.contains(to, member.storeId());
            Violation.unless(
                    !isReceiver || heartbeat.commitIndex() <= each.matchIndex(),
                    "leader %s calls %d committed to %s, which is known to have %d",
                    peer.name(),
                    heartbeat.commitIndex(),
                    Names.of(to),
                    each.matchIndex());
        }
    }

    /**
     * A read is answered after a quorum answered a round that was sent after the read came (thesis §6.4). Not so who stands
     * again in a term that it led, and forgot: the answers to its earlier life, in which it counted its runs and rounds in the
     * same way, are as those that it waits for now. Term, run and round tell answers of one leadership from those of another,
     * and there is one a term as long as nobody breaks a promise; behind that reads may be old.
     */
    private void checkRead(SimPeer peer, Office office, RequestId id, CoreStatus now) {
        if (group.invariants().isBroken() && peer.disk().hasForgotten()) {
            return;
        }
        Long came = office.reads.get(id);
        if (came != null) {
            ToLongFunction<Member> confirmed = member -> member.peerId().equals(peer.id())
                    ? Long.MAX_VALUE
                    : office.confirmedStep.getOrDefault(new Source(member.peerId(), member.storeId()), 0L);
            // A step that answers a read may go on to append another configuration.
            Violation.unless(
                    agreed(now.configuration(), confirmed) >= came || agreed(office.configuration, confirmed) >= came,
                    "leader %s of term %d answers a read without a quorum's answers to a round that it sent after it",
                    peer.name(),
                    office.term);
        }
    }

    /** One change at a time: a configuration follows one that is committed (paper §6). */
    private void checkOneChange(SimPeer peer, Office office, Entry entry) {
        if (entry.kind() == Entry.Kind.CONFIGURATION && entry.id().term() == office.term) {
            Violation.unless(
                    office.configurationIndex <= group.invariants().commitIndex(),
                    "leader %s appends configuration %s while that of index %d is not committed",
                    peer.name(),
                    entry.id(),
                    office.configurationIndex);
            office.configurationIndex = entry.index();
        }
    }

    /** A leader takes no command that makes more than the bound wait to be committed (design, Back-pressure). */
    private void checkBacklog(SimPeer peer, Effect.Persist persist, CoreStatus now) {
        boolean tookCommand = persist.entries().stream()
                .anyMatch(entry ->
                        entry.kind() == Entry.Kind.COMMAND && entry.id().term() == now.term());
        if (tookCommand) {
            long waiting = peer.log().entries().stream()
                    .filter(entry -> entry.kind() == Entry.Kind.COMMAND && entry.index() > now.commitIndex())
                    .mapToLong(entry -> entry.payload().size())
                    .sum();
            Violation.unless(
                    waiting <= uncommittedBytesMax,
                    "leader %s took commands until %d bytes wait to be committed, %d are the most",
                    peer.name(),
                    waiting,
                    uncommittedBytesMax);
        }
    }

    /**
     * A group is quiet only when all have the whole log and know that it is committed (design, Quiet groups). A member that
     * answered so and started again before its answer arrived has the log still, but forgot what is committed, as every
     * peer does that starts (paper figure 2, volatile state). Its node is another incarnation than the one that answered,
     * and this leader relies on that one: it wakes, and {@link Silencing} waits for the silence that follows.
     */
    private void checkQuiet(SimPeer peer, CoreStatus now, List<Effect> effects) {
        Map<PeerId, Long> reliesOn = reliesOn(effects);
        for (Member member : now.configuration().all()) {
            SimPeer other = group.life().peer(member.peerId());
            boolean isItself = other.storeId().equals(member.storeId());
            long incarnation = other.node().heartbeats().incarnation();
            boolean knows = !other.isUp()
                    || reliesOn.getOrDefault(other.id(), incarnation) != incarnation
                    || other.status().commitIndex() >= now.lastEntry().index();
            Violation.unless(
                    !isItself || (knows && other.disk().held(now.lastEntry())),
                    "leader %s falls silent at %s; %s has %s",
                    peer.name(),
                    now.lastEntry(),
                    other.name(),
                    other.disk().log());
        }
    }

    private static Map<PeerId, Long> reliesOn(List<Effect> effects) {
        Map<PeerId, Long> reliesOn = new HashMap<>();
        for (Effect effect : effects) {
            if (effect instanceof Effect.Watch watch) {
                reliesOn.putAll(watch.incarnations());
            }
        }
        return reliesOn;
    }

    /** A leader that goes on heartbeating heard a quorum lately (thesis §6.2). */
    private static void checkQuorum(SimPeer peer, Office office, Input input, CoreStatus now) {
        long limit = peer.nowNanos() - 2 * SimSettings.ELECTION_TIMEOUT_NANOS;
        if (input instanceof Input.TimerFired && office.configuredNanos < limit) {
            long heard = agreed(
                    now.configuration(),
                    member -> member.peerId().equals(peer.id())
                            ? Long.MAX_VALUE
                            : office.heardNanos.getOrDefault(
                                    new Source(member.peerId(), member.storeId()), Long.MIN_VALUE));
            Violation.unless(
                    heard >= limit,
                    "leader %s of term %d goes on, though no quorum answered it for two election time-outs",
                    peer.name(),
                    office.term);
        }
    }

    /** A leader that is no voter any more goes once that is committed (paper §6). */
    private static void checkVoter(SimPeer peer, CoreStatus now) {
        Configuration present = now.configuration();
        Violation.unless(
                !now.configurationCommitted() || present.isJoint() || present.isVoter(peer.id(), peer.storeId()),
                "%s leads term %d, though %s is committed",
                peer.name(),
                now.term(),
                MessageText.of(present));
    }

    private static void noteConfiguration(SimPeer peer, Office office, CoreStatus now) {
        if (!now.configuration().equals(office.configuration)) {
            office.configuration = now.configuration();
            office.configuredNanos = peer.nowNanos();
        }
    }

    /** The most that a majority of each list has. */
    private static long agreed(Configuration configuration, ToLongFunction<Member> numberOf) {
        long incoming = agreed(configuration.members(), numberOf);
        return configuration.isJoint() ? Math.min(incoming, agreed(configuration.previous(), numberOf)) : incoming;
    }

    private static long agreed(List<Member> members, ToLongFunction<Member> numberOf) {
        long[] numbers = members.stream()
                .filter(Member::votes)
                .mapToLong(numberOf)
                .sorted()
                .toArray();
        return numbers.length == 0 ? Long.MIN_VALUE : numbers[(numbers.length - 1) / 2];
    }
}
