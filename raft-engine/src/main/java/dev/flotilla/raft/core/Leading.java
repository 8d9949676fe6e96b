package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.RaftMessage.Removed;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a peer does while it leads: ties replication, heartbeats, reads, membership and transfer together. */
final class Leading implements Election.Outcome {
    // For how many election time-outs the log is kept for a silent member that a snapshot is on its way to.
    private static final int SNAPSHOT_PATIENCE_TIMEOUTS = 20;

    private final Group group;
    private final Stickiness stickiness;
    private final Replication replication;
    private final ReadIndex reads;
    private final Membership membership;
    private final Demotion demotion;
    private final Transfer transfer;
    private final Handover handover;
    private @Nullable Leadership leadership; // null unless this peer leads
    private long commitIndexSeen; // what afterStep has dealt with

    // Set once, before the first step.
    private @Nullable Election election;
    private @Nullable Requests requests;
    private @Nullable Certificates certificates;
    private @Nullable Quieting quieting;

    Leading(Group group, Stickiness stickiness, FeatureLevels levels) {
        this.group = group;
        this.stickiness = stickiness;
        this.replication = new Replication(group);
        this.reads = new ReadIndex(group);
        this.membership = new Membership(group, levels);
        this.demotion = new Demotion(group, membership);
        this.transfer = new Transfer(group);
        this.handover = new Handover(group, transfer);
    }

    void connect(Election theElection, Requests theRequests, Certificates theCertificates, Quieting theQuieting) {
        quieting = theQuieting;
        election = theElection;
        requests = theRequests;
        certificates = theCertificates;
    }

    // ---- office ----

    /** A new leader commits an empty entry of its term first (paper §8) and tells everybody at once. */
    @Override
    public void won() {
        EntryId first = new EntryId(group.term(), group.log.lastIndex() + 1);
        Leadership office = new Leadership(group, first.index());
        leadership = office;
        office.follow(group.configuration());
        group.append(new Entry(first, Entry.Kind.NOOP, Bytes.EMPTY));
        startRound(office);
        replication.replicate(office);
    }

    @Override
    public void lost() {
        leadership = null;
        reads.abandon();
        membership.abandon();
        transfer.onLost();
        handover.onLost();
    }

    long deadlineNanos() {
        if (group.quiet) {
            return Long.MAX_VALUE;
        }
        return Math.min(leadership == null ? Long.MAX_VALUE : leadership.heartbeatNanos, transfer.deadlineNanos());
    }

    void onTimer() {
        transfer.onTimer();
        Leadership office = leadership;
        if (office == null || group.quiet) {
            return;
        }
        if (group.nowNanos < office.heartbeatNanos) {
            return;
        }
        if (!hearsQuorum(office)) {
            stepDown();
            return;
        }
        demote(office);
        handover.onHeartbeat(office);
        if (!Objects.requireNonNull(quieting).ask(office)) {
            startRound(office);
        }
        replication.resendOverdue(office);
    }

    /** CheckQuorum (thesis §6.2): a leader that its quorum did not answer for an election time-out is none. */
    private boolean hearsQuorum(Leadership office) {
        long oldest = Quorum.agreed(group.configuration(), office::lastContactNanos);
        return oldest != Long.MIN_VALUE && group.nowNanos - oldest < group.config.electionTimeoutNanos();
    }

    /** While leadership is handed over, nothing is appended that the target would have to have too (thesis §3.10). */
    private void demote(Leadership office) {
        if (!transfer.isUnderWay()) {
            demotion.demote(office);
        }
    }

    private void stepDown() {
        Objects.requireNonNull(election).becomeFollower(group.term(), null);
    }

    /** Steps down since this peer must not lead, and names who should. */
    void giveWay() {
        transfer.nameSuccessor(Objects.requireNonNull(leadership));
        stepDown();
    }

    /** Heartbeats to everybody, with the next round's number. */
    private void startRound(Leadership office) {
        office.round++;
        office.scheduleHeartbeat();
        office.lease.roundStarted(office);
        office.all().forEach(peer -> replication.sendHeartbeat(office, peer));
        confirmReads(office);
    }

    private void confirmReads(Leadership office) {
        office.lease.onConfirmed(office);
        if (reads.onConfirmed(office)) {
            startRound(office);
        }
    }

    // ---- requests ----

    void onRequest(Requester requester, Request request, long nowMillis) {
        Leadership office = Objects.requireNonNull(leadership);
        group.touched = true;
        boolean isRead = request instanceof Request.ReadIndex || request instanceof Request.LeaseRead;
        if (transfer.isUnderWay() && !isRead) {
            requester.answer(group, new Result.Refused(Result.Reason.BUSY, "leadership is being handed over"));
        } else if (request instanceof Request.Propose propose) {
            Objects.requireNonNull(requests).propose(requester, propose.command());
        } else if (request instanceof Request.ReadIndex) {
            if (reads.onRead(office, requester)) {
                startRound(office);
            }
        } else if (request instanceof Request.LeaseRead) {
            onLeaseRead(office, requester);
        } else if (request instanceof Request.ChangeMembers change) {
            membership.onChange(office, requester, change.change(), nowMillis);
            tellFormer(change.change().put());
        } else if (request instanceof Request.Transfer handOver) {
            transfer.onRequest(office, requester, handOver.target());
        } else if (request instanceof Request.Join join) {
            membership.onJoin(office, requester, join, nowMillis);
        } else {
            throw new AssertionError("unhandled request: " + request);
        }
    }

    /** By the lease if there is one now; else as any other linearizable read, which needs no clock. */
    private void onLeaseRead(Leadership office, Requester requester) {
        long since = office.lease.sinceNanos(office);
        if (!group.hasLeaseReads()) {
            requester.answer(group, Requests.noLeaseReads(group));
        } else if (since != Lease.NONE) {
            requester.answer(group, new Result.ReadAt(group.commitIndex(), group.nowNanos - since));
        } else if (reads.onRead(office, requester)) {
            startRound(office);
        }
    }

    // ---- answers ----

    private @Nullable Progress answered(PeerId from, StoreId storeId, long term, long run) {
        if (term > group.term()) {
            Objects.requireNonNull(election).becomeFollower(term, null);
            return null;
        }
        if (leadership == null || term < group.term()) {
            return null;
        }
        Progress peer = leadership.of(from, run);
        if (peer == null || !peer.storeId.equals(storeId)) {
            return null;
        }
        peer.contact(group.nowNanos);
        return peer;
    }

    void onAccepted(PeerId from, StoreId storeId, RaftMessage.AppendAccepted reply) {
        Progress peer = answered(from, storeId, reply.term(), reply.run());
        if (peer != null) {
            replication.onAccepted(Objects.requireNonNull(leadership), peer, reply);
        }
    }

    void onRejected(PeerId from, StoreId storeId, RaftMessage.AppendRejected reply) {
        Progress peer = answered(from, storeId, reply.term(), reply.run());
        if (peer != null && reply.damaged()) {
            replication.onDamaged(Objects.requireNonNull(leadership), peer, reply);
        } else if (peer != null) {
            replication.onRejected(Objects.requireNonNull(leadership), peer, reply);
            demote(Objects.requireNonNull(leadership));
        }
    }

    void onHeartbeatReply(PeerId from, StoreId storeId, RaftMessage.HeartbeatReply reply) {
        Progress peer = answered(from, storeId, reply.term(), reply.run());
        if (peer != null) {
            peer.confirmedRound = Math.max(peer.confirmedRound, reply.round());
            confirmReads(Objects.requireNonNull(leadership));
        }
    }

    void onQuietReply(PeerId from, StoreId storeId, RaftMessage.QuietReply reply) {
        if (answered(from, storeId, reply.term(), reply.run()) != null) {
            Objects.requireNonNull(quieting).onReply(Objects.requireNonNull(leadership), from, reply);
        }
    }

    void onSnapshotReply(PeerId from, StoreId storeId, RaftMessage.InstallSnapshotReply reply) {
        Progress peer = answered(from, storeId, reply.term(), reply.run());
        if (peer != null) {
            replication.onSnapshotReply(peer, reply);
        }
    }

    // ---- what the driver tells ----

    void onEntriesLoaded(Input.EntriesLoaded loaded) {
        if (leadership != null) {
            replication.onEntriesLoaded(leadership, loaded);
        }
    }

    /** What was in flight to {@code peer} is lost: start over at once. It may have started anew: see what it still has. */
    void onConnected(PeerId peer) {
        Progress progress = leadership == null ? null : leadership.of(peer);
        if (leadership != null && progress != null) {
            replication.onConnected(leadership, progress);
        }
    }

    // ---- after each step ----

    /** Commits what can be, goes on with whatever waited for it, and sends what fits. */
    void afterStep() {
        transfer.settle();
        Leadership office = leadership;
        if (office == null) {
            commitIndexSeen = group.commitIndex();
            return;
        }
        boolean committed = replication.advanceCommitIndex(office);
        while (committed || group.commitIndex() > commitIndexSeen) {
            commitIndexSeen = group.commitIndex();
            if (!onCommit(office)) {
                return;
            }
            committed = replication.advanceCommitIndex(office);
        }
        if (!transfer.isUnderWay() && !membership.promote(office)) {
            membership.raiseFeatureLevel(office);
        }
        replication.replicate(office);
        replication.announceCommitIndex(office);
        transfer.advance(office);
    }

    /** Says whether this peer still leads. */
    private boolean onCommit(Leadership office) {
        if (reads.onCommit(office)) {
            startRound(office);
        }
        boolean wasJoint = group.configuration().isJoint();
        membership.onCommit(office);
        boolean isSettled = group.isConfigurationCommitted() && !wasJoint;
        if (isSettled) {
            tellRemoved();
            if (!group.configuration().voters().contains(group.self)) {
                replication.replicate(office);
                replication.announceCommitIndex(office);
                transfer.nameSuccessor(office);
                stepDown();
                leaveIfRemoved();
                return false;
            }
        }
        return true;
    }

    /** A leader that has just committed its own removal needs nobody else's word for it. */
    private void leaveIfRemoved() {
        if (!group.configuration().contains(group.self, group.storeId)) {
            group.left = true;
            group.emit(new Effect.LeftGroup(
                    Objects.requireNonNull(certificates).removalNotice(group.self, group.storeId)));
        }
    }

    private EntryId toldOf = EntryId.NONE; // the configuration whose removed members were told

    private void tellRemoved() {
        RaftLog.Configured present = group.log.configured();
        if (present.id().equals(toldOf)) {
            return;
        }
        toldOf = present.id();
        for (Member former : present.configuration().removed()) {
            if (!former.peerId().equals(group.self)) {
                group.send(
                        former.peerId(),
                        new Removed(
                                Objects.requireNonNull(certificates).removalNotice(former.peerId(), former.storeId())));
            }
        }
    }

    // ---- quiet ----

    /** Whether this peer leads, and nothing is under way or to be done in the group. */
    boolean isSettled() {
        Leadership office = leadership;
        long lastIndex = group.log.lastIndex();
        return office != null
                && office.hasCommittedInTerm()
                && group.commitIndex() == lastIndex
                && group.durableIndex() == lastIndex
                && group.commitment.appliedIndex() == lastIndex
                && !group.configuration().isJoint()
                && reads.isIdle()
                && !transfer.isUnderWay()
                && !handover.isWanted(office)
                && isKnownToAll()
                && office.all().stream().allMatch(office::isSettled);
    }

    /** Whether this peer has what proves its membership to those that lag, or needs it for nobody. */
    boolean isKnownToAll() {
        return group.configuration().members().size() == 1
                || !Objects.requireNonNull(certificates).chain().isEmpty();
    }

    /** The group is quiet no more: a leader says so at once, and counts the others' time from now. */
    void onWoken() {
        if (leadership != null) {
            leadership.wokenNanos = group.nowNanos;
            startRound(leadership);
        }
    }

    /** Whoever asks to have a removed data directory back has not heard, or not told it, that it is out for good. */
    private void tellFormer(List<Member> asked) {
        for (Member former : group.committedConfiguration().configuration().removed()) {
            boolean isAsked = asked.stream()
                    .anyMatch(each -> each.peerId().equals(former.peerId())
                            && each.storeId().equals(former.storeId()));
            if (isAsked && !former.peerId().equals(group.self)) {
                group.send(
                        former.peerId(),
                        new Removed(
                                Objects.requireNonNull(certificates).removalNotice(former.peerId(), former.storeId())));
            }
        }
    }

    // ---- looking in ----

    /**
     * Up to where the log may go, since what follows a snapshot that is on its way is needed once that has arrived: else
     * it would be followed by another snapshot, and that by another. A member that has been silent for long is not waited
     * for. MAX_VALUE if no snapshot is on its way.
     */
    long neededIndex() {
        if (leadership == null || group.snapshot == null) {
            return Long.MAX_VALUE;
        }
        return leadership.all().stream()
                .filter(peer -> peer.state() == MemberStatus.State.SNAPSHOT)
                .filter(peer -> group.nowNanos - peer.lastContactNanos
                        < SNAPSHOT_PATIENCE_TIMEOUTS * group.config.electionTimeoutNanos())
                .mapToLong(Progress::snapshotIndex)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    void measure(RaftCore.Measures measures) {
        if (leadership != null) {
            for (Progress peer : leadership.all()) {
                measures.lag(peer.peer, Math.max(0, group.log.lastIndex() - peer.matchIndex()));
            }
        }
    }

    List<MemberStatus> memberStatus(Configuration configuration, long nowNanos) {
        return configuration.all().stream()
                .map(member -> statusOf(member, nowNanos))
                .toList();
    }

    private MemberStatus statusOf(Member member, long nowNanos) {
        if (member.peerId().equals(group.self)) {
            return new MemberStatus(member, MemberStatus.State.SELF, group.log.lastIndex(), 0);
        }
        Progress peer = leadership == null ? null : leadership.of(member.peerId());
        if (peer == null) {
            return new MemberStatus(member, null, -1, sinceLeaderContact(member, nowNanos));
        }
        boolean isHeard = group.quiet || nowNanos - peer.lastContactNanos < group.config.electionTimeoutNanos();
        return new MemberStatus(
                member,
                isHeard ? peer.state() : MemberStatus.State.UNREACHABLE,
                peer.matchIndex(),
                peer.answered ? nowNanos - peer.lastContactNanos : -1);
    }

    /** A follower hears its leader and nobody else. */
    private long sinceLeaderContact(Member member, long nowNanos) {
        boolean isHeard = member.peerId().equals(group.leader())
                && !group.isLeader()
                && stickiness.contactNanos() != Long.MIN_VALUE;
        return isHeard ? nowNanos - stickiness.contactNanos() : -1;
    }

    /** What explains where this leader stands; null if this peer leads not. */
    CoreDetails.@Nullable Office office() {
        Leadership office = leadership;
        if (office == null) {
            return null;
        }
        Map<PeerId, Long> inFlight = new TreeMap<>();
        Map<PeerId, Long> snapshots = new TreeMap<>();
        for (Progress peer : office.all()) {
            inFlight.put(peer.peer, peer.inFlightBytes());
            if (peer.state() == MemberStatus.State.SNAPSHOT) {
                snapshots.put(peer.peer, peer.snapshotIndex());
            }
        }
        return new CoreDetails.Office(
                office.firstIndex,
                group.config.promotionLagEntries(),
                transfer.target(),
                transfer.isTold(),
                inFlight,
                snapshots,
                membership.promotionRefusals(office));
    }
}
