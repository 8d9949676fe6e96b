package dev.flotilla.raft.driver;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.ReadResult;
import dev.flotilla.consensus.UnavailableException;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.session.ClientSession;
import dev.flotilla.raft.session.SessionTable;
import dev.flotilla.raft.session.Token;
import dev.flotilla.raft.session.Told;
import dev.flotilla.transport.Bytes;
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
    private final GenesisId genesis;
    private final GroupLife life;
    private final Neighbours neighbours;
    private final Stepping stepping;
    private final long roundTimeoutNanos;
    private final Reads.Runner runner;
    private volatile @Nullable Asked<R> asked; // null while nothing is; written on the loop
    private @Nullable Long freshNanos; // see Reads; as of when nothing was asked any more
    private @Nullable ClientSession session; // see Proposals; as of then
    private long appliedIndex;

    /**
     * Nothing asked yet.
     *
     * @param position what of the log the state machine was given or restored so far
     */
    GroupRequests(
            NodeContext node,
            GenesisId genesis,
            GroupLife life,
            Neighbours neighbours,
            long roundTimeoutNanos,
            Applier.Position position,
            Reads.Runner runner,
            Stepping stepping) {
        this.node = node;
        this.genesis = genesis;
        this.life = life;
        this.neighbours = neighbours;
        this.stepping = stepping;
        this.appliedIndex = position.index();
        this.roundTimeoutNanos = roundTimeoutNanos;
        this.runner = runner;
    }

    private Asked<R> asked() {
        Asked<R> present = asked;
        if (present == null) {
            int window = SessionTable.Bounds.STANDARD.window();
            present = new Asked<>(
                    new Proposals<>(node, genesis, window, appliedIndex, session, this::ask),
                    new PendingRequests(node, this::ask),
                    new Reads(node, roundTimeoutNanos, appliedIndex, freshNanos, this::ask, runner));
            asked = present;
        }
        return present;
    }

    /** Whether something was, of late: somebody may wait for an entry to be applied. Any thread. */
    boolean isAsked() {
        return asked != null;
    }

    /** The group falls silent: keeps no room for requests that are not there. */
    void rest() {
        Asked<R> present = asked;
        if (present != null && present.isIdle()) {
            freshNanos = present.reads.freshNanos();
            session = present.proposals.session();
            asked = null;
        }
    }

    void propose(Bytes data, CompletableFuture<Outcome<R>> future) {
        unlessRefused(future, () -> asked().proposals.submit(data, future));
    }

    /** The same for a write that may have been made before: what is refused here leaves its fate open. */
    void retry(Token token, Bytes data, CompletableFuture<Outcome<R>> future) {
        String why = whyRefused();
        if (why == null) {
            life.guarded(() -> {
                asked().proposals.retry(token, data, future);
                stepping.passed();
            });
        } else {
            node.threads().complete(future, new Outcome.Unknown<>(new Outcome.RetryToken(token.encode()), why));
        }
    }

    void change(Request request, CompletableFuture<Outcome<Void>> future) {
        unlessRefused(future, () -> asked().changes.submit(node.nextRequestId(), request, future));
    }

    private <X> void unlessRefused(CompletableFuture<Outcome<X>> future, Runnable task) {
        String why = whyRefused();
        if (why == null) {
            life.guarded(() -> {
                task.run();
                stepping.passed();
            });
        } else {
            node.threads().complete(future, new Outcome.Rejected<>(Outcome.Reason.NOT_A_MEMBER, why));
        }
    }

    private @Nullable String whyRefused() {
        String stopped = life.whyStopped();
        return stopped == null && neighbours.hasLeft() ? REMOVED : stopped;
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
            Input input = new Input.Requested(id, request, System.currentTimeMillis());
            if (request instanceof Request.Propose) {
                stepping.stepSoon(input);
            } else {
                stepping.step(input);
            }
        }
    }

    void answered(RequestId id, Result result) {
        ifAsked(present -> {
            present.proposals.answered(id, result);
            present.changes.answered(id, result, appliedIndex);
            present.reads.answered(id, result);
        });
    }

    /** A request went to the leader of that term. */
    void forwarded(RequestId id, long term) {
        ifAsked(present -> present.proposals.forwarded(id, term));
    }

    /** Everything up to {@code last} is applied; {@code told} is what came of the commands among it. */
    void applied(EntryId last, List<Told<R>> told) {
        if (!told.isEmpty()) {
            ifAsked(present -> present.proposals.told(told));
        }
        settle(last);
    }

    /** A snapshot took the place of everything up to {@code last}. */
    void restored(EntryId last) {
        ifAsked(present -> present.proposals.restored());
        settle(last);
    }

    private void settle(EntryId last) {
        appliedIndex = Math.max(appliedIndex, last.index());
        ifAsked(present -> {
            present.proposals.settle(last);
            present.reads.applied(appliedIndex);
        });
        stepping.stepSoon(new Input.Applied(last.index()));
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
        Asked<R> present = asked;
        return present == null ? Alarm.NEVER : present.nextTickNanos();
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

    private record Asked<R>(Proposals<R> proposals, PendingRequests changes, Reads reads) {
        boolean isIdle() {
            return proposals.isIdle() && changes.isIdle() && reads.isIdle();
        }

        long nextTickNanos() {
            return Math.min(Math.min(proposals.nextTickNanos(), changes.nextTickNanos()), reads.nextTickNanos());
        }
    }
}
