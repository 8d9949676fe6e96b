package dev.flotilla.consensus;

import dev.flotilla.transport.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The log that the members of one {@link LocalConsensus} swarm share: gives every change its index. Thread-safe. */
final class LocalLog<S> {
    /** As many entries may wait for a member that is slow to apply. */
    static final int BACKLOG_MAX = 10_000;

    /** Of as many changes whose callers were told that their fate is unknown it can be told later. */
    static final int UNKNOWN_MAX = 10_000;

    private static final AtomicLong LOGS = new AtomicLong();
    private static final int TOKEN_BYTES = 2 * Long.BYTES;

    /**
     * A change that was agreed on.
     *
     * @param answer the caller's at {@code origin}
     * @param verdict what the first member that applied it found, as they all do
     */
    record Entry<S>(
            long index,
            Change<S> change,
            LocalConsensus<S> origin,
            CompletableFuture<Outcome<S>> answer,
            CompletableFuture<Outcome<S>> verdict,
            long appendedNanos) {}

    private final long number = LOGS.incrementAndGet();
    private final List<LocalConsensus<S>> members = new ArrayList<>(); // guarded by this
    private final Map<Long, Entry<S>> unanswered = new LinkedHashMap<>(); // by index; guarded by this
    private final Map<Long, Entry<S>> unknown = new LinkedHashMap<>(); // by index; guarded by this
    private long lastIndex; // guarded by this

    synchronized void add(LocalConsensus<S> member) {
        members.add(member);
    }

    /** The member is no more; the fate of what it asked for and was not told is unknown to it. */
    void remove(LocalConsensus<S> member, String reason) {
        List<Entry<S>> left;
        synchronized (this) {
            members.remove(member);
            left = unanswered.values().stream()
                    .filter(entry -> entry.origin() == member)
                    .toList();
        }
        left.forEach(entry -> answerUnknown(entry, reason));
    }

    synchronized long lastIndex() {
        return lastIndex;
    }

    /** Every member gets the entry in its inbox; {@code origin} answers once it has applied it. */
    synchronized CompletableFuture<Outcome<S>> append(LocalConsensus<S> origin, Change<S> change) {
        CompletableFuture<Outcome<S>> answer = new CompletableFuture<>();
        if (!members.contains(origin)) {
            answer.complete(new Outcome.Rejected<>(Outcome.Reason.NOT_A_MEMBER, "this member is closed"));
            return answer;
        }
        for (LocalConsensus<S> member : members) {
            if (member.backlog() >= BACKLOG_MAX) {
                answer.complete(new Outcome.Rejected<>(
                        Outcome.Reason.OVERLOADED, BACKLOG_MAX + " changes wait to be applied; try again later"));
                return answer;
            }
        }
        Entry<S> entry = new Entry<>(++lastIndex, change, origin, answer, new CompletableFuture<>(), System.nanoTime());
        unanswered.put(entry.index(), entry);
        for (LocalConsensus<S> member : members) {
            member.deliver(entry);
        }
        return answer;
    }

    /** The origin has applied it. */
    void answer(Entry<S> entry, Outcome<S> outcome) {
        synchronized (this) {
            unanswered.remove(entry.index());
        }
        entry.answer().complete(outcome);
    }

    private void answerUnknown(Entry<S> entry, String reason) {
        synchronized (this) {
            unanswered.remove(entry.index());
            unknown.put(entry.index(), entry);
            if (unknown.size() > UNKNOWN_MAX) {
                unknown.remove(unknown.keySet().iterator().next());
            }
        }
        entry.answer().complete(new Outcome.Unknown<>(token(entry.index()), reason + " before it was applied here"));
    }

    private Outcome.RetryToken token(long index) {
        byte[] value = new byte[TOKEN_BYTES];
        ByteBuffer.wrap(value).putLong(number).putLong(index);
        return new Outcome.RetryToken(Bytes.wrap(value));
    }

    /**
     * The entry of the change that ended as unknown with {@code token}, or null if that is too long ago.
     *
     * @throws IllegalArgumentException if {@code token} is none of this swarm's
     */
    synchronized @Nullable Entry<S> find(Outcome.RetryToken token) {
        ByteBuffer value = token.value().asByteBuffer();
        if (value.remaining() != TOKEN_BYTES || value.getLong() != number) {
            throw new IllegalArgumentException("not a token of this swarm: " + token.value());
        }
        return unknown.get(value.getLong());
    }
}
