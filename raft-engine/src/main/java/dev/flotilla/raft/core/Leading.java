package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.Result;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a peer does while it leads: ties replication, heartbeats, reads, membership and transfer together. */
final class Leading implements Election.Outcome, Requests.AtLeader {
    final Replication replication;
    final Heartbeats heartbeats;
    private final Group group;
    private final Membership membership;
    private final Demotion demotion;
    private final Transfer transfer;
    private final Handover handover;
    private final Certificates certificates;
    private final Removal removal;
    private @Nullable Leadership leadership; // null unless this peer leads
    private long commitIndexSeen; // what afterStep has dealt with

    // Set once, before the first step.
    private @Nullable Election election;
    private @Nullable Requests requests;
    private @Nullable Quieting quieting;

    Leading(Group group, FeatureLevels levels, Certificates certificates) {
        this.group = group;
        this.certificates = certificates;
        this.replication = new Replication(group);
        this.heartbeats = new Heartbeats(group, replication);
        this.membership = new Membership(group, levels);
        this.demotion = new Demotion(group, membership);
        this.transfer = new Transfer(group);
        this.handover = new Handover(group, transfer);
        this.removal = new Removal(group, certificates);
    }

    void connect(Election theElection, Requests theRequests, Quieting theQuieting) {
        election = theElection;
        requests = theRequests;
        quieting = theQuieting;
    }

    /** What this peer keeps of its followers; null unless it leads. */
    @Nullable
    Leadership leadership() {
        return leadership;
    }

    /** The same while this peer leads. */
    Leadership office() {
        return Objects.requireNonNull(leadership);
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
        heartbeats.startRound(office);
        replication.replicate(office);
    }

    @Override
    public void lost() {
        leadership = null;
        heartbeats.abandon();
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
        if (!heartbeats.hearsQuorum(office)) {
            stepDown();
            return;
        }
        demote(office);
        handover.onHeartbeat(office);
        certify(office);
        if (!Objects.requireNonNull(quieting).ask(office)) {
            heartbeats.startRound(office);
        }
        replication.resendOverdue(office);
    }

    /** While leadership is handed over, nothing is appended that the target would have to have too (thesis §3.10). */
    void demote(Leadership office) {
        if (!transfer.isUnderWay()) {
            demotion.demote(office);
        }
    }

    private void certify(Leadership office) {
        RaftLog.Configured configured = group.log.configured();
        boolean isKnownToAll = certificates.isWithoutChain() // asked first: there are many heartbeats
                && group.isConfigurationCommitted()
                && office.all().stream()
                        .allMatch(peer -> peer.matchIndex() >= configured.id().index());
        if (isKnownToAll) {
            certificates.onKnownToAll(configured);
        }
    }

    private void stepDown() {
        Objects.requireNonNull(election).becomeFollower(group.term(), null);
    }

    /** Steps down since this peer must not lead, and names who should. */
    void giveWay() {
        transfer.nameSuccessor(office());
        stepDown();
    }

    // ---- requests ----

    @Override
    public void onRequest(Requester requester, Request request, long nowMillis) {
        Leadership office = office();
        group.touched = true;
        boolean isRead = request instanceof Request.ReadIndex || request instanceof Request.LeaseRead;
        if (transfer.isUnderWay() && !isRead) {
            requester.answer(group, new Result.Refused(Result.Reason.BUSY, "leadership is being handed over"));
        } else if (request instanceof Request.Propose propose) {
            Objects.requireNonNull(requests).propose(requester, propose.command());
        } else if (request instanceof Request.ReadIndex) {
            heartbeats.onRead(office, requester);
        } else if (request instanceof Request.LeaseRead) {
            heartbeats.onLeaseRead(office, requester);
        } else if (request instanceof Request.ChangeMembers change) {
            membership.onChange(office, requester, change.change(), nowMillis);
            removal.tellFormer(change.change().put());
        } else if (request instanceof Request.Transfer handOver) {
            transfer.onRequest(office, requester, handOver.target());
        } else if (request instanceof Request.Join join) {
            membership.onJoin(office, requester, join, nowMillis);
        } else {
            throw new AssertionError("unhandled request: " + request);
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
        heartbeats.onCommit(office);
        boolean wasJoint = group.configuration().isJoint();
        membership.onCommit(office);
        boolean isSettled = group.isConfigurationCommitted() && !wasJoint;
        if (isSettled) {
            removal.tellRemoved();
            if (!group.configuration().voters().contains(group.self)) {
                replication.replicate(office);
                replication.announceCommitIndex(office);
                transfer.nameSuccessor(office);
                stepDown();
                removal.leaveIfRemoved();
                return false;
            }
        }
        return true;
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
                && heartbeats.isIdle()
                && !transfer.isUnderWay()
                && !handover.isWanted(office)
                && certificates.isKnownToAll()
                && office.all().stream().allMatch(office::isSettled);
    }

    /** The group is quiet no more: a leader says so at once, and counts the others' time from now. */
    void onWoken() {
        if (leadership != null) {
            leadership.wokenNanos = group.nowNanos;
            heartbeats.startRound(leadership);
        }
    }

    // ---- looking in ----

    /** Up to where the log may go; see {@link Leadership#neededIndex}. */
    long neededIndex() {
        return leadership == null ? Long.MAX_VALUE : leadership.neededIndex();
    }

    /** What explains where this leader stands; null if this peer leads not. */
    CoreDetails.@Nullable Office details() {
        return leadership == null ? null : CoreDetails.Office.of(group, leadership, transfer, membership);
    }
}
