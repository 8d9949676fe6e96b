package dev.flotilla.raft.driver;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.ReadResult;
import dev.flotilla.consensus.UnavailableException;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What the application asked of one group and has no answer to yet: writes, changes of membership and leadership, reads.
 * Belongs to the group's loop.
 *
 * @param <R> what the state machine gives back for a command
 */
final class GroupRequests<R> {
    /** What is said to whoever asks for something after this peer has left. */
    static final String REMOVED = "this peer was removed from the group";

    private final NodeContext node;
    private final GroupLife life;
    private final Neighbours neighbours;
    private final Consumer<Input> core;
    private final PendingRequests<R> proposals;
    private final PendingRequests<Void> changes;
    private final Reads reads;
    private long appliedIndex;
    private EntryId restored; // up to where a snapshot took the place of entries

    /**
     * Nothing asked yet.
     *
     * @param position what of the log the state machine was given or restored so far
     * @param core takes an input
     */
    GroupRequests(
            NodeContext node,
            GroupLife life,
            Neighbours neighbours,
            long roundTimeoutNanos,
            Applier.Position position,
            Reads.Runner runner,
            Consumer<Input> core) {
        this.node = node;
        this.life = life;
        this.neighbours = neighbours;
        this.core = core;
        this.appliedIndex = position.index();
        this.restored = position.lastApplied();
        this.proposals = new PendingRequests<>(node, Refusals::ofProposal, this::ask);
        this.changes = new PendingRequests<>(node, Refusals::ofChange, this::ask);
        this.reads = new Reads(node, roundTimeoutNanos, appliedIndex, this::ask, runner);
    }

    void propose(RequestId id, Request request, CompletableFuture<Outcome<R>> future) {
        unlessRefused(future, () -> proposals.submit(id, request, future));
    }

    void change(Request request, CompletableFuture<Outcome<Void>> future) {
        unlessRefused(future, () -> changes.submit(node.nextRequestId(), request, future));
    }

    private <X> void unlessRefused(CompletableFuture<Outcome<X>> future, Runnable task) {
        String stopped = life.whyStopped();
        String why = stopped == null && neighbours.hasLeft() ? REMOVED : stopped;
        if (why == null) {
            life.guarded(task);
        } else {
            node.threads().complete(future, new Outcome.Rejected<>(Outcome.Reason.NOT_A_MEMBER, why));
        }
    }

    <T> void read(Consistency consistency, Supplier<T> query, CompletableFuture<ReadResult<T>> future) {
        String why = life.whyStopped();
        if (why == null) {
            life.guarded(() -> reads.submit(consistency, query, future));
        } else {
            node.threads().fail(future, new UnavailableException(why));
        }
    }

    /** Puts a request to the core, whose answer comes to {@link #answered}. */
    private void ask(RequestId id, Request request) {
        if (neighbours.hasLeft()) {
            answered(id, new Result.Refused(Result.Reason.NOT_ALLOWED, REMOVED));
        } else {
            core.accept(new Input.Requested(id, request, System.currentTimeMillis()));
        }
    }

    void answered(RequestId id, Result result) {
        proposals.answered(id, result, appliedIndex, restored.index());
        changes.answered(id, result, appliedIndex, restored.index());
        reads.answered(id, result);
    }

    /** A request went to the leader of that term. */
    void forwarded(RequestId id, long term) {
        proposals.forwarded(id, term);
    }

    /** Everything up to {@code last} is applied, {@code completed} among it. */
    void applied(EntryId last, List<Applier.Completed<R>> completed) {
        for (Applier.Completed<R> each : completed) {
            proposals.applied(each.id(), each.index(), each.result());
        }
        settle(last);
    }

    /** A snapshot took the place of everything up to {@code last}. */
    void restored(EntryId last) {
        if (last.index() > restored.index()) {
            restored = last;
            proposals.restored(last);
        }
        settle(last);
    }

    private void settle(EntryId last) {
        appliedIndex = Math.max(appliedIndex, last.index());
        proposals.settle(last, restored.index());
        reads.applied(appliedIndex);
        core.accept(new Input.Applied(last.index()));
    }

    /** There may be a leader now: do not wait for the delay. */
    void retryNow() {
        proposals.retryNow();
        changes.retryNow();
        reads.retryNow();
    }

    long nextTickNanos() {
        return Math.min(Math.min(proposals.nextTickNanos(), changes.nextTickNanos()), reads.nextTickNanos());
    }

    void tick(long nowNanos) {
        proposals.tick(nowNanos);
        changes.tick(nowNanos);
        reads.tick(nowNanos);
    }

    /** This peer is no member any longer; its state may still be read. */
    void leave() {
        proposals.stop(REMOVED);
        changes.stop(REMOVED);
    }

    void stop(String why) {
        proposals.stop(why);
        changes.stop(why);
        reads.stop(why);
    }
}
