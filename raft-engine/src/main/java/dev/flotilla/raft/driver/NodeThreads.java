package dev.flotilla.raft.driver;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pools that all groups of a node share, beside its event loops. Their threads appear when needed and go when idle. */
final class NodeThreads {
    private static final Logger LOG = LoggerFactory.getLogger(NodeThreads.class);
    private static final int CALLBACK_THREADS = 4;
    private static final int READING_THREADS = 2;
    private static final int SAVING_THREADS = 2;
    private static final int SIGNING_THREADS = 1;
    private static final int SIGNATURES_MAX = 1 << 14;
    private static final long LOADED_BYTES_MAX = 8 << 20;
    private static final int IDLE_SECONDS = 30;
    private static final int CLOSE_SECONDS = 10;

    private final ThreadPoolExecutor apply;
    private final ThreadPoolExecutor calling;
    private final Callbacks callbacks;
    private final ThreadPoolExecutor reading;
    private final LoadQueue loads;
    private final ThreadPoolExecutor saving;
    private final ThreadPoolExecutor signing;
    private final SignatureQueue signatures;
    private final ThreadPoolExecutor sending;
    private final ThreadPoolExecutor fetching;

    NodeThreads(NodeSettings settings) {
        apply = pool("raft-apply", settings.applyThreads());
        calling = pool("raft-callback", CALLBACK_THREADS);
        callbacks = new Callbacks(calling);
        reading = pool("raft-read", READING_THREADS);
        loads = new LoadQueue(this::read, LOADED_BYTES_MAX);
        saving = pool("raft-save", SAVING_THREADS);
        signing = pool("raft-sign", SIGNING_THREADS);
        signatures = new SignatureQueue(this::sign, SIGNATURES_MAX);
        sending = pool("raft-send", settings.snapshotTransfersMax());
        fetching = pool("raft-fetch", settings.snapshotTransfersMax());
    }

    private static ThreadPoolExecutor pool(String name, int threads) {
        AtomicInteger made = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> new RaftThread(task, name + "-" + made.getAndIncrement()));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** State machines, one task at a time for each group: use through a {@link SerialExecutor}. */
    Executor apply() {
        return apply;
    }

    /** Reads the log back for followers, a piece at a time. */
    LoadQueue loads() {
        return loads;
    }

    private void read(Runnable task) {
        try {
            reading.execute(task);
        } catch (RejectedExecutionException closed) {
            LOG.debug("entries are not read back: the node is closed");
        }
    }

    /** Signs and verifies certificates. */
    SignatureQueue signatures() {
        return signatures;
    }

    private void sign(Runnable task) {
        try {
            signing.execute(task);
        } catch (RejectedExecutionException closed) {
            LOG.debug("nothing is signed: the node is closed");
        }
    }

    /** Writes snapshots, which takes long: what followers wait for must not wait behind it. */
    Executor saving() {
        return saving;
    }

    /** Sends a snapshot, which blocks; after close runs {@code otherwise} instead. */
    void sending(Runnable task, Runnable otherwise) {
        try {
            sending.execute(task);
        } catch (RejectedExecutionException closed) {
            otherwise.run();
        }
    }

    /** Fetches snapshots; its tasks block. */
    Executor fetching() {
        return fetching;
    }

    /** Runs what belongs to the application. */
    Callbacks callbacks() {
        return callbacks;
    }

    /** Completes futures, calls listeners. After close, on the caller's thread. */
    void callback(Runnable task) {
        callbacks.execute(task);
    }

    <T> void complete(CompletableFuture<T> future, T value) {
        callback(() -> future.complete(value));
    }

    void fail(CompletableFuture<?> future, Throwable cause) {
        callback(() -> future.completeExceptionally(cause));
    }

    /**
     * Lets what runs come to its end, but a transfer, which is interrupted, and what waits for a signature. Nobody who may be
     * reading the log is: that would close its file. A state machine that does not come back keeps its thread.
     */
    void close() throws InterruptedException {
        signing.shutdownNow();
        sending.shutdownNow();
        fetching.shutdownNow();
        callbacks.lookAfter(); // what waits behind one that does not come back ends, too
        for (ExecutorService pool : List.of(apply, reading, saving, signing, calling, sending, fetching)) {
            pool.shutdown();
        }
        for (ExecutorService pool : List.of(apply, reading, saving, signing, sending, fetching)) {
            if (!pool.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("a thread of the node did not end within {} s of its close", CLOSE_SECONDS);
            }
        }
    }
}
