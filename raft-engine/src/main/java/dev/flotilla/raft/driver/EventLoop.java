package dev.flotilla.raft.driver;

import dev.flotilla.raft.metrics.Metric;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that owns many cores. A round: drain the inbox, ring the alarms that are due, hand what is to be written to
 * the storage thread, send what is to be sent. Waits for nothing but its inbox and its alarms.
 *
 * <p>An alarm rings only once everything that had arrived when it was due has been heard: a loop that is behind does not
 * take a leader for dead whose heartbeat waits in its own inbox.
 */
final class EventLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);

    private final LongSupplier clock;
    private final StorageThread storage;
    private final Outbox outbox;
    private final long inboxBytesMax;
    private final Meters meters;
    private final Consumer<Throwable> onFailure;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private ArrayDeque<Runnable> inbox = new ArrayDeque<>(); // guarded by lock
    private long inboxBytes; // guarded by lock; of the tasks that were offered
    private boolean closed; // guarded by lock

    private long heardNanos; // all that arrived before has been run, or is being run in this round
    private final TreeSet<Alarm> alarms = new TreeSet<>(); // those that are set
    private long alarmsMade;
    private WriteRound round = new WriteRound();
    private final List<Runnable> ends = new ArrayList<>();
    private ArrayDeque<Runnable> current = new ArrayDeque<>(); // what of the round is still to be run

    EventLoop(
            String name,
            LongSupplier clock,
            StorageThread storage,
            Outbox outbox,
            long inboxBytesMax,
            Meters meters,
            Consumer<Throwable> onFailure) {
        this.meters = meters;
        this.clock = clock;
        this.storage = storage;
        this.outbox = outbox;
        this.inboxBytesMax = inboxBytesMax;
        this.onFailure = onFailure;
        this.thread = new RaftThread(this::run, name);
    }

    void start() {
        thread.start();
    }

    /** Runs {@code task} on the loop; false if {@code bytes} more are too many, or the loop is closed. */
    boolean offer(int bytes, Runnable task) {
        return add(bytes, inboxBytesMax, () -> true, task);
    }

    /** Runs {@code task} on the loop, full or not: for answers to what the loop itself asked for. False if it is closed. */
    boolean execute(Runnable task) {
        return executeSoon(() -> true, task);
    }

    /**
     * Runs {@code task} like {@link #execute} if {@code isAwaited} then, asked before the loop can go to sleep. Otherwise
     * not for its sake does a loop wake that sleeps: with what comes next, or when an alarm is due.
     */
    boolean executeSoon(BooleanSupplier isAwaited, Runnable task) {
        return add(0, Long.MAX_VALUE, isAwaited, task);
    }

    private boolean add(int bytes, long bytesMax, BooleanSupplier isAwaited, Runnable task) {
        lock.lock();
        try {
            if (closed || inboxBytes + bytes > bytesMax) {
                return false;
            }
            inboxBytes += bytes;
            meters.raise(Metric.INBOX_BYTES, bytes);
            inbox.add(task);
            if (isAwaited.getAsBoolean()) {
                arrived.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** An alarm that is not set. Any thread. */
    Alarm alarm(Runnable action) {
        lock.lock();
        try {
            return new Alarm(alarmsMade++, action);
        } finally {
            lock.unlock();
        }
    }

    /** Sets {@code alarm} to {@code nanos}, or off with {@link Alarm#NEVER}. On the loop. */
    void set(Alarm alarm, long nanos) {
        if (alarm.dueNanos() == nanos) {
            return;
        }
        alarms.remove(alarm);
        alarm.dueNanos(nanos);
        if (nanos != Alarm.NEVER) {
            alarms.add(alarm);
        }
    }

    long nowNanos() {
        return clock.getAsLong();
    }

    /** What is to be written at the end of this round. On the loop. */
    WriteRound round() {
        return round;
    }

    /** Runs {@code task} when all that had arrived before this round was dealt with. On the loop. */
    void atEndOfRound(Runnable task) {
        ends.add(task);
    }

    /** What is to be sent at the end of this round. On the loop. */
    Outbox outbox() {
        return outbox;
    }

    private void run() {
        try {
            for (ArrayDeque<Runnable> tasks = await(); tasks != null; tasks = await()) {
                current = tasks;
                runAll(tasks);
                ringAlarms();
                finishRound();
            }
        } catch (Throwable e) {
            close();
            onFailure.accept(e);
            runLeftovers();
        }
    }

    private static void runAll(ArrayDeque<Runnable> tasks) {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** What was accepted before the loop failed: the groups have stopped, and tell whoever asks. Nobody awaits the rest. */
    private void runLeftovers() {
        for (ArrayDeque<Runnable> tasks = current; tasks != null; tasks = tasks.isEmpty() ? await() : tasks) {
            try {
                runAll(tasks);
            } catch (Throwable e) {
                LOG.error("a task failed after the loop had", e);
            }
        }
    }

    /** What came in, perhaps nothing if an alarm is due; null once closed and drained. */
    @SuppressWarnings("NullAway") // null ends the loop above
    private ArrayDeque<Runnable> await() {
        lock.lock();
        try {
            while (inbox.isEmpty()) {
                if (closed) {
                    return null;
                }
                long due = alarms.isEmpty() ? Alarm.NEVER : alarms.first().dueNanos();
                long now = clock.getAsLong();
                if (due <= now) {
                    break;
                }
                awaitArrival(due == Alarm.NEVER ? TimeUnit.HOURS.toNanos(1) : due - now);
            }
            heardNanos = clock.getAsLong();
            ArrayDeque<Runnable> tasks = inbox;
            inbox = new ArrayDeque<>();
            meters.raise(Metric.INBOX_BYTES, -inboxBytes);
            inboxBytes = 0;
            return tasks;
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // the caller loops
    private void awaitArrival(long nanos) {
        try {
            long left = arrived.awaitNanos(nanos);
            assert left <= nanos;
        } catch (InterruptedException e) {
            closed = true; // nobody but the node may end this thread; drain and go
        }
    }

    private void ringAlarms() {
        while (!alarms.isEmpty() && alarms.first().dueNanos() <= heardNanos) {
            Alarm alarm = alarms.first();
            set(alarm, Alarm.NEVER);
            alarm.ring();
        }
    }

    private void finishRound() {
        for (int i = 0; i < ends.size(); i++) { // one may ask for another
            ends.get(i).run();
        }
        ends.clear();
        if (!round.isEmpty()) {
            WriteRound written = round;
            round = new WriteRound();
            if (written.isSmall() && !hasArrivals()) {
                outbox.flush(); // the disk and the others work at the same time
                if (storage.writeNow(written.writes(), () -> execute(written::tellGroups))) {
                    return;
                }
            }
            var unused = storage.submit(written.writes()).thenRun(() -> execute(written::tellGroups));
        }
        outbox.flush();
    }

    private boolean hasArrivals() {
        lock.lock();
        try {
            return !inbox.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Runs what is in the inbox and ends the thread. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    void awaitEnd() throws InterruptedException {
        thread.join();
    }
}
