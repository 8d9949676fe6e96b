package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.metrics.Metrics;
import dev.flotilla.raft.session.SessionedMachine;
import dev.flotilla.raft.session.Token;
import dev.flotilla.raft.session.Told;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.memory.Ed25519Credentials;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** A peer of an {@link UnreliableLog}: the proposals and the state machine are as in production, the rest is not there. */
final class UnreliablePeer {
    private static final PeerCredentials CREDENTIALS = Ed25519Credentials.generate();
    private static final NodeSettings SETTINGS = NodeSettings.defaults().withRequests(100, Duration.ofSeconds(4));
    private static final NodeThreads AT_ONCE = closed();
    private static final AtomicLong REQUESTS = new AtomicLong();

    private final UnreliableLog log;
    private final boolean keepsState;
    private final AtomicLong nowNanos = new AtomicLong();
    private NodeContext node;
    private Ledger ledger = new Ledger();
    private SessionedMachine<Long> machine;
    private Proposals<Long> proposals;
    private EntryId last = EntryId.NONE;
    private EntryId snapshotLast = EntryId.NONE;
    private byte[] snapshot = new byte[0];

    UnreliablePeer(UnreliableLog log, boolean keepsState) {
        this.log = log;
        this.keepsState = keepsState;
        this.node = node();
        this.machine = new SessionedMachine<>(ledger, UnreliableLog.BOUNDS);
        this.proposals = proposals();
    }

    /** A pool that is closed runs its callbacks at once. */
    private static NodeThreads closed() {
        NodeThreads threads = new NodeThreads(SETTINGS);
        try {
            threads.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return threads;
    }

    @SuppressWarnings("NullAway") // of a node's parts, proposals know its settings, clock, numbers and callbacks alone
    private NodeContext node() {
        StoreId storeId = new StoreId(Bytes.wrap(new byte[StoreId.SIZE_BYTES]));
        long incarnation = REQUESTS.incrementAndGet();
        return new NodeContext(
                SETTINGS,
                null,
                new NodeContext.Identity(CREDENTIALS, storeId, incarnation, FeatureLevel.NEWEST),
                new NodeContext.Services(nowNanos::get, REQUESTS, null, AT_ONCE, null, null, null, null, null),
                new Meters(Metrics.NONE));
    }

    private Proposals<Long> proposals() {
        return new Proposals<>(
                node,
                UnreliableLog.GENESIS,
                UnreliableLog.BOUNDS.window(),
                last.index(),
                null,
                (id, request) -> log.asked(this, id, request));
    }

    long index() {
        return last.index();
    }

    void propose(String data, Consumer<Outcome<Long>> ended) {
        CompletableFuture<Outcome<Long>> future = new CompletableFuture<>();
        var unused = future.thenAccept(ended);
        proposals.submit(Bytes.utf8(data), future);
    }

    void retry(Token token, String data, Consumer<Outcome<Long>> ended) {
        CompletableFuture<Outcome<Long>> future = new CompletableFuture<>();
        var unused = future.thenAccept(ended);
        proposals.retry(token, Bytes.utf8(data), future);
    }

    void answered(RequestId id, Result result) {
        proposals.answered(id, result);
    }

    void forwarded(RequestId id, long term) {
        proposals.forwarded(id, term);
    }

    void pass(int millis) {
        nowNanos.addAndGet(millis * 1_000_000L);
        proposals.tick(nowNanos.get());
    }

    void applyTo(long index) throws Exception {
        List<Entry> entries = new ArrayList<>();
        for (long next = index() + 1; next <= index; next++) {
            entries.add(log.entry(next));
        }
        if (entries.isEmpty()) {
            return;
        }
        List<Told<Long>> told = machine.apply(entries, this::isOwn);
        last = entries.get(entries.size() - 1).id();
        for (Told<Long> each : told) {
            if (each.fate() instanceof Told.Fate.Refused<Long> refused) {
                log.count("refused " + refused.why());
            } else if (each.fate() instanceof Told.Fate.Applied<Long> applied && applied.index() < each.index()) {
                log.count("duplicate applied");
            }
            proposals.told(List.of(each));
        }
        proposals.settle(last);
    }

    private boolean isOwn(Command command) {
        return command.request().incarnation() == node.incarnation();
    }

    byte[] capture() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        machine.capture().writeTo(out);
        if (log.equalTables) {
            Bytes captured = Bytes.wrap(out.toByteArray());
            Bytes before = log.captures.putIfAbsent(index(), captured);
            assertThat(before).as("snapshot at %d", index()).isIn(null, captured);
        }
        return out.toByteArray();
    }

    void install(long index, EntryId id, byte[] received) throws IOException {
        snapshot = received;
        snapshotLast = id;
        machine.restore(index, new ByteArrayInputStream(received));
        last = id;
        proposals.restored();
        proposals.settle(last);
    }

    /** The process ends and starts again, from its newest snapshot, which it takes now and then, and the log. */
    void restart() throws IOException {
        proposals.stop("the process ends");
        if (log.random.nextBoolean() && index() >= ledger.last && index() > 0 && index() >= machine.seenIndex()) {
            snapshot = capture();
            snapshotLast = last;
        }
        log.count(keepsState ? "restart of a machine that keeps its state" : "restart");
        if (log.random.nextBoolean()) {
            node = node(); // otherwise the group was closed and opened again, by the same process
        }
        ledger = keepsState ? ledger : new Ledger();
        machine = new SessionedMachine<>(ledger, UnreliableLog.BOUNDS);
        last = snapshotLast;
        if (snapshot.length > 0) {
            machine.recover(snapshotLast.index(), new ByteArrayInputStream(snapshot));
        }
        proposals = proposals();
    }

    /** Knows how far it has come; the result of a command is its index. */
    private final class Ledger implements StateMachine<Long> {
        long last;

        @Override
        public List<Long> apply(List<Committed> batch) {
            List<Long> results = new ArrayList<>();
            for (Committed each : batch) {
                log.machineApplied(each.index(), each.data().utf8());
                results.add(each.index() > last ? each.index() : -1);
                last = Math.max(last, each.index());
            }
            return results;
        }

        @Override
        public long lastApplied() {
            return keepsState ? last : 0;
        }

        @Override
        public Capture capture() {
            long captured = last;
            return out -> new DataOutputStream(out).writeLong(captured);
        }

        @Override
        public void restore(long index, InputStream in) throws IOException {
            last = new DataInputStream(in).readLong();
        }

        @Override
        public Bytes encodeResult(Long result) {
            return Bytes.utf8(result.toString());
        }

        @Override
        public Long decodeResult(long index, Bytes encoded) {
            return Long.valueOf(encoded.utf8());
        }
    }
}
