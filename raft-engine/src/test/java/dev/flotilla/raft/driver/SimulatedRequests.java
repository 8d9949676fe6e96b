package dev.flotilla.raft.driver;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.ReadResult;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.metrics.Metrics;
import dev.flotilla.raft.session.Token;
import dev.flotilla.raft.session.Told;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerCredentials;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of one group on one peer, kept in production's own books, {@link Proposals}, {@link PendingRequests} and {@link Reads}, but
 * in one thread and by somebody else's clock: for the simulator. Futures complete at once, on the caller's thread.
 *
 * @param <R> what the state machine gives back for a command
 */
public final class SimulatedRequests<R> {
    private final NodeContext node;
    private final Proposals<R> proposals;
    private final PendingRequests changes;
    private final Reads reads;
    private long appliedIndex;

    /**
     * Nothing asked yet.
     *
     * @param window of its sessions
     * @param incarnation of the peer's present life
     * @param requests counts the requests of all its lives
     * @param clock of the peer, nanoseconds
     * @param position what its state machine holds
     * @param ask puts a request to the core; must not call back
     * @param idle runs a query when the state machine is idle
     */
    public SimulatedRequests(
            PeerCredentials credentials,
            GenesisId genesis,
            int window,
            StoreId storeId,
            long incarnation,
            AtomicLong requests,
            LongSupplier clock,
            Duration requestTimeout,
            long roundTimeoutNanos,
            EntryId position,
            BiConsumer<RequestId, Request> ask,
            Idle idle) {
        NodeSettings settings =
                NodeSettings.defaults().withRequests(NodeSettings.defaults().pendingRequestsMax(), requestTimeout);
        node = context(settings, credentials, storeId, incarnation, requests, clock);
        appliedIndex = position.index();
        proposals = new Proposals<>(node, genesis, window, appliedIndex, null, ask);
        changes = new PendingRequests(node, ask);
        reads = new Reads(node, roundTimeoutNanos, appliedIndex, null, ask, new Runner(node, idle));
    }

    /** Where queries wait for their turn at the state machine. */
    public interface Idle {
        /** Calls {@code query} with what the state machine has applied, when that is idle. */
        void run(Consumer<EntryId> query);
    }

    @SuppressWarnings("NullAway") // of a node's parts, requests know its settings, clock, numbers and callbacks alone
    private static NodeContext context(
            NodeSettings settings,
            PeerCredentials credentials,
            StoreId storeId,
            long incarnation,
            AtomicLong requests,
            LongSupplier clock) {
        return new NodeContext(
                settings,
                null,
                new NodeContext.Identity(
                        credentials, storeId, incarnation, RaftConfig.defaults().featureLevel()),
                new NodeContext.Services(clock, requests, null, closed(), null, null, null, null, null),
                new Meters(Metrics.NONE));
    }

    /**
     * Pools that are closed run their callbacks at once. Not those of another run: it may be under way in another thread, which
     * would take what waits here for its own.
     */
    private static NodeThreads closed() {
        NodeThreads threads = new NodeThreads(NodeSettings.defaults());
        try {
            threads.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return threads;
    }

    private record Runner(NodeContext node, Idle idle) implements Reads.Runner {
        @Override
        public <T> void run(Supplier<T> query, @Nullable Long freshNanos, CompletableFuture<ReadResult<T>> future) {
            idle.run(last -> {
                Duration age = freshNanos == null ? null : Duration.ofNanos(node.nowNanos() - freshNanos);
                try {
                    future.complete(new ReadResult<>(query.get(), last.index(), last.term(), age));
                } catch (RuntimeException e) {
                    future.completeExceptionally(e);
                }
            });
        }
    }

    // ---- what is asked ----

    public CompletableFuture<Outcome<R>> propose(Bytes data) {
        CompletableFuture<Outcome<R>> future = new CompletableFuture<>();
        proposals.submit(data, future);
        return future;
    }

    /** What ended as unknown with {@code token}. */
    public CompletableFuture<Outcome<R>> retry(Outcome.RetryToken token, Bytes data) {
        CompletableFuture<Outcome<R>> future = new CompletableFuture<>();
        proposals.retry(Token.decode(token.value()), data, future);
        return future;
    }

    /** A change of membership or leadership. */
    public CompletableFuture<Outcome<Void>> change(Request request) {
        CompletableFuture<Outcome<Void>> future = new CompletableFuture<>();
        changes.submit(node.nextRequestId(), request, future);
        return future;
    }

    public <T> CompletableFuture<ReadResult<T>> read(Consistency consistency, Supplier<T> query) {
        CompletableFuture<ReadResult<T>> future = new CompletableFuture<>();
        reads.submit(consistency, query, future);
        return future;
    }

    // ---- what happens ----

    /** Takes the core's answer to a request, whosever it is. */
    public void answered(RequestId id, Result result) {
        proposals.answered(id, result);
        changes.answered(id, result, appliedIndex);
        reads.answered(id, result);
    }

    public void forwarded(RequestId id, long term) {
        proposals.forwarded(id, term);
    }

    /** What came of a command of this peer; {@link #settled} follows. */
    public void told(Told<R> told) {
        proposals.told(List.of(told));
    }

    /** Everything up to {@code last} is applied here. */
    public void settled(EntryId last) {
        appliedIndex = Math.max(appliedIndex, last.index());
        proposals.settle(last);
        reads.applied(appliedIndex);
    }

    /** A snapshot took the place of everything up to {@code last}. */
    public void restored(EntryId last) {
        proposals.restored();
        settled(last);
    }

    /** There may be a leader now. */
    public void retryNow() {
        proposals.retryNow();
        changes.retryNow();
        reads.retryNow();
    }

    /** When {@link #tick} has something to do, by the peer's clock; {@link Long#MAX_VALUE} for never. */
    public long nextTickNanos() {
        return Math.min(Math.min(proposals.nextTickNanos(), changes.nextTickNanos()), reads.nextTickNanos());
    }

    public void tick() {
        long now = node.nowNanos();
        proposals.tick(now);
        changes.tick(now);
        reads.tick(now);
    }

    /** The peer is no member any longer; its state may still be read. */
    public void leave() {
        proposals.stop(GroupRequests.REMOVED);
        changes.stop(GroupRequests.REMOVED);
    }

    /** Nothing more is learnt about any of them. */
    public void stop(String why) {
        proposals.stop(why);
        changes.stop(why);
        reads.stop(why);
    }
}
