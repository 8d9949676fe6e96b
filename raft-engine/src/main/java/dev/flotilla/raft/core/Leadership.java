package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Member;
import dev.flotilla.transport.PeerId;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a leader keeps in memory for one term (paper figure 2, volatile state on leaders). */
final class Leadership {
    // For how many election time-outs the log is kept for a silent member that a snapshot is on its way to.
    private static final int SNAPSHOT_PATIENCE_TIMEOUTS = 20;

    private final Group group;
    private final SortedMap<PeerId, Progress> progress = new TreeMap<>(); // everybody but this peer
    private long runs;

    /** The leader's first entry; nothing may be read or reconfigured before it is committed. */
    final long firstIndex;

    final Lease lease;
    long heartbeatNanos;
    long round; // of heartbeats; grows
    long wokenNanos = Long.MIN_VALUE; // when the group was quiet last: all nodes were heard of until about then

    Leadership(Group group, long firstIndex) {
        this.group = group;
        this.firstIndex = firstIndex;
        this.lease = new Lease(group);
        this.heartbeatNanos = group.nowNanos;
    }

    /** Begins a run for each new member and ends those of members that are gone or have another data directory. */
    void follow(Configuration configuration) {
        progress.values().removeIf(each -> configuration
                .member(each.peer)
                .filter(member -> member.storeId().equals(each.storeId))
                .isEmpty());
        for (Member member : configuration.all()) {
            if (!member.peerId().equals(group.self)) {
                Progress each = progress.computeIfAbsent(
                        member.peerId(),
                        peer -> new Progress(
                                peer,
                                member.storeId(),
                                ++runs,
                                group.log.lastIndex() + 1,
                                group.nowNanos,
                                group.config));
                each.witness = configuration.isWitness(member.peerId(), member.storeId());
            }
        }
    }

    /** Begins another run for {@code peer}, with which there is a new connection. */
    void renew(Progress peer) {
        peer.renew(++runs);
    }

    /** Begins another run for {@code peer}, whose former acknowledgements count no more. */
    void restart(Progress peer) {
        peer.restart(++runs);
    }

    /** Begins another run for {@code peer}, which has lost what it acknowledged in the former ones. */
    void lose(Progress peer) {
        peer.lose(++runs);
        lease.lapse(); // it may have forgotten what it promised
    }

    /**
     * The next heartbeats are due at a time that is the same for all groups of a node with the same interval, so that
     * those to one peer travel in one frame.
     */
    void scheduleHeartbeat() {
        long interval = group.config.heartbeatIntervalNanos();
        heartbeatNanos = (Math.floorDiv(group.nowNanos, interval) + 1) * interval;
    }

    /**
     * Up to where the log may go, since what follows a snapshot that is on its way is needed once that has arrived: else
     * it would be followed by another snapshot, and that by another. A member that has been silent for long is not waited
     * for. MAX_VALUE if no snapshot is on its way.
     */
    long neededIndex() {
        if (group.snapshot == null) {
            return Long.MAX_VALUE;
        }
        return progress.values().stream()
                .filter(peer -> peer.state() == MemberStatus.State.SNAPSHOT)
                .filter(peer -> group.nowNanos - peer.lastContactNanos
                        < SNAPSHOT_PATIENCE_TIMEOUTS * group.config.electionTimeoutNanos())
                .mapToLong(Progress::snapshotIndex)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    Collection<Progress> all() {
        return progress.values();
    }

    @Nullable
    Progress of(PeerId peer) {
        return progress.get(peer);
    }

    /** The progress that an answer belongs to; null if it belongs to none, or to an earlier run. */
    @Nullable
    Progress of(PeerId peer, long run) {
        Progress found = progress.get(peer);
        return found != null && found.run() == run ? found : null;
    }

    private boolean isSelf(Member member) {
        return member.peerId().equals(group.self) && member.storeId().equals(group.storeId);
    }

    private @Nullable Progress of(Member member) {
        Progress found = progress.get(member.peerId());
        return found != null && found.storeId.equals(member.storeId()) ? found : null;
    }

    /** What {@code member} is known to have; for this peer, what is durable here. */
    long matchIndex(Member member) {
        if (isSelf(member)) {
            return group.durableIndex();
        }
        Progress found = of(member);
        return found == null ? 0 : found.matchIndex();
    }

    /** When {@code member} answered last; for this peer, now. */
    long lastContactNanos(Member member) {
        if (isSelf(member)) {
            return group.nowNanos;
        }
        Progress found = of(member);
        return found == null ? Long.MIN_VALUE : lastContactNanos(found);
    }

    /** When {@code peer} answered last, or had to: while the group was quiet nobody was asked. */
    long lastContactNanos(Progress peer) {
        return Math.max(peer.lastContactNanos, wokenNanos);
    }

    /** The newest round that {@code member} confirmed; for this peer, the newest there is. */
    long confirmedRound(Member member) {
        if (isSelf(member)) {
            return round;
        }
        Progress found = of(member);
        return found == null ? 0 : found.confirmedRound;
    }

    /** Whether an entry of this leader's own term is committed (thesis §6.4, and before any membership change). */
    boolean hasCommittedInTerm() {
        return group.commitIndex() >= firstIndex;
    }

    /** Whether {@code peer} has everything, knows that it is committed, and is owed nothing. */
    boolean isSettled(Progress peer) {
        long lastIndex = group.log.lastIndex();
        return peer.state() == MemberStatus.State.REPLICATE
                && peer.matchIndex() == lastIndex
                && peer.commitIndexSent == lastIndex
                && hears(peer);
    }

    boolean hears(Progress peer) {
        return peer.answered && group.nowNanos - peer.lastContactNanos < group.config.electionTimeoutNanos();
    }

    /** As {@link #hears(Progress)}, but while the group was quiet nobody was asked. */
    private boolean isHeard(Progress peer) {
        return peer.answered && isInTime(peer);
    }

    /** Whether {@code peer} answered within an election time-out, or was not asked for so long. */
    private boolean isInTime(Progress peer) {
        return group.quiet || group.nowNanos - lastContactNanos(peer) < group.config.electionTimeoutNanos();
    }

    /** Whether {@code member} answered within an election time-out, and has what it acknowledged; this peer hears itself. */
    boolean hears(Member member) {
        Progress found = of(member);
        return isSelf(member) || (found != null && isHeard(found) && found.lostIndex() == 0);
    }

    /**
     * How far the voters, whose logs are whole, have the log: what a majority can lose no more without its witnesses, or
     * else what every voter has that can be reached.
     */
    long matchIndexOfVoters(Configuration configuration) {
        long ofMajority = Quorum.agreed(configuration, member -> member.isVoter() ? matchIndex(member) : 0);
        long ofReachable = Stream.concat(configuration.members().stream(), configuration.previous().stream())
                .filter(member -> member.isVoter() && isReachable(member))
                .mapToLong(this::matchIndex)
                .min()
                .orElse(0);
        return Math.max(ofMajority, ofReachable);
    }

    /**
     * Whether {@code member} can be given entries: it is heard, and only where its log meets this one may have to be found
     * out yet, which is a matter of rounds. A new leader cannot tell who is slow from who is lost, so it gives each an
     * election time-out from its first request on, as any leader does from the last answer on. A snapshot that is on its
     * way may take for ever, so nobody waits for that.
     */
    private boolean isReachable(Member member) {
        Progress found = of(member);
        return isSelf(member) || (found != null && isInTime(found) && found.state() != MemberStatus.State.SNAPSHOT);
    }

    /**
     * Whether {@code member} may be made a voter (thesis §4.2.1): it is heard, takes entries as they come, has one of this
     * term and the configuration in force, by which it knows what it is meant to have ({@link Hollow}), and lags by no more
     * than the settings say.
     */
    boolean hasCaughtUp(Member member) {
        Progress found = of(member);
        return found != null
                && hears(found)
                && found.lostIndex() == 0
                && found.state() == MemberStatus.State.REPLICATE
                && found.matchIndex() >= firstIndex
                && found.matchIndex() >= group.log.configured().id().index()
                && found.matchIndex() + group.config.promotionLagEntries() >= group.log.lastIndex();
    }
}
