package dev.flotilla.benchmark.micro;

import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.core.RaftCore;
import dev.flotilla.raft.core.Recovered;
import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.core.Trace;
import dev.flotilla.raft.message.Certificate;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;

/** A leader's core whose disk, state machine and two followers answer at once, in this thread, by a clock of its own. */
final class AnsweredLeader {
    private static final long ROUND_NANOS = 100_000; // heartbeats as often as with 10,000 rounds a second
    private static final int CAMPAIGNS_MAX = 10;

    private final RaftCore core;
    private final Queue<Input> inputs = new ArrayDeque<>();
    private long nowNanos;
    private long requests;
    private long steps;
    private long appended; // proposals that were
    private long appliedIndex;

    /** After its election. */
    AnsweredLeader() {
        PeerId self = Samples.PEERS.get(0);
        core = new RaftCore(
                new NeverAsked(self),
                Samples.store(self),
                Samples.GENESIS,
                RaftConfig.defaults(),
                founded(self),
                new SplittableRandom(1),
                Trace.NONE,
                nowNanos);
        for (int i = 0; i < CAMPAIGNS_MAX && core.status(nowNanos).role() != Role.LEADER; i++) {
            nowNanos = core.nextTimerNanos();
            take(new Input.TimerFired());
        }
    }

    private static Recovered founded(PeerId self) {
        Entry first = new Entry(
                new EntryId(Samples.TERM, 1), Entry.Kind.CONFIGURATION, EntryCodec.encodeConfiguration(Samples.VOTERS));
        Certificate certificate = new Certificate( // or it would ask for one
                Samples.GENESIS, self, Samples.store(self), first.id(), Samples.PEERS.get(1), Bytes.EMPTY);
        HardState hardState = new HardState(Samples.TERM, null);
        return new Recovered(hardState, null, EntryId.NONE, List.of(first), List.of(certificate), Set.of());
    }

    /** Proposes {@code commands} at once, and goes on until nothing is left to do: they are agreed on and applied. */
    void agreeOn(List<Command> commands) {
        nowNanos += ROUND_NANOS;
        if (nowNanos >= core.nextTimerNanos()) {
            take(new Input.TimerFired());
        }
        List<Input> proposals = commands.stream().map(this::proposal).toList();
        take(proposals.size() == 1 ? proposals.get(0) : new Input.Batch(proposals));
    }

    private Input proposal(Command command) {
        return new Input.Requested(new RequestId(1, ++requests), new Request.Propose(command), 0);
    }

    private void take(Input first) {
        for (Input input = first; input != null; input = inputs.poll()) {
            steps++;
            core.step(input, nowNanos).forEach(this::perform);
        }
    }

    private void perform(Effect effect) {
        if (effect instanceof Effect.Persist persist) {
            inputs.add(new Input.Persisted(persist.number()));
        } else if (effect instanceof Effect.Send send) {
            answer(send.to(), send.message());
        } else if (effect instanceof Effect.SendEarly send) {
            answer(send.to(), send.message());
        } else if (effect instanceof Effect.Apply apply) {
            appliedIndex = apply.index();
            inputs.add(new Input.Applied(apply.index()));
        } else if (effect instanceof Effect.Answered answered && answered.result() instanceof Result.Appended) {
            appended++;
        } else {
            throw new IllegalStateException("not what a leader does whom everybody follows: " + effect);
        }
    }

    private void answer(PeerId follower, RaftMessage message) {
        inputs.add(new Input.Received(follower, Samples.store(follower), FeatureLevel.NEWEST, answer(message), 0));
    }

    private static RaftMessage answer(RaftMessage message) {
        if (message instanceof RaftMessage.AppendEntries append) {
            return new RaftMessage.AppendAccepted(append.term(), append.run(), append.lastIndex());
        } else if (message instanceof RaftMessage.Heartbeat heartbeat) {
            return new RaftMessage.HeartbeatReply(heartbeat.term(), heartbeat.run(), heartbeat.round());
        } else if (message instanceof RaftMessage.PreVoteRequest request) {
            return new RaftMessage.PreVoteReply(request.term(), Samples.TERM, true);
        } else if (message instanceof RaftMessage.RequestVote request) {
            return new RaftMessage.VoteReply(request.term(), true);
        }
        throw new IllegalStateException("not what a leader says whom everybody follows: " + message);
    }

    /** Of the core, since its start. */
    long steps() {
        return steps;
    }

    /** How many proposals it has appended. */
    long appended() {
        return appended;
    }

    /** How far its log is applied. */
    long appliedIndex() {
        return appliedIndex;
    }

    /** Nobody joins and nobody leaves. */
    private record NeverAsked(PeerId peerId) implements PeerCredentials {
        @Override
        public Bytes sign(Bytes payload) {
            throw new IllegalStateException("there is nothing to sign");
        }

        @Override
        public boolean verify(PeerId signer, Bytes payload, Bytes signature) {
            throw new IllegalStateException("there is nothing to verify");
        }
    }
}
