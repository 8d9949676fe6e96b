package dev.flotilla.raft.sim;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.ReadResult;
import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.MembershipChange;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.SnapshotMarker;
import dev.flotilla.transport.Bytes;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One group of a {@link SimCluster}. Futures complete while time passes. What clients are told is held against the order
 * of the log: a read that is older than its level promises, or a write that goes before one that had ended, is thrown as
 * a {@link Violation}.
 *
 * @param <R> what the state machine gives back for a command
 * @param <M> the state machine
 */
public final class SimClusterGroup<R, M extends StateMachine<R>> {
    private final SimGroup group;
    private final History history = new History(SimSettings.CLOCK_SLOWNESS_MAX);

    SimClusterGroup(SimGroup group) {
        this.group = group;
    }

    // ---- what an application asks ----

    /** Asks {@code peer}, which must be up, for agreement on {@code command}. */
    public CompletableFuture<Outcome<R>> propose(String peer, Bytes command) {
        History.Operation write = history.read(group.nowNanos());
        return group.requests(running(peer)).propose(command).thenApply(outcome -> {
            if (outcome instanceof Outcome.Applied<?> applied) {
                group.environment().judge(() -> history.done(write, applied.index(), group.nowNanos()));
            }
            return typed(outcome);
        });
    }

    @SuppressWarnings("unchecked") // what the machines give back, which are all of type M
    private static <R> Outcome<R> typed(Outcome<?> outcome) {
        return (Outcome<R>) outcome;
    }

    /** Runs {@code query} on the state machine of {@code peer}, which must be up, once that is as fresh as asked for. */
    public <T> CompletableFuture<ReadResult<T>> read(String peer, Consistency level, Function<M, T> query) {
        History.Operation read = history.read(group.nowNanos());
        M machine = machine(peer);
        return group.requests(running(peer))
                .read(level, () -> query.apply(machine))
                .thenApply(answer -> {
                    group.environment()
                            .judge(() -> history.answered(read, level, answer.index(), answer.age(), group.nowNanos()));
                    return answer;
                });
    }

    // ---- what an operator asks ----

    /** Asks {@code peer} for leadership to go to {@code target}, or to the member that is furthest when null. */
    public CompletableFuture<Outcome<Void>> transfer(String peer, @Nullable String target) {
        return group.requests(running(peer)).change(new Request.Transfer(target == null ? null : Names.peer(target)));
    }

    /** Asks {@code peer} for a change of members. Who comes in must have been told to {@link #enter}. */
    public CompletableFuture<Outcome<Void>> changeMembers(String peer, MembershipChange change) {
        return group.requests(running(peer)).change(new Request.ChangeMembers(change));
    }

    /** Peer {@code name} as a voter or a learner, with its present disk. */
    public Member member(String name, boolean voter) {
        SimPeer peer = peer(name);
        return voter ? Member.voter(peer.id(), peer.storeId()) : Member.learner(peer.id(), peer.storeId(), true);
    }

    /** A peer without the group begins to take part in it, and waits to be let in. */
    public void enter(String name) {
        if (group.life().isAbsent(peer(name))) {
            group.life().enter(peer(name));
        }
    }

    /** Has {@code name} take a snapshot of its state, behind which the log is compacted. */
    public void takeSnapshot(String name) {
        running(name).takeSnapshot();
    }

    /**
     * Begins a snapshot of the state of {@code name} that the application drives, in place of one that was begun there
     * before.
     */
    public SnapshotMarker beginSnapshot(String name) {
        SnapshotMarker marker = running(name).beginSnapshot();
        if (marker == null) {
            throw new IllegalStateException(name + " has no agreed state yet that a snapshot could hold");
        }
        return marker;
    }

    /**
     * Ends it: of the log of {@code name} goes what lies at or before the marker. False if it is not the last that was begun
     * there, or {@code name} started again since; or if there is a newer snapshot.
     */
    public boolean endSnapshot(String name, SnapshotMarker marker) {
        return running(name).endSnapshot(marker);
    }

    // ---- a look inside ----

    /** The peer that leads in the highest term, if one does. */
    public Optional<String> leader() {
        return group.life().peers().stream()
                .filter(peer -> peer.isUp() && peer.role() == Role.LEADER)
                .max(Comparator.comparingLong(SimPeer::term))
                .map(SimPeer::name);
    }

    /** How the group looks to {@code name}, which must be up. */
    public CoreStatus status(String name) {
        return running(name).status();
    }

    /** The state machine of {@code name}, as it is. After a restart it is another. */
    @SuppressWarnings("unchecked") // made by a Supplier<M>
    public M machine(String name) {
        return (M) peer(name).machine().application();
    }

    /** Whether everybody who runs has applied everything that was ever committed. */
    public boolean isSettled() {
        List<SimPeer> running =
                group.life().peers().stream().filter(SimPeer::isUp).toList();
        return !running.isEmpty()
                && running.stream()
                        .allMatch(peer -> peer.machine().lastApplied()
                                == group.invariants().commitIndex());
    }

    private SimPeer peer(String name) {
        return group.life().peer(Names.peer(name));
    }

    private SimPeer running(String name) {
        SimPeer peer = peer(name);
        if (!peer.isUp()) {
            throw new IllegalStateException(name + " is down, or without this group");
        }
        return peer;
    }
}
