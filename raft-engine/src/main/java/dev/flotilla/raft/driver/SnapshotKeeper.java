package dev.flotilla.raft.driver;

import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.SnapshotMarker;
import dev.flotilla.raft.message.SnapshotMeta;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when a group's state is captured, and has it written in the background, one snapshot at a time. A capture is
 * taken between two batches, so that it contains exactly what its index says. The fields belong to the apply thread;
 * saving and installing, which must not meet, have a queue of their own on the saving threads.
 */
final class SnapshotKeeper {
    /** A configuration and the entry that it came with. */
    record InForce(Configuration configuration, EntryId id) {
        static final InForce NONE = new InForce(Configuration.EMPTY, EntryId.NONE);
    }

    /** What the group hears of its snapshots. */
    interface Listener {
        /** A snapshot of this peer's own state is durable; on a saving thread. */
        void taken(SnapshotMeta snapshot);

        /** The state machine could not be captured when its turn had come; on the apply thread. */
        void failed(Throwable cause);
    }

    /** Captures the state as it is; null if it lacks what its position says, so that nobody may be given it. */
    interface State {
        StateMachine.@Nullable Capture capture();
    }

    /** What was applied last, and how to capture it. */
    private record Latest(Applier.Position position, State state) {}

    /** A snapshot that the application drives, and has not ended. */
    private record Begun(
            SnapshotMarker marker,
            Applier.Position position,
            StateMachine.Capture capture,
            long entriesSince,
            long bytesSince) {}

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotKeeper.class);

    private final NodeContext node;
    private final GenesisId genesis;
    private final long exactFromIndex;
    private final Executor applyThread;
    private final Listener listener;
    private final SerialExecutor files;

    private @Nullable SnapshotMeta newest;
    private boolean saving;
    private boolean stopped;
    private long entriesSince;
    private long bytesSince;
    private long takenNanos;
    private @Nullable Latest latest;
    private boolean looking; // again, once a snapshot may be due
    private @Nullable Begun begun;
    private List<Runnable> whenSaved = List.of(); // a list of its own once something waits

    /**
     * A keeper that goes on from {@code newest}.
     *
     * @param exactFromIndex the state already contained the entries up to here when the group was opened: it contains
     *     more than it was given until they were given again
     * @param applyThread the group's queue there
     */
    SnapshotKeeper(
            NodeContext node,
            GenesisId genesis,
            @Nullable SnapshotMeta newest,
            long exactFromIndex,
            Executor applyThread,
            Listener listener) {
        this.node = node;
        this.genesis = genesis;
        this.newest = newest;
        this.exactFromIndex = exactFromIndex;
        this.applyThread = applyThread;
        this.listener = listener;
        this.takenNanos = node.nowNanos();
        this.files = new SerialExecutor(node.threads().saving());
    }

    /** A batch was applied; takes a snapshot if the log behind the last one has grown enough, or for long enough. */
    void applied(Applier.Position position, long entries, long bytes, State state) {
        entriesSince += entries;
        bytesSince += bytes;
        if (node.settings().snapshotInterval() != null) {
            latest = new Latest(position, state);
        }
        boolean due = entriesSince >= node.settings().snapshotEntries()
                || bytesSince >= node.settings().snapshotLogBytes()
                || remainingNanos() <= 0;
        if (!due) {
            lookAgainLater();
        } else if (!saving && position.index() >= exactFromIndex) {
            StateMachine.Capture capture = state.capture();
            if (capture != null) {
                save(position, capture, new CompletableFuture<>());
            }
        }
    }

    /** Until a snapshot is due by the time that has passed since the last one. */
    private long remainingNanos() {
        Duration interval = node.settings().snapshotInterval();
        return interval == null ? Long.MAX_VALUE : interval.toNanos() - (node.nowNanos() - takenNanos);
    }

    /** Nothing more may be applied until the time has come. */
    private void lookAgainLater() {
        if (node.settings().snapshotInterval() != null && !looking) {
            looking = true;
            CompletableFuture.delayedExecutor(remainingNanos(), TimeUnit.NANOSECONDS, applyThread)
                    .execute(() -> guarded(this::look));
        }
    }

    /** Does what no caller waits for on this thread. */
    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            listener.failed(e);
        }
    }

    private void look() {
        looking = false;
        Latest now = latest;
        if (!stopped && entriesSince > 0 && now != null) {
            applied(now.position, 0, 0, now.state);
        }
    }

    /** The state was replaced by that of {@code snapshot}. */
    void restored(SnapshotMeta snapshot) {
        newest = snapshot;
        taken();
    }

    private void taken() {
        entriesSince = 0;
        bytesSince = 0;
        takenNanos = node.nowNanos();
    }

    /** Takes a snapshot of the state as it is, after the one that is being written if there is one. */
    void take(Supplier<Applier.Position> position, State state, CompletableFuture<SnapshotMeta> taken) {
        Applier.Position now = position.get();
        SnapshotMeta last = newest;
        if (stopped) {
            taken.completeExceptionally(new IllegalStateException("the group is closed"));
        } else if (saving) {
            whenSaved(() -> take(position, state, taken));
        } else if (now.index() == 0 || now.index() < exactFromIndex) {
            taken.completeExceptionally(noState());
        } else if (last != null && last.index() >= now.index()) {
            taken.complete(last);
        } else {
            try {
                StateMachine.Capture capture = state.capture();
                if (capture == null) {
                    taken.completeExceptionally(noState());
                } else {
                    save(now, capture, taken);
                }
            } catch (Throwable e) {
                taken.completeExceptionally(e);
                throw e;
            }
        }
    }

    private static IllegalStateException noState() {
        return new IllegalStateException("there is no agreed state yet that a snapshot could hold");
    }

    /** Holds a view of the state as it is, in place of one that was begun before. */
    void begin(Applier.Position now, State state, CompletableFuture<SnapshotMarker> marked) {
        try {
            boolean isAgreed = now.index() > 0 && now.index() >= exactFromIndex;
            StateMachine.Capture capture = isAgreed ? state.capture() : null;
            if (capture == null) {
                marked.completeExceptionally(noState());
                return;
            }
            SnapshotMarker marker = new SnapshotMarker(
                    genesis,
                    now.lastApplied(),
                    now.inForce().configuration(),
                    now.inForce().id());
            begun = new Begun(marker, now, capture, entriesSince, bytesSince);
            marked.complete(marker);
        } catch (Throwable e) {
            marked.completeExceptionally(e);
            throw e;
        }
    }

    /**
     * Makes the view that belongs to {@code marker} the newest snapshot, after the one that is being written if there is
     * one. The log is shortened behind it as behind any.
     *
     * @param appliedIndex what the state contains
     * @param keptIndex what of it the state machine keeps itself; 0 if nothing
     */
    void end(SnapshotMarker marker, long appliedIndex, long keptIndex, CompletableFuture<SnapshotMeta> taken) {
        Begun ended = begun;
        SnapshotMeta last = newest;
        if (stopped) {
            taken.completeExceptionally(new IllegalStateException("the group is closed"));
        } else if (ended == null || !ended.marker.equals(marker)) {
            taken.completeExceptionally(new IllegalArgumentException(whyNot(marker, appliedIndex)));
        } else if (keptIndex > 0 && keptIndex < marker.index()) {
            taken.completeExceptionally(new IllegalStateException("the state machine keeps its state up to entry "
                    + keptIndex + ", which is before the marker at " + marker.lastIncluded()));
        } else if (saving) {
            whenSaved(() -> end(marker, appliedIndex, keptIndex, taken));
        } else if (last != null && last.index() >= marker.index()) {
            begun = null;
            taken.complete(last);
        } else {
            begun = null;
            long entries = Math.max(0, entriesSince - ended.entriesSince); // applied since, so not in it
            long bytes = Math.max(0, bytesSince - ended.bytesSince);
            save(ended.position, ended.capture, taken);
            entriesSince = entries;
            bytesSince = bytes;
        }
    }

    private String whyNot(SnapshotMarker marker, long appliedIndex) {
        if (!marker.genesis().equals(genesis)) {
            return "the marker is of group " + marker.genesis() + ", this is group " + genesis;
        } else if (marker.index() > appliedIndex) {
            return "the marker at " + marker.lastIncluded() + " is ahead of the state, which ends at " + appliedIndex;
        }
        return "the marker at " + marker.lastIncluded()
                + " is not the last that was begun, or was ended: begin another snapshot";
    }

    private void save(Applier.Position position, StateMachine.Capture capture, CompletableFuture<SnapshotMeta> taken) {
        saving = true;
        taken();
        files.execute(() -> {
            try {
                SnapshotMeta saved = write(position, capture);
                listener.taken(saved);
                applyThread.execute(() -> onSaved(saved));
                taken.complete(saved);
            } catch (Throwable e) {
                LOG.warn("cannot take a snapshot of group={} index={}", genesis, position.index(), e);
                applyThread.execute(() -> onSaved(null));
                taken.completeExceptionally(e);
            }
        });
    }

    /** Writes the capture, unless a newer snapshot was installed meanwhile, which then stands for it. */
    private SnapshotMeta write(Applier.Position position, StateMachine.Capture capture) throws IOException {
        Optional<SnapshotMeta> installed = node.snapshots().newest(genesis);
        if (installed.isPresent() && installed.get().index() >= position.index()) {
            return installed.get();
        }
        SnapshotKeeper.InForce inForce = position.inForce();
        return node.snapshots()
                .save(genesis, position.lastApplied(), inForce.configuration(), inForce.id(), capture::writeTo);
    }

    private void onSaved(@Nullable SnapshotMeta saved) {
        saving = false;
        if (saved != null && (newest == null || saved.index() > newest.index())) {
            newest = saved;
        }
        if (entriesSince > 0) {
            lookAgainLater();
        }
        takeWaiting();
    }

    private void whenSaved(Runnable task) {
        whenSaved = whenSaved.isEmpty() ? new ArrayList<>() : whenSaved;
        whenSaved.add(task);
    }

    private void takeWaiting() {
        List<Runnable> waiting = whenSaved;
        whenSaved = List.of();
        waiting.forEach(this::guarded);
    }

    /** Nothing is captured any more. */
    void stop() {
        stopped = true;
        begun = null;
        takeWaiting();
    }

    /** Makes a received snapshot the newest, then runs {@code done} with null or the failure, on a saving thread. */
    void install(SnapshotMeta snapshot, Consumer<@Nullable Throwable> done) {
        files.execute(() -> {
            Throwable failure = null;
            try {
                if (snapshot.configuration().isWitness(node.self(), node.storeId())) {
                    saveForWitness(snapshot);
                } else {
                    node.snapshots().install(genesis, snapshot);
                }
            } catch (Throwable e) {
                failure = e;
            }
            done.accept(failure);
        });
    }

    /** Nothing was received for it: only where the log begins is kept. */
    private void saveForWitness(SnapshotMeta snapshot) throws IOException {
        node.snapshots()
                .save(
                        genesis,
                        snapshot.lastIncluded(),
                        snapshot.configuration(),
                        snapshot.configurationId(),
                        out -> {});
    }

    /** Completes when no file is being written any more. */
    CompletableFuture<Void> idle() {
        CompletableFuture<Void> idle = new CompletableFuture<>();
        files.execute(() -> idle.complete(null));
        return idle;
    }
}
