package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.metrics.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One kind of request for a read index: one is on its way at a time and covers every read that came before it was sent; it
 * may be made again freely (thesis §6.4). Belongs to the group's loop.
 *
 * @param <R> a read
 */
final class ReadRounds<R> {
    /** Told how rounds end. */
    interface Listener<R> {
        /** Whoever applied {@code index} is at least as fresh as the leader was at {@code sinceNanos}. */
        void confirmed(List<R> reads, long index, long sinceNanos);

        /** Asking again does not help. */
        void refused(List<R> reads, String why);
    }

    private record Round<R>(RequestId id, long sentNanos, List<R> reads) {}

    private final NodeContext node;
    private final Request request;
    private final long timeoutNanos;
    private final BiConsumer<RequestId, Request> ask;
    private final Predicate<R> isWanted;
    private final Listener<R> listener;
    private List<R> next = new ArrayList<>(0); // came after the round on its way was sent
    private @Nullable Round<R> round;
    private long retryNanos = Alarm.NEVER;

    ReadRounds(
            NodeContext node,
            Request request,
            long timeoutNanos,
            BiConsumer<RequestId, Request> ask,
            Predicate<R> isWanted,
            Listener<R> listener) {
        this.node = node;
        this.request = request;
        this.timeoutNanos = timeoutNanos;
        this.ask = ask;
        this.isWanted = isWanted;
        this.listener = listener;
    }

    boolean isIdle() {
        return next.isEmpty() && round == null;
    }

    void join(R read) {
        next.add(read);
        sendIfIdle();
    }

    private void sendIfIdle() {
        if (round == null && retryNanos == Alarm.NEVER && !next.isEmpty()) {
            send();
        }
    }

    private void send() {
        retryNanos = Alarm.NEVER;
        Round<R> sent = new Round<>(node.nextRequestId(), node.nowNanos(), next);
        next = new ArrayList<>(0);
        round = sent;
        ask.accept(sent.id, request);
    }

    void answered(RequestId id, Result result) {
        Round<R> answered = round;
        if (answered == null || !answered.id.equals(id)) {
            return;
        }
        round = null;
        if (result instanceof Result.ReadAt readAt) {
            node.meters().time(Metric.READ_ROUNDS, node.nowNanos() - answered.sentNanos);
            listener.confirmed(answered.reads, readAt.index(), answered.sentNanos - readAt.confirmedAgoNanos());
        } else if (result instanceof Result.Refused refused && refused.reason() == Result.Reason.NOT_ALLOWED) {
            listener.refused(answered.reads, refused.detail());
        } else {
            again(answered, node.nowNanos() + node.settings().retryDelay().toNanos());
        }
        sendIfIdle();
    }

    private void again(Round<R> failed, long atNanos) {
        List<R> reads = new ArrayList<>(failed.reads);
        reads.removeIf(isWanted.negate());
        reads.addAll(next);
        next = reads;
        if (!next.isEmpty()) {
            retryNanos = atNanos;
        }
    }

    long nextTickNanos() {
        return round == null ? retryNanos : Math.min(retryNanos, round.sentNanos + timeoutNanos);
    }

    void tick(long nowNanos) {
        Round<R> late = round;
        if (late != null && late.sentNanos + timeoutNanos <= nowNanos) {
            round = null;
            again(late, nowNanos);
        }
        if (retryNanos <= nowNanos) {
            retryNow();
        }
    }

    /** There may be a leader now: do not wait for the delay. */
    void retryNow() {
        if (retryNanos != Alarm.NEVER) {
            send();
        }
    }

    void stop() {
        next.clear();
        round = null;
    }
}
