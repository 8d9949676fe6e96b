package dev.flotilla.raft.sim;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.ReadResult;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.driver.SimulatedRequests;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.session.Told;
import dev.flotilla.transport.Bytes;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What an application asks of one peer during one life of it, in production's books. What they ask of the core comes to
 * it as an event of its own, as in a driver that gives its core one input at a time.
 */
final class PeerRequests {
    private static final GenesisId GENESIS = new GenesisId(Bytes.wrap(new byte[GenesisId.SIZE_BYTES])); // its tokens

    private final Environment environment;
    private final SimPeer peer;
    private final int life;
    private final SimulatedRequests<Object> books;
    private long plannedNanos = Long.MAX_VALUE;

    PeerRequests(Environment environment, SimPeer peer, Duration timeout) {
        this.environment = environment;
        this.peer = peer;
        this.life = peer.life();
        this.books = new SimulatedRequests<>(
                new FakeCredentials(peer.id()),
                GENESIS,
                SimSettings.SESSIONS.window(),
                peer.storeId(),
                life,
                environment.requests(),
                peer::nowNanos,
                timeout,
                SimSettings.ELECTION_TIMEOUT_NANOS,
                peer.machine().last(),
                this::ask,
                this::whenIdle);
    }

    private void ask(RequestId id, Request request) {
        soon(() -> {
            Input input = new Input.Requested(id, request, peer.wallMillis());
            if (request instanceof Request.Propose) {
                peer.stepSoon(input);
            } else {
                peer.step(input);
            }
        });
    }

    private void whenIdle(Consumer<EntryId> query) {
        peer.whenIdle(() -> query.accept(peer.machine().last()));
    }

    private void soon(Runnable task) {
        environment.schedule().after(0, () -> {
            if (peer.life() == life) {
                task.run();
            }
        });
    }

    // ---- what is asked ----

    CompletableFuture<Outcome<Object>> propose(Bytes data) {
        return planned(books.propose(data));
    }

    CompletableFuture<Outcome<Object>> retry(Outcome.RetryToken token, Bytes data) {
        return planned(books.retry(token, data));
    }

    CompletableFuture<Outcome<Void>> change(Request request) {
        return planned(books.change(request));
    }

    <T> CompletableFuture<ReadResult<T>> read(Consistency consistency, Supplier<T> query) {
        return planned(books.read(consistency, query));
    }

    private <F> F planned(F future) {
        plan();
        return future;
    }

    // ---- what happens ----

    void answered(RequestId id, Result result) {
        books.answered(id, result);
        plan();
    }

    void forwarded(RequestId id, long term) {
        books.forwarded(id, term);
    }

    /** What came of a command of this peer; {@link #settled} follows. */
    void told(Told<Object> told) {
        books.told(told);
    }

    /** Everything up to {@code last} is applied here. */
    void settled(EntryId last) {
        books.settled(last);
        plan();
    }

    void restored(EntryId last) {
        books.restored(last);
        plan();
    }

    void leaderKnown() {
        soon(() -> {
            books.retryNow();
            plan();
        });
    }

    void left() {
        books.leave();
    }

    void stop(String why) {
        books.stop(why);
    }

    /** Sees to it that an event comes when something is due, or before. */
    void plan() {
        long due = peer.node().clock().trueNanos(books.nextTickNanos());
        if (due < plannedNanos) {
            plannedNanos = due;
            environment.schedule().at(due, () -> tick(due));
        }
    }

    private void tick(long due) {
        if (peer.life() == life && plannedNanos == due) {
            plannedNanos = Long.MAX_VALUE;
            books.tick();
            plan();
        }
    }
}
