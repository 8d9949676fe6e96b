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
import dev.flotilla.raft.session.Told;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
    private final long roundTimeoutNanos;
    private final Reads.Runner runner;
    private @Nullable Asked<R> asked; // null while nothing is
    private @Nullable Long freshNanos; // see Reads; as of when nothing was asked any more
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
        this.roundTimeoutNanos = roundTimeoutNanos;
        this.runner = runner;
    }

    private Asked<R> asked() {
        Asked<R> present = asked;
        if (present == null) {
            present = new Asked<>(
                    new PendingRequests<>(node, Refusals::ofProposal, this::ask),
                    new PendingRequests<>(node, Refusals::ofChange, this::ask),
                    new Reads(node, roundTimeoutNanos, appliedIndex, freshNanos, this::ask, runner));
            asked = present;
        }
        return present;
    }

    /** The group falls silent: keeps no room for requests that are not there. */
    void rest() {
        Asked<R> present = asked;
        if (present != null && present.isIdle()) {
            freshNanos = present.reads.freshNanos();
            asked = null;
        }
    }

    void propose(RequestId id, Request request, CompletableFuture<Outcome<R>> future) {
        unlessRefused(future, () -> asked().proposals.submit(id, request, future));
    }

    void change(Request request, CompletableFuture<Outcome<Void>> future) {
        unlessRefused(future, () -> asked().changes.submit(node.nextRequestId(), request, future));
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
            life.guarded(() -> asked().reads.submit(consistency, query, future));
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
        ifAsked(present -> {
            present.proposals.answered(id, result, appliedIndex, restored.index());
            present.changes.answered(id, result, appliedIndex, restored.index());
            present.reads.answered(id, result);
        });
    }

    /** A request went to the leader of that term. */
    void forwarded(RequestId id, long term) {
        ifAsked(present -> present.proposals.forwarded(id, term));
    }

    /** Everything up to {@code last} is applied; {@code told} is what came of the commands among it. */
    void applied(EntryId last, List<Told<R>> told) {
        ifAsked(present -> told.forEach(each -> {
            if (each.fate() instanceof Told.Fate.Applied<R> applied) {
                present.proposals.applied(each.command().request(), applied.index(), applied.result());
            }
        }));
        settle(last);
    }

    /** A snapshot took the place of everything up to {@code last}. */
    void restored(EntryId last) {
        if (last.index() > restored.index()) {
            restored = last;
            ifAsked(present -> present.proposals.restored(last));
        }
        settle(last);
    }

    private void settle(EntryId last) {
        appliedIndex = Math.max(appliedIndex, last.index());
        ifAsked(present -> {
            present.proposals.settle(last, restored.index());
            present.reads.applied(appliedIndex);
        });
        core.accept(new Input.Applied(last.index()));
    }

    /** There may be a leader now: do not wait for the delay. */
    void retryNow() {
        ifAsked(present -> {
            present.proposals.retryNow();
            present.changes.retryNow();
            present.reads.retryNow();
        });
    }

    long nextTickNanos() {
        return asked == null ? Alarm.NEVER : asked.nextTickNanos();
    }

    void tick(long nowNanos) {
        ifAsked(present -> {
            present.proposals.tick(nowNanos);
            present.changes.tick(nowNanos);
            present.reads.tick(nowNanos);
        });
    }

    /** This peer is no member any longer; its state may still be read. */
    void leave() {
        ifAsked(present -> {
            present.proposals.stop(REMOVED);
            present.changes.stop(REMOVED);
        });
    }

    void stop(String why) {
        ifAsked(present -> {
            present.proposals.stop(why);
            present.changes.stop(why);
            present.reads.stop(why);
        });
    }

    private void ifAsked(Consumer<Asked<R>> task) {
        Asked<R> present = asked;
        if (present != null) {
            task.accept(present);
        }
    }

    private record Asked<R>(PendingRequests<R> proposals, PendingRequests<Void> changes, Reads reads) {
        boolean isIdle() {
            return proposals.isIdle() && changes.isIdle() && reads.isIdle();
        }

        long nextTickNanos() {
            return Math.min(Math.min(proposals.nextTickNanos(), changes.nextTickNanos()), reads.nextTickNanos());
        }
    }
}
