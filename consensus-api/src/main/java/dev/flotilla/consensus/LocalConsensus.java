package dev.flotilla.consensus;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Agreement within one process: the reference implementation of {@link OpLogConsensus}, for tests and for applications
 * that start with one peer. The members of a {@linkplain #swarm swarm} share a log in memory; each applies it on its
 * own, in order, so that one may lag behind another.
 *
 * <p>Every level of {@link Consistency} is offered. An index that the log has not reached is unavailable at once. An
 * {@link Error} of an operation stops the member that it befell, and no other. There are no terms; answers say 1.
 */
public final class LocalConsensus<S> implements OpLogConsensus<S> {
    private static final long TERM = 1;

    /**
     * What this member has applied.
     *
     * @param index of the last entry in {@code agreement}
     * @param currentAtNanos a moment at which nothing newer was in the log
     */
    private record View<S>(long index, Agreement<S> agreement, long currentAtNanos) {
        ReadResult<S> read() {
            Duration age = Duration.ofNanos(System.nanoTime() - currentAtNanos);
            return new ReadResult<>(agreement.current().state(), index, TERM, age);
        }
    }

    private final LocalLog<S> log;
    private final Executor callbacks;
    private final SerialExecutor inbox;
    private final AgreedStates<S> states;
    private final Actor<S> ownActor;
    private final ActorSlot<S> actor;
    private final Outstanding<Outcome<S>> retries = new Outstanding<>();
    private final Outstanding<ReadResult<S>> reads = new Outstanding<>();
    private volatile View<S> view = new View<>(0, Agreement.none(), System.nanoTime()); // written in the inbox only
    private volatile @Nullable String closedBecause;

    private LocalConsensus(LocalLog<S> log, Executor threads) {
        this.log = log;
        this.callbacks = threads;
        this.inbox = new SerialExecutor(threads);
        this.states = new AgreedStates<>(threads);
        this.ownActor = new LocalActor();
        this.actor = new ActorSlot<>(ownActor);
    }

    /** As many members that agree with each other, before their first agreement. */
    public static <S> List<LocalConsensus<S>> swarm(int members) {
        if (members < 1) {
            throw new IllegalArgumentException("a swarm has at least 1 member, got " + members);
        }
        LocalLog<S> log = new LocalLog<>();
        Executor threads = DaemonThreads.named("local-consensus");
        List<LocalConsensus<S>> swarm = Stream.generate(() -> new LocalConsensus<>(log, threads))
                .limit(members)
                .toList();
        swarm.forEach(log::add);
        return swarm;
    }

    /** The actor that this starts with: it appends to the swarm's log. */
    public Actor<S> actor() {
        return ownActor;
    }

    private final class LocalActor implements Actor<S> {
        @Override
        public CompletableFuture<Outcome<S>> perform(Change<S> change) {
            return log.append(LocalConsensus.this, change);
        }

        @Override
        public CompletableFuture<Outcome<S>> retry(Outcome.RetryToken token, Change<S> change) {
            LocalLog.Entry<S> entry = log.find(token);
            if (entry == null) {
                return CompletableFuture.completedFuture(new Outcome.Unknown<>(null, "that change is too long ago"));
            } else if (!entry.change().equals(change)) {
                return CompletableFuture.completedFuture(
                        new Outcome.Rejected<>(Outcome.Reason.REFUSED, "the token is that of another change"));
            }
            CompletableFuture<Outcome<S>> answer = retries.add();
            inbox.execute(
                    () -> { // behind the entry itself
                        CompletableFuture<Void> unused = entry.verdict().thenAcceptAsync(answer::complete, callbacks);
                    });
            String reason = closedBecause;
            if (reason != null) {
                endRetries(reason);
            }
            return answer;
        }
    }

    @Override
    public S currentState() {
        return logHead().state();
    }

    @Override
    public Agreed<S> logHead() {
        return view.agreement().current();
    }

    @Override
    public CompletableFuture<ReadResult<S>> read(Consistency consistency) {
        CompletableFuture<ReadResult<S>> answer = reads.add();
        long lastIndex = log.lastIndex();
        if (consistency instanceof Consistency.AtLeast atLeast && atLeast.index() > lastIndex) {
            answer.completeExceptionally(new UnavailableException(
                    "there is no index " + atLeast.index() + " yet: the log ends at " + lastIndex));
        } else if (consistency instanceof Consistency.Local) {
            answer(answer);
        } else {
            long askedNanos = System.nanoTime();
            inbox.execute(
                    () -> { // behind every entry that was appended before
                        view = new View<>(view.index(), view.agreement(), askedNanos);
                        callbacks.execute(() -> answer(answer));
                    });
        }
        String reason = closedBecause;
        if (reason != null) {
            endReads(reason);
        }
        return answer;
    }

    private void answer(CompletableFuture<ReadResult<S>> answer) {
        String reason = closedBecause;
        try {
            if (reason != null) {
                throw new UnavailableException(reason);
            }
            answer.complete(view.read());
        } catch (ConsensusException e) {
            answer.completeExceptionally(e);
        }
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
        return states;
    }

    int backlog() {
        return inbox.size();
    }

    void deliver(LocalLog.Entry<S> entry) {
        inbox.execute(() -> apply(entry));
    }

    private void apply(LocalLog.Entry<S> entry) {
        String reason = closedBecause;
        if (reason != null) {
            return; // its caller was told when this member stopped
        }
        Agreement.Step<S> step;
        try {
            step = view.agreement().apply(entry.index(), entry.change());
        } catch (Error e) {
            stop("stopped by " + e + " at index " + entry.index());
            states.fail(e);
            return;
        }
        view = new View<>(entry.index(), step.next(), entry.appendedNanos());
        Agreed<S> newest = step.next().newest();
        if (newest != null && newest.index() == entry.index()) {
            states.publish(newest);
        }
        entry.verdict().complete(step.outcome());
        answer(entry, step.outcome());
    }

    private void answer(LocalLog.Entry<S> entry, Outcome<S> outcome) {
        if (entry.origin() == this) {
            callbacks.execute(() -> log.answer(entry, outcome));
        }
    }

    @Override
    public void close() {
        stop("closed");
        states.close();
    }

    private void stop(String reason) {
        if (closedBecause == null) {
            closedBecause = reason;
        }
        log.remove(this, reason);
        actor.close(reason);
        endReads(reason);
        endRetries(reason);
    }

    private void endRetries(String reason) {
        retries.forEach(retry -> retry.complete(new Outcome.Unknown<>(null, reason)));
    }

    private void endReads(String reason) {
        reads.forEach(read -> read.completeExceptionally(new UnavailableException(reason)));
    }
}
