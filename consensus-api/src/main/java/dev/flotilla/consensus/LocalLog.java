package dev.flotilla.consensus;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The log that the members of one {@link LocalConsensus} swarm share: gives every change its index. Thread-safe. */
final class LocalLog<S> {
    /** As many entries may wait for a member that is slow to apply. */
    static final int BACKLOG_MAX = 10_000;

    /** A change that was agreed on; {@code answer} is the caller's at {@code origin}. */
    record Entry<S>(
            long index,
            Change<S> change,
            LocalConsensus<S> origin,
            CompletableFuture<Outcome<S>> answer,
            long appendedNanos) {}

    private final List<LocalConsensus<S>> members = new ArrayList<>(); // guarded by this
    private long lastIndex; // guarded by this

    synchronized void add(LocalConsensus<S> member) {
        members.add(member);
    }

    synchronized void remove(LocalConsensus<S> member) {
        members.remove(member);
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
        Entry<S> entry = new Entry<>(++lastIndex, change, origin, answer, System.nanoTime());
        for (LocalConsensus<S> member : members) {
            member.deliver(entry);
        }
        return answer;
    }
}
