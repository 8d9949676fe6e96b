package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One member as its leader sees it (paper figure 2: nextIndex and matchIndex), for one run of replication.
 *
 * <p>PROBE sends one request at a time until the logs are known to meet; REPLICATE keeps a window of requests in
 * flight; SNAPSHOT waits for a snapshot to arrive.
 */
final class Progress {
    final PeerId peer;
    final StoreId storeId;
    // Echoed by answers; an answer with another number belongs to an earlier membership or connection of the same peer.
    private long run;

    private MemberStatus.State state = MemberStatus.State.PROBE;
    private long matchIndex; // 0 <= matchIndex < nextIndex
    private long nextIndex;
    private final Window window; // empty but in REPLICATE
    private long sentNanos = Long.MIN_VALUE; // when the probe, or the window's oldest unanswered progress, started
    private boolean waiting; // PROBE, SNAPSHOT: a request is out
    private boolean loading; // entries from nextIndex on are being read back from the log

    private @Nullable SnapshotMeta offered; // only in SNAPSHOT
    private long snapshotIndex; // only in SNAPSHOT: where the offered one ends, or the one that it fetches instead
    private long runMatchIndex; // matchIndex when the run began
    private long lostIndex; // up to where it once acknowledged what it has lost; 0 if it lost nothing

    boolean witness; // gets no commands
    long lastContactNanos;
    boolean answered; // at least once in this run
    long confirmedRound; // the newest heartbeat round that it answered
    long commitIndexSent;
    // The first round whose confirmation is a promise that a lease may rest on; MAX_VALUE: none so far.
    long promisesFromRound = Long.MAX_VALUE;

    Progress(PeerId peer, StoreId storeId, long run, long nextIndex, long nowNanos, RaftConfig config) {
        this.peer = peer;
        this.storeId = storeId;
        this.run = run;
        this.nextIndex = nextIndex;
        this.lastContactNanos = nowNanos;
        this.window = new Window(config);
    }

    long run() {
        return run;
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
        return window.inFlightBytes();
    }

    boolean isLoading() {
        return loading;
    }

    /** Whether another AppendEntries may go out now. */
    boolean isReady() {
        if (loading) {
            return false;
        }
        return switch (state) {
            case PROBE -> !waiting;
            case REPLICATE -> window.isOpen();
            case SNAPSHOT, SELF, UNREACHABLE -> false;
        };
    }

    /** How many bytes of entries still fit into the window. */
    long windowBytesLeft() {
        return window.bytesLeft();
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
        if (window.isEmpty()) {
            sentNanos = nowNanos;
        }
        window.sent(lastIndex, bytes, nowNanos);
        nextIndex = lastIndex + 1;
    }

    /** The logs are equal up to {@code index}. Says whether that is news. */
    boolean matched(long index, long nowNanos) {
        boolean news = index > matchIndex;
        matchIndex = Math.max(matchIndex, index);
        nextIndex = Math.max(nextIndex, matchIndex + 1);
        if (window.answered(index, nowNanos)) {
            sentNanos = nowNanos;
        }
        if (matchIndex >= lostIndex) {
            lostIndex = 0;
        }
        if (state == MemberStatus.State.PROBE || (state == MemberStatus.State.SNAPSHOT && news)) {
            state = MemberStatus.State.REPLICATE;
            offered = null;
            waiting = false;
            nextIndex = matchIndex + 1;
        }
        return news;
    }

    /**
     * A new run begins: every request that it will number is sent after {@link #matchIndex} was acknowledged. A snapshot that
     * is on its way goes on.
     */
    void renew(long newRun) {
        run = newRun;
        runMatchIndex = matchIndex;
        if (state != MemberStatus.State.SNAPSHOT) {
            probeAgain();
        }
    }

    /**
     * Whether a request of this run after entry {@code index} cannot have been refused by a peer that still has what it
     * acknowledged. Within one run that is not known: a refusal may be older than an acknowledgement that overtook it.
     */
    boolean provesLoss(long index) {
        return index <= runMatchIndex;
    }

    /**
     * A new run begins, in which it has acknowledged nothing: entries that it acknowledged are damaged. It may not know what
     * it promises until it has them again.
     */
    void restart(long newRun) {
        matchIndex = 0;
        promisesFromRound = Long.MAX_VALUE;
        probeFrom(1);
        renew(newRun);
    }

    /**
     * It lacks entries that it acknowledged. So a new run begins in which it has acknowledged nothing: what it acknowledged
     * before the loss may still be on its way.
     */
    void lose(long newRun) {
        lostIndex = Math.max(lostIndex, matchIndex);
        restart(newRun);
    }

    /** Up to where it once acknowledged what it lacks; 0 if it has all of that, again or still. */
    long lostIndex() {
        return lostIndex;
    }

    void forgiveLoss() {
        lostIndex = 0;
    }

    /** Starts over with single requests from {@code index} on, at once. */
    void probeFrom(long index) {
        state = MemberStatus.State.PROBE;
        offered = null;
        nextIndex = Math.max(index, matchIndex + 1);
        window.clear();
        waiting = false;
        loading = false;
    }

    /**
     * Starts over after the last match, since what was in flight is lost. If none is known yet, the probe is sent again as it
     * was (paper §5.3: retried until it is answered): a lost one tells nothing of where the logs meet.
     */
    void probeAgain() {
        boolean isSought = state == MemberStatus.State.PROBE && matchIndex == 0;
        probeFrom(isSought ? nextIndex : matchIndex + 1);
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
        window.clear();
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
            case REPLICATE -> !window.isEmpty() && nowNanos - sentNanos >= config.electionTimeoutNanos() / 4;
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
