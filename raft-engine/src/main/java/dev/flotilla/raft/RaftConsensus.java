package dev.flotilla.raft;

import dev.flotilla.consensus.Actor;
import dev.flotilla.consensus.ActorSlot;
import dev.flotilla.consensus.Agreed;
import dev.flotilla.consensus.Change;
import dev.flotilla.consensus.Codec;
import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Op;
import dev.flotilla.consensus.OpLogConsensus;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.ReadResult;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.GroupSettings;
import dev.flotilla.raft.message.Ticket;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Agreement by Raft: {@link OpLogConsensus} over one {@linkplain RaftGroup group}. The state lives in memory; the log
 * and snapshots of it are the node's. Every peer of a group uses the same two codecs.
 *
 * <p>A group begins with the versions that the codecs of its first state and its first operation write, and stays with
 * them until {@link #moveToNewestVersions}. A new version of a format comes in three steps: start every peer, one by one,
 * with a codec that knows both versions ({@link Codec#after}); move; and once every peer has a snapshot that is younger
 * than the move, drop the old version. In between each peer writes what the group has agreed on.
 *
 * <p>It is for states that are small beside the heap: a codec makes one array of the whole state, so that a snapshot
 * takes twice the encoded size for as long as it is written or restored, and no state can have more than 2 GiB. A larger
 * state is a {@link dev.flotilla.raft.machine.StateMachine} of one's own, which writes and reads its snapshot as a stream.
 *
 * <p>{@link #group} is there for what the interface does not speak of: members, tickets, leadership, snapshots.
 */
public final class RaftConsensus<S> implements OpLogConsensus<S> {
    private final ConsensusStateMachine<S> machine;
    private final RaftGroup<Outcome<S>> group;
    private final RaftActor<S> raftActor;
    private final ActorSlot<S> actor;

    /** Opens the group over a state machine. */
    private interface Opening<S> {
        RaftGroup<Outcome<S>> open(ConsensusStateMachine<S> machine) throws IOException;
    }

    private RaftConsensus(Codec<S> stateCodec, Codec<Op<S>> opCodec, Opening<S> opening) throws IOException {
        machine = new ConsensusStateMachine<>(stateCodec, opCodec);
        group = opening.open(machine);
        raftActor = new RaftActor<>(group, machine);
        actor = new ActorSlot<>(raftActor);
    }

    /** A new group with this peer as its only voter. */
    public static <S> RaftConsensus<S> create(
            RaftNode node, Codec<S> stateCodec, Codec<Op<S>> opCodec, RaftConfig config) throws IOException {
        return create(node, stateCodec, opCodec, config, GroupSettings.DEFAULT);
    }

    /** A new group with this peer as its only voter, whose members agree on {@code settings}. */
    public static <S> RaftConsensus<S> create(
            RaftNode node, Codec<S> stateCodec, Codec<Op<S>> opCodec, RaftConfig config, GroupSettings settings)
            throws IOException {
        return new RaftConsensus<>(stateCodec, opCodec, machine -> node.create(machine, config, settings));
    }

    /**
     * Goes on with a group that is on disk. What was agreed is known again once the group has a leader.
     *
     * @throws IllegalArgumentException if it is not there, or is open already
     */
    public static <S> RaftConsensus<S> open(
            RaftNode node, GenesisId genesis, Codec<S> stateCodec, Codec<Op<S>> opCodec, RaftConfig config)
            throws IOException {
        return new RaftConsensus<>(stateCodec, opCodec, machine -> node.open(genesis, machine, config));
    }

    /**
     * Joins the group that the ticket is for; {@link RaftGroup#joined} tells when that is done.
     *
     * @throws IllegalArgumentException if the group is here already and is no unfinished join
     */
    public static <S> RaftConsensus<S> join(
            RaftNode node, Ticket ticket, Codec<S> stateCodec, Codec<Op<S>> opCodec, RaftConfig config)
            throws IOException {
        return new RaftConsensus<>(stateCodec, opCodec, machine -> node.join(ticket, machine, config));
    }

    /** The group beneath. What is proposed to it directly is refused; propose here. */
    public RaftGroup<?> group() {
        return group;
    }

    /** The actor that this starts with: it performs changes through the group. */
    public Actor<S> actor() {
        return raftActor;
    }

    /**
     * Moves the group on to the versions that this peer's codecs write. Do so once every peer knows them: a peer that does
     * not stops at that point, and goes on from there once it is started with a codec that does. Applied too if the group
     * has these versions already; rejected before the first state, while the state is inconsistent, if the group's versions are
     * later ones, and as long as a member's software is too old to move at all (feature level 5).
     */
    public CompletableFuture<Outcome<S>> moveToNewestVersions() {
        return raftActor.move();
    }

    @Override
    public S currentState() {
        return logHead().state();
    }

    @Override
    public Agreed<S> logHead() {
        return machine.agreement().current();
    }

    @Override
    public CompletableFuture<ReadResult<S>> read(Consistency consistency) {
        return group.read(consistency, this::currentState);
    }

    @Override
    public CompletableFuture<Outcome<S>> commitState(S state) {
        return actor.perform(new Change.NewState<>(state));
    }

    @Override
    public CompletableFuture<Outcome<S>> commitOp(Op<S> op) {
        return actor.perform(new Change.Operation<>(op));
    }

    @Override
    public CompletableFuture<Outcome<S>> rollback(S state) {
        return actor.perform(new Change.Rollback<>(state));
    }

    @Override
    public CompletableFuture<Outcome<S>> retry(Outcome.RetryToken token, Change<S> change) {
        return actor.retry(token, change);
    }

    @Override
    public void setActor(@Nullable Actor<S> newActor) {
        actor.set(newActor);
    }

    @Override
    public Flow.Publisher<Agreed<S>> states() {
        return machine.states();
    }

    /**
     * Stops the group on this peer; its disk keeps it. Futures and subscriptions end at once. Returns once an operation
     * that is being applied has ended, unless it is that operation, or a callback, that calls.
     */
    @Override
    public void close() {
        actor.close();
        machine.states().close(); // before the group, which waits for what is being applied
        group.close();
    }
}
