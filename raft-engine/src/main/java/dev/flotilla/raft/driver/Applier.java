package dev.flotilla.raft.driver;

import dev.flotilla.consensus.ReadResult;
import dev.flotilla.consensus.UnavailableException;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.message.SnapshotMarker;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.metrics.Metric;
import dev.flotilla.raft.session.SessionedMachine;
import dev.flotilla.raft.session.Told;
import dev.flotilla.raft.storage.DamagedLogException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives what is agreed on to a group's state machine, in batches, in order, on the apply threads. Queries, captures and
 * restored snapshots take their place in the same order.
 *
 * @param <R> what applying a command gives back
 */
final class Applier<R> implements Reads.Runner {
    /** Told on the apply thread. */
    interface Listener<R> {
        /** Everything up to {@code last} is applied; {@code told} is what came of the commands that were asked for here. */
        void applied(EntryId last, List<Told<R>> told);

        /** A snapshot took the place of everything up to {@code last}. */
        void restored(EntryId last);

        /**
         * The next entry is damaged: nothing is applied until {@link #applyTo} is called again, once it was put back, or a
         * snapshot is restored.
         */
        void metDamage();

        /** The state machine, or what it needed, failed: it is not called again. */
        void failed(Throwable cause);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Applier.class);

    private static final String WITNESS =
            "this peer is a witness, which votes but keeps no state: ask a member that is none";

    private final NodeContext node;
    private final GenesisId genesis;
    private final SessionedMachine<R> machine;
    private final Listener<R> listener;
    private final SnapshotKeeper snapshots;
    private final SerialExecutor serial;

    private final Handed handed;
    private volatile long target; // apply up to here; written on the loop
    private volatile long restoring; // a snapshot that ends here is on its way; written on the loop
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private volatile boolean stopped;
    private volatile boolean hollow; // this peer is a witness: it has no commands, and so no state

    // What follows belongs to the apply thread.
    private Position position;

    /** What the state contains. */
    record Position(EntryId lastApplied, SnapshotKeeper.InForce inForce) {
        static Position after(SnapshotMeta snapshot) {
            return new Position(
                    snapshot.lastIncluded(),
                    new SnapshotKeeper.InForce(snapshot.configuration(), snapshot.configurationId()));
        }

        long index() {
            return lastApplied.index();
        }
    }

    Applier(
            NodeContext node,
            GenesisId genesis,
            SessionedMachine<R> machine,
            Position position,
            SnapshotKeeper snapshots,
            SerialExecutor serial,
            Listener<R> listener) {
        this.node = node;
        this.genesis = genesis;
        this.machine = machine;
        this.position = position;
        this.snapshots = snapshots;
        this.handed = new Handed(node);
        this.listener = listener;
        this.serial = serial;
        this.hollow = isWitness(position.inForce);
        node.meters().raise(Metric.SESSIONS, machine.sessions());
    }

    /**
     * Everything up to {@code index} may be applied. On the loop.
     *
     * @param entries some of those that lead there, consecutive, perhaps none; the others are read from the log
     */
    void applyTo(long index, List<Entry> entries) {
        handed.add(entries);
        target = Math.max(target, index);
        schedule();
    }

    /**
     * A snapshot that ends at {@code index} is about to replace the log: entries up to there may be missing from now on. On
     * the loop.
     */
    void expectRestore(long index) {
        restoring = Math.max(restoring, index);
    }

    /** Replaces the state by that of a snapshot, which is durable, after what was to be applied before. */
    void restore(SnapshotMeta snapshot) {
        execute(() -> restoreNow(snapshot));
    }

    /** Runs {@code query} between two batches. */
    @Override
    public <T> void run(Supplier<T> query, @Nullable Long freshNanos, CompletableFuture<ReadResult<T>> future) {
        serial.execute(() -> {
            if (stopped || hollow) {
                node.threads().fail(future, new UnavailableException(stopped ? "the group is closed" : WITNESS));
                return;
            }
            try {
                T answer = query.get();
                Duration age = freshNanos == null ? null : Duration.ofNanos(node.nowNanos() - freshNanos);
                EntryId last = position.lastApplied;
                node.threads().complete(future, new ReadResult<>(answer, last.index(), last.term(), age));
            } catch (Throwable e) {
                node.threads().fail(future, e);
            }
        });
    }

    /** Captures the state as it is, whether the policy asks for it or not. */
    CompletableFuture<SnapshotMeta> takeSnapshot() {
        return snapshot(taken -> snapshots.take(() -> position, this::capture, taken));
    }

    /** Captures the state as it is, a witness's too, in place of damaged entries that led to it. */
    CompletableFuture<SnapshotMeta> replaceDamage() {
        CompletableFuture<SnapshotMeta> future = new CompletableFuture<>();
        serial.execute(() -> {
            if (stopped) {
                future.completeExceptionally(new IllegalStateException("the group is closed"));
            } else {
                guarded(() -> snapshots.take(() -> position, this::capture, future));
            }
        });
        return future;
    }

    /** Captures the state as it is, to be kept once the application says so. */
    CompletableFuture<SnapshotMarker> beginSnapshot() {
        return snapshot(begun -> snapshots.begin(position, this::capture, begun));
    }

    /** The application has made durable what it wanted to. */
    CompletableFuture<SnapshotMeta> endSnapshot(SnapshotMarker marker) {
        return snapshot(ended -> snapshots.end(marker, position.index(), machine.keptIndex(), ended));
    }

    private <T> CompletableFuture<T> snapshot(Consumer<CompletableFuture<T>> task) {
        CompletableFuture<T> future = new CompletableFuture<>();
        serial.execute(() -> {
            if (stopped || hollow) {
                future.completeExceptionally(new IllegalStateException(stopped ? "the group is closed" : WITNESS));
            } else {
                guarded(() -> task.accept(future));
            }
        });
        return future;
    }

    /**
     * Nothing is applied any more. The future completes once the state machine was told, and is not called again.
     *
     * @param cause what stopped the group, or null if it was closed
     */
    CompletableFuture<Void> stop(@Nullable Throwable cause) {
        stopped = true;
        CompletableFuture<Void> idle = new CompletableFuture<>();
        serial.execute(() -> {
            snapshots.stop();
            handed.clear();
            node.meters().raise(Metric.SESSIONS, -machine.sessions());
            try {
                machine.stopped(cause);
            } catch (Throwable e) {
                LOG.warn("a state machine failed when its group stopped: group={}", genesis, e);
            }
            idle.complete(null);
        });
        return idle;
    }

    private void schedule() {
        if (scheduled.compareAndSet(false, true)) {
            execute(this::applyBatch);
        }
    }

    private interface Step {
        void run() throws IOException, MalformedMessageException;
    }

    private void execute(Step step) {
        serial.execute(() -> {
            if (!stopped) {
                guarded(step);
            }
        });
    }

    private void guarded(Step step) {
        try {
            step.run();
        } catch (Throwable e) {
            stopped = true;
            listener.failed(e);
        }
    }

    private void applyBatch() throws IOException, MalformedMessageException {
        scheduled.set(false);
        long upTo = target;
        if (position.index() >= upTo) {
            return;
        }
        List<Entry> entries;
        try {
            entries = nextEntries(upTo);
        } catch (DamagedLogException e) {
            if (restoring <= position.index()) {
                listener.metDamage();
            }
            return;
        }
        if (entries.isEmpty()) {
            if (restoring <= position.index()) {
                throw new IOException("entry " + (position.index() + 1) + " is agreed on but not in the log");
            }
            return; // what the snapshot leaves to be applied is looked for again once it is restored
        }
        apply(entries);
        if (position.index() < target) {
            schedule();
        }
    }

    private List<Entry> nextEntries(long upTo) throws IOException {
        long from = position.index() + 1;
        List<Entry> taken = handed.takeFrom(from);
        if (!taken.isEmpty()) {
            return taken;
        }
        long until = Math.min(upTo, handed.nextIndex() - 1);
        return node.log().entries(genesis, from, until + 1, node.settings().applyBatchBytesMax());
    }

    private void apply(List<Entry> entries) throws MalformedMessageException {
        SnapshotKeeper.InForce inForce = position.inForce;
        for (Entry entry : entries) {
            if (entry.kind() == Entry.Kind.CONFIGURATION) {
                inForce = new SnapshotKeeper.InForce(
                        node.configurations().apply(EntryCodec.decodeConfiguration(entry.payload())), entry.id());
            }
        }
        int sessions = machine.sessions();
        int whole = hollow ? 0 : wholeAtFirst(entries);
        List<Told<R>> told = machine.apply(entries.subList(0, whole), this::isOwn);
        node.meters().add(Metric.ENTRIES_APPLIED, entries.size());
        node.meters().raise(Metric.SESSIONS, machine.sessions() - sessions);
        hollow |= whole < entries.size() || isWitness(inForce);
        position = new Position(entries.get(entries.size() - 1).id(), inForce);
        if (hollow) { // a command of this peer may be among them unseen, as in a snapshot
            listener.restored(position.lastApplied);
        } else {
            listener.applied(position.lastApplied, told);
        }
        snapshots.applied(position, entries.size(), Handed.sizeBytes(entries), this::capture);
    }

    /** What follows a command that did not come would make another state than that of any member. */
    private static int wholeAtFirst(List<Entry> entries) {
        int whole = 0;
        while (whole < entries.size() && !entries.get(whole).isHollow()) {
            whole++;
        }
        return whole;
    }

    private boolean isWitness(SnapshotKeeper.InForce inForce) {
        return inForce.configuration().isWitness(node.self(), node.storeId());
    }

    /**
     * A witness's snapshot is where its log starts, and nothing else. Null between the first command that did not come and
     * the configuration that makes a witness of this peer: what is restored from must say that there is no state in it.
     */
    private StateMachine.@Nullable Capture capture() {
        if (!hollow) {
            return machine.capture();
        }
        return isWitness(position.inForce) ? out -> {} : null;
    }

    private boolean isOwn(Command command) {
        return command.origin().equals(node.self()) && command.request().incarnation() == node.incarnation();
    }

    private void restoreNow(SnapshotMeta snapshot) throws IOException {
        if (snapshot.index() > position.index()) {
            if (snapshot.configuration().isWitness(node.self(), node.storeId())) {
                hollow = true;
                restoredTo(snapshot);
            } else {
                restoreState(snapshot);
            }
        }
        listener.restored(position.lastApplied);
        schedule();
    }

    private void restoreState(SnapshotMeta snapshot) throws IOException {
        try (InputStream in = openUnlessSuperseded(snapshot)) {
            if (in != null) {
                int sessions = machine.sessions();
                machine.restore(snapshot.index(), in);
                hollow = false;
                node.meters().raise(Metric.SESSIONS, machine.sessions() - sessions);
                restoredTo(snapshot);
            }
        }
    }

    private void restoredTo(SnapshotMeta snapshot) {
        position = Position.after(snapshot);
        snapshots.restored(snapshot);
    }

    /** The file of a snapshot goes when a newer one takes its place, which is then restored next; null in that case. */
    private @Nullable InputStream openUnlessSuperseded(SnapshotMeta snapshot) throws IOException {
        try {
            return node.snapshots().open(genesis, snapshot);
        } catch (IOException e) {
            if (restoring > snapshot.index()) {
                return null;
            }
            throw e;
        }
    }
}
