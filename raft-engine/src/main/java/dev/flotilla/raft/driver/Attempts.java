package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.InSession;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.transport.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts commands to the core again and again until they are over. To ask twice is harmless: all attempts of a command
 * have the same number of the same session (thesis §6.3). So whatever makes it likely that an attempt is lost leads to
 * the next: a refusal, an entry of a later term or at the same place, no word for some time. Belongs to the group's loop.
 */
final class Attempts {
    private static final int RESENDS_WITHIN_TIMEOUT = 8;

    /** A command that is being tried. */
    abstract static class Tried {
        private @Nullable RequestId attempt; // the newest one, unless it was refused
        private boolean placed; // whether a leader appended that
        private long term; // of the only leader that may append it; 0 where that is not known
        private boolean begun; // whether an attempt may have been appended, the newest one aside
        private boolean waiting; // for its next attempt
        private boolean over;

        abstract InSession inSession();

        abstract Bytes data();

        /** The newest attempt was certainly not appended. */
        abstract void refused(Result.Refused refused);

        /** Whether it may be in some peer's log, for all that is known here. */
        boolean mayBeAppended() {
            return begun || attempt != null;
        }

        /** An earlier attempt, in this life or another, may have been appended. */
        void begin() {
            begun = true;
        }

        boolean isOver() {
            return over;
        }
    }

    private record Sent(Tried tried, RequestId attempt, long dueNanos) {}

    private record Placed(Tried tried, RequestId attempt, long index) {}

    private final NodeContext node;
    private final BiConsumer<RequestId, Request> ask;
    private final long resendNanos;
    private final Map<RequestId, Tried> open = new HashMap<>(); // by the newest attempt
    private final ArrayDeque<Sent> sent = new ArrayDeque<>(); // dueNanos ascend
    private final ArrayDeque<Placed> placed = new ArrayDeque<>(1); // indexes ascend
    private final PriorityQueue<Placed> placedLate = // behind one of a larger index
            new PriorityQueue<>(1, Comparator.comparingLong(Placed::index));
    private List<Tried> retries = new ArrayList<>();
    private long retryNanos = Alarm.NEVER; // when they are due
    private long appliedIndex;
    private long appliedTerm;

    /**
     * Nothing tried yet.
     *
     * @param ask puts a request to the core
     */
    Attempts(NodeContext node, long appliedIndex, BiConsumer<RequestId, Request> ask) {
        this.node = node;
        this.ask = ask;
        this.appliedIndex = appliedIndex;
        this.resendNanos = node.settings().requestTimeout().toNanos() / RESENDS_WITHIN_TIMEOUT;
    }

    /** Tries it, now. Another number each time, so that a late answer to an earlier attempt says nothing of this. */
    void attempt(Tried tried) {
        close(tried);
        RequestId attempt = node.nextRequestId();
        tried.attempt = attempt;
        open.put(attempt, tried);
        sent.add(new Sent(tried, attempt, node.nowNanos() + resendNanos));
        ask.accept(attempt, new Request.Propose(new Command(node.self(), attempt, tried.inSession(), tried.data())));
    }

    /** Tries it after a while, or as soon as there is a leader. */
    void attemptLater(Tried tried) {
        close(tried);
        tried.waiting = true;
        retries.add(tried);
        retryNanos = Math.min(
                retryNanos, node.nowNanos() + node.settings().retryDelay().toNanos());
    }

    /** It is tried no more. */
    void end(Tried tried) {
        close(tried);
        tried.over = true;
    }

    /** All of its attempts came to nothing for certain: as if it had never been tried. */
    void forget(Tried tried) {
        close(tried);
        tried.begun = false;
    }

    private void close(Tried tried) {
        if (tried.attempt != null) {
            open.remove(tried.attempt);
            tried.attempt = null;
            tried.begun = true;
        }
        tried.placed = false;
        tried.term = 0;
        tried.waiting = false;
    }

    /** Takes an answer, if it is one to a newest attempt. */
    void answered(RequestId id, Result result) {
        Tried tried = open.get(id);
        if (tried == null) {
            return;
        }
        if (result instanceof Result.Refused refused) {
            boolean before = tried.begun;
            close(tried);
            tried.begun = before;
            tried.refused(refused);
        } else if (result instanceof Result.Appended appended) {
            tried.begun = true;
            tried.placed = true;
            tried.term = appended.id().term();
            place(new Placed(tried, id, appended.id().index()));
            again();
        }
    }

    /** A request went to the leader of {@code term}, which alone may append it. */
    void forwarded(RequestId id, long term) {
        Tried tried = open.get(id);
        if (tried != null) {
            tried.term = term;
        }
    }

    /**
     * Everything up to {@code last} was applied here, or restored, and its requests were told. Who is still waiting for an
     * index up to there lost its place or was restored; who went to a leader of an earlier term was appended by none or
     * was restored.
     */
    void settle(EntryId last) {
        appliedIndex = Math.max(appliedIndex, last.index());
        again();
        if (last.term() > appliedTerm) {
            appliedTerm = last.term();
            List<Tried> lost = open.values().stream()
                    .filter(each -> each.term > 0 && each.term < appliedTerm)
                    .sorted(Comparator.comparingLong(each -> each.attempt == null ? 0 : each.attempt.number()))
                    .toList();
            lost.forEach(this::attemptLater);
        }
    }

    private void place(Placed next) {
        boolean isLate = !placed.isEmpty() && placed.getLast().index > next.index;
        (isLate ? placedLate : placed).add(next);
    }

    private void again() {
        again(placed);
        again(placedLate);
    }

    private void again(Queue<Placed> all) {
        for (Placed first = all.peek(); first != null && first.index <= appliedIndex; first = all.peek()) {
            all.remove();
            if (first.attempt.equals(first.tried.attempt)) {
                attemptLater(first.tried);
            }
        }
    }

    /** When {@link #tick} has something to do. */
    long nextTickNanos() {
        dropAnswered();
        return Math.min(retryNanos, sent.isEmpty() ? Alarm.NEVER : sent.peek().dueNanos);
    }

    /** What has a place waits for that alone. */
    private void dropAnswered() {
        while (!sent.isEmpty()) {
            Sent eldest = sent.peek();
            if (eldest.attempt.equals(eldest.tried.attempt) && !eldest.tried.placed) {
                return;
            }
            sent.remove();
        }
    }

    /** Makes again what is due. */
    void tick(long nowNanos) {
        for (dropAnswered(); !sent.isEmpty() && sent.peek().dueNanos <= nowNanos; dropAnswered()) {
            attempt(sent.remove().tried);
        }
        if (retryNanos <= nowNanos) {
            retryNow();
        }
    }

    /** There may be a leader now: do not wait for the delay. */
    void retryNow() {
        List<Tried> due = retries;
        retries = new ArrayList<>();
        retryNanos = Alarm.NEVER;
        for (Tried tried : due) {
            if (tried.waiting) {
                attempt(tried);
            }
        }
    }

    void clear() {
        open.clear();
        sent.clear();
        placed.clear();
        placedLate.clear();
        retries.clear();
        retryNanos = Alarm.NEVER;
    }
}
