package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One member as its leader sees it (paper figure 2: nextIndex and matchIndex), for one run of replication.
 *
 * <p>PROBE sends one request at a time until the logs are known to meet; REPLICATE keeps a window of requests in
 * flight; SNAPSHOT waits for a snapshot to arrive.
 */
final class Progress {
    private record InFlight(long lastIndex, int bytes) {}

    final PeerId peer;
    final StoreId storeId;
    // Echoed by answers; an answer with another number belongs to an earlier membership of the same peer.
    final long run;

    private MemberStatus.State state = MemberStatus.State.PROBE;
    private long matchIndex; // 0 <= matchIndex < nextIndex
    private long nextIndex;
    private final Deque<InFlight> inFlight = new ArrayDeque<>(1); // only in REPLICATE; lastIndex increases
    private long inFlightBytes;
    private long sentNanos = Long.MIN_VALUE; // when the probe, or the window's oldest unanswered progress, started
    private boolean waiting; // PROBE, SNAPSHOT: a request is out
    private boolean loading; // entries from nextIndex on are being read back from the log

    private @Nullable SnapshotMeta offered; // only in SNAPSHOT
    private long snapshotIndex; // only in SNAPSHOT: where the offered one ends, or the one that it fetches instead

    boolean witness; // gets no commands
    long lastContactNanos;
    boolean answered; // at least once in this run
    long confirmedRound; // the newest heartbeat round that it answered
    long commitIndexSent;

    Progress(PeerId peer, StoreId storeId, long run, long nextIndex, long nowNanos) {
        this.peer = peer;
        this.storeId = storeId;
        this.run = run;
        this.nextIndex = nextIndex;
        this.lastContactNanos = nowNanos;
    }

    MemberStatus.State state() {
        return state;
    }

    long matchIndex() {
        return matchIndex;
    }

    long nextIndex() {
        return nextIndex;
    }

    /** Where the snapshot ends that is on its way, in SNAPSHOT. */
    long snapshotIndex() {
        return snapshotIndex;
    }

    /** The snapshot that is offered, in SNAPSHOT; null in any other state. */
    @Nullable
    SnapshotMeta offered() {
        return offered;
    }

    /** Of entries that were sent and not answered yet. */
    long inFlightBytes() {
        return inFlightBytes;
    }

    boolean isLoading() {
        return loading;
    }

    /** Whether another AppendEntries may go out now. */
    boolean isReady(RaftConfig config) {
        if (loading) {
            return false;
        }
        return switch (state) {
            case PROBE -> !waiting;
            case REPLICATE -> inFlight.size() < config.windowMessagesMax() && inFlightBytes < config.windowBytesMax();
            case SNAPSHOT, SELF, UNREACHABLE -> false;
        };
    }

    /** How many bytes of entries still fit into the window. */
    long windowBytesLeft(RaftConfig config) {
        return config.windowBytesMax() - inFlightBytes;
    }

    /** These entries, from {@link #nextIndex} on, go out now. */
    void sent(List<Entry> entries, long nowNanos) {
        if (state == MemberStatus.State.PROBE) {
            waiting = true;
            sentNanos = nowNanos;
            return;
        }
        if (entries.isEmpty()) {
            return;
        }
        int bytes = entries.stream().mapToInt(Entry::sizeBytes).sum();
        long lastIndex = entries.get(entries.size() - 1).index();
        if (inFlight.isEmpty()) {
            sentNanos = nowNanos;
        }
        inFlight.addLast(new InFlight(lastIndex, bytes));
        inFlightBytes += bytes;
        nextIndex = lastIndex + 1;
    }

    /** The logs are equal up to {@code index}. Says whether that is news. */
    boolean matched(long index, long nowNanos) {
        boolean news = index > matchIndex;
        matchIndex = Math.max(matchIndex, index);
        nextIndex = Math.max(nextIndex, matchIndex + 1);
        while (!inFlight.isEmpty() && inFlight.getFirst().lastIndex() <= index) {
            inFlightBytes -= inFlight.removeFirst().bytes();
            sentNanos = nowNanos;
        }
        if (state == MemberStatus.State.PROBE || (state == MemberStatus.State.SNAPSHOT && news)) {
            state = MemberStatus.State.REPLICATE;
            offered = null;
            waiting = false;
            nextIndex = matchIndex + 1;
        }
        return news;
    }

    /** Starts over with single requests from {@code index} on, at once. */
    void probeFrom(long index) {
        state = MemberStatus.State.PROBE;
        offered = null;
        nextIndex = Math.max(index, matchIndex + 1);
        inFlight.clear();
        inFlightBytes = 0;
        waiting = false;
        loading = false;
    }

    /** As {@link #probeFrom} after the last match, but not before a probe would be repeated. */
    void probeLater(long nowNanos) {
        probeFrom(matchIndex + 1);
        waiting = true;
        sentNanos = nowNanos;
    }

    /** Entries from {@link #nextIndex} on are read back from the log. */
    void load() {
        loading = true;
    }

    void loaded() {
        loading = false;
    }

    /** That snapshot is offered, or offered again. */
    void offer(SnapshotMeta snapshot, long nowNanos) {
        if (!snapshot.equals(offered)) {
            offered = snapshot;
            snapshotIndex = snapshot.index();
        }
        state = MemberStatus.State.SNAPSHOT;
        inFlight.clear();
        inFlightBytes = 0;
        loading = false;
        waiting = true;
        sentNanos = nowNanos;
    }

    /** A snapshot that ends at {@code index} is being fetched, the offered one or another. */
    void fetching(long index) {
        snapshotIndex = index;
    }

    /** Whether an answer is overdue, or the next word of a snapshot that is on its way. */
    boolean isOverdue(long nowNanos, RaftConfig config) {
        return switch (state) {
            case PROBE -> waiting && nowNanos - sentNanos >= config.electionTimeoutNanos() / 4;
            case REPLICATE -> !inFlight.isEmpty() && nowNanos - sentNanos >= config.electionTimeoutNanos() / 4;
            case SNAPSHOT -> waiting && nowNanos - sentNanos >= config.electionTimeoutNanos();
            case SELF, UNREACHABLE -> false;
        };
    }

    /** Heard of; never moves {@link #matchIndex}. */
    void contact(long nowNanos) {
        lastContactNanos = nowNanos;
        answered = true;
    }
}
