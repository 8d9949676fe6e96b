package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.message.StoredEntry;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * One group's protocol: a deterministic function from inputs and time to an ordered list of effects. Dispatches; the
 * rules live in the classes named after them.
 */
public final class RaftCore {
    private final Group group;
    private final Stickiness stickiness;
    private final Repair repair;
    private final Election election;
    private final Following following;
    private final Leading leading;
    private final Certificates certificates;
    private final SenderGate gate;
    private final Requests requests;
    private final Quieting quieting;
    private final FeatureLevels levels;

    /**
     * A core that goes on from what was found on disk, as a follower.
     *
     * @param credentials this peer's; its peer id names this peer
     * @param storeId of this peer's data directory
     * @param genesis the group
     * @param random decides time-outs and request numbers
     * @param nowNanos the time of the caller's clock
     * @throws IllegalStateException if the log or snapshot is of a feature level that this peer does not know
     */
    public RaftCore(
            PeerCredentials credentials,
            StoreId storeId,
            GenesisId genesis,
            RaftConfig config,
            Recovered recovered,
            RandomGenerator random,
            Trace trace,
            long nowNanos) {
        SnapshotMeta snapshot = recovered.snapshot();
        RaftLog log = new RaftLog(recovered.base(), config.cacheBytesMax(), config.featureLevel());
        group = new Group(credentials, storeId, genesis, config, log, random, trace);
        group.nowNanos = nowNanos;
        recovered.entries().forEach(this::take);
        if (snapshot != null) {
            restore(log, snapshot);
        }
        group.recover(recovered.hardState(), snapshot);
        stickiness = new Stickiness(group);
        repair = new Repair(group, stickiness);
        repair.start();
        stickiness.bindFromStart();
        levels = new FeatureLevels(group);
        leading = new Leading(group, stickiness, levels);
        election = new Election(group, stickiness, leading);
        following = new Following(group, stickiness, repair, election);
        certificates = new Certificates(group, recovered.certificates());
        gate = new SenderGate(group, certificates, recovered.contacts());
        requests = new Requests(group, gate, leading::onRequest);
        quieting = new Quieting(group, stickiness, election, leading);
        leading.connect(election, requests, certificates, quieting);
    }

    private void take(StoredEntry stored) {
        if (stored instanceof Entry entry) {
            group.log.append(entry);
            group.backlog.appended(entry.index(), entry.sizeBytes());
        } else if (stored instanceof DamagedEntry damaged) {
            group.log.appendDamaged(damaged.id());
            group.backlog.appended(damaged.index(), 0);
            group.damage.found(damaged);
        }
    }

    /** The snapshot may be newer than the log: a crash came between the two. */
    private void restore(RaftLog log, SnapshotMeta snapshot) {
        if (!log.contains(snapshot.lastIncluded())) {
            log.install(snapshot, false);
            group.backlog.installed(snapshot.index(), false);
            group.damage.compactedTo(Long.MAX_VALUE);
        } else { // its configuration may lie before the base, and what follows it may be truncated
            log.configured(snapshot);
        }
    }

    /**
     * Takes one input at {@code nowNanos} and tells what to do.
     *
     * @param nowNanos not before that of any earlier step
     */
    public List<Effect> step(Input input, long nowNanos) {
        Invariant.check(nowNanos >= group.nowNanos, "time goes back from %d to %d", group.nowNanos, nowNanos);
        group.nowNanos = nowNanos;
        dispatch(input);
        leading.afterStep();
        quieting.afterStep();
        return group.durability.takeEffects();
    }

    private void dispatch(Input input) {
        if (input instanceof Input.Received received) {
            onReceived(received);
        } else if (input instanceof Input.Requested requested) {
            group.touched = true;
            requests.onRequested(requested.id(), requested.request(), requested.nowMillis());
        } else if (input instanceof Input.Persisted persisted) {
            group.persisted(persisted.number());
            election.onPersisted();
        } else if (input instanceof Input.TimerFired) {
            election.onTimer();
            leading.onTimer();
        } else if (input instanceof Input.Applied applied) {
            group.commitment.applied(applied.index());
        } else if (input instanceof Input.EntriesLoaded loaded) {
            leading.onEntriesLoaded(loaded);
        } else if (input instanceof Input.DamageFound found) {
            onDamageFound(found.entries());
        } else if (input instanceof Input.SnapshotTaken taken) {
            onSnapshotTaken(taken.snapshot());
        } else if (input instanceof Input.SnapshotReceived received) {
            following.onSnapshotReceived(received.snapshot());
        } else if (input instanceof Input.SnapshotNotReceived failed) {
            following.onSnapshotNotReceived(failed.snapshot());
        } else if (input instanceof Input.CertificateSigned signed) {
            certificates.onSigned(signed.certificate());
        } else if (input instanceof Input.CertificatesVerified verified) {
            certificates.onVerified(verified.chain());
        } else if (input instanceof Input.Connected connected) {
            onConnected(connected.peer());
        } else if (input instanceof Input.Lost lost) {
            election.onLost(lost.peer(), lost.closedByPeer());
        } else if (input instanceof Input.NodeLost lost) {
            quieting.onNodeLost(lost.peer());
        } else if (input instanceof Input.Unreachable unreachable) {
            election.onUnreachable(unreachable.peer(), unreachable.refused());
        } else {
            throw new AssertionError("unhandled input: " + input);
        }
    }

    /** Who has damage does not lead, nor seek to: see {@link Damage}. */
    private void onDamageFound(List<DamagedEntry> found) {
        if (repair.onFound(found)) {
            group.touched = true;
            if (group.isLeader()) {
                leading.giveWay();
            } else if (group.role() != Role.FOLLOWER) {
                election.becomeFollower(group.term(), null);
            }
        }
    }

    /** A quiet group has nothing in flight that a new connection could have lost. */
    private void onConnected(PeerId peer) {
        if (!group.quiet) {
            leading.onConnected(peer);
        }
    }

    private void onReceived(Input.Received received) {
        RaftMessage message = received.message();
        if (group.left) {
            return;
        }
        if (message instanceof RaftMessage.JoinRequest join) {
            requests.onJoinRequest(received, join);
        } else if (gate.admits(received.from(), received.storeId(), message)) {
            levels.heard(received.from(), received.storeId(), received.featureLevel());
            onAdmitted(received, message);
        }
    }

    private void onAdmitted(Input.Received received, RaftMessage message) {
        group.touched |=
                group.quiet && !(message instanceof RaftMessage.Quiet || message instanceof RaftMessage.QuietReply);
        if (message instanceof RaftMessage.AppendEntries append) {
            following.onAppendEntries(received.from(), append);
        } else if (message instanceof RaftMessage.Heartbeat heartbeat) {
            following.onHeartbeat(received.from(), heartbeat);
            if (received.from().equals(group.leader())) {
                certificates.ask(received.from());
            }
        } else if (message instanceof RaftMessage.Quiet quiet) {
            quieting.onQuiet(received.from(), quiet);
        } else if (message instanceof RaftMessage.InstallSnapshot install) {
            following.onInstallSnapshot(received.from(), install);
        } else if (message instanceof RaftMessage.PreVoteRequest preVote) {
            election.onPreVoteRequest(received.from(), preVote);
        } else if (message instanceof RaftMessage.RequestVote vote) {
            election.onRequestVote(received.from(), vote);
        } else if (message instanceof RaftMessage.TimeoutNow timeout) {
            election.onTimeoutNow(received.from(), timeout);
        } else if (message instanceof RaftMessage.Forward forward) {
            requests.onForward(received.from(), forward, received.nowMillis());
        } else if (message instanceof RaftMessage.Answer answer) {
            requests.onAnswer(answer);
        } else if (message instanceof RaftMessage.CertificateRequest) {
            certificates.onRequest(received.from(), received.storeId());
        } else if (message instanceof RaftMessage.CertificateIssued issued) {
            certificates.onIssued(received.from(), issued);
        } else if (message instanceof RaftMessage.Removed removed) {
            onRemoved(removed);
        } else if (group.configuration().contains(received.from(), received.storeId())) {
            onReply(received, message);
        } else {
            group.trace.dropped(received.from(), message.toString(), "votes and acknowledgements are for members");
        }
    }

    /** Votes and acknowledgements: only those of members in force, with the data directory they are known by, count. */
    private void onReply(Input.Received received, RaftMessage message) {
        if (message instanceof RaftMessage.PreVoteReply reply) {
            election.onPreVoteReply(received.from(), received.storeId(), reply);
        } else if (message instanceof RaftMessage.VoteReply reply) {
            election.onVoteReply(received.from(), received.storeId(), reply);
        } else if (message instanceof RaftMessage.AppendAccepted reply) {
            leading.onAccepted(received.from(), received.storeId(), reply);
        } else if (message instanceof RaftMessage.AppendRejected reply) {
            leading.onRejected(received.from(), received.storeId(), reply);
        } else if (message instanceof RaftMessage.HeartbeatReply reply) {
            leading.onHeartbeatReply(received.from(), received.storeId(), reply);
            if (group.isLeader()) {
                certificates.ask(received.from());
            }
        } else if (message instanceof RaftMessage.QuietReply reply) {
            leading.onQuietReply(received.from(), received.storeId(), reply);
        } else if (message instanceof RaftMessage.InstallSnapshotReply reply) {
            leading.onSnapshotReply(received.from(), received.storeId(), reply);
        } else {
            throw new AssertionError("unhandled message: " + message);
        }
    }

    /**
     * The log may start behind the snapshot, but keeps a tail for slow followers and what one being sent needs; nothing
     * that is damaged, though.
     */
    private void onSnapshotTaken(SnapshotMeta taken) {
        if (group.snapshot != null && taken.index() <= group.snapshot.index()) {
            return;
        }
        group.snapshot = taken;
        long tail = taken.index() - group.config.compactionTailEntries();
        long base = Math.max(Math.min(tail, leading.neededIndex()), group.damage.lastNotAfter(taken.index()));
        if (base > group.log.base().index()) {
            group.compactTo(group.log.idAt(base));
        }
    }

    private void onRemoved(RaftMessage.Removed removed) {
        if (certificates.isBelievable(removed.notice(), gate::isMember)) {
            election.becomeFollower(group.term(), null);
            group.left = true;
            group.emit(new Effect.LeftGroup(removed.notice()));
        }
    }

    /** When {@link Input.TimerFired} is due next; {@link Long#MAX_VALUE} for never. May change with each step. */
    public long nextTimerNanos() {
        return Math.min(election.deadlineNanos(), leading.deadlineNanos());
    }

    /** A look inside. */
    public CoreStatus status(long nowNanos) {
        RaftLog.Configured configured = group.log.configured();
        return new CoreStatus(
                group.role(),
                group.term(),
                group.leader(),
                group.log.last(),
                group.durableIndex(),
                group.commitIndex(),
                group.commitment.appliedIndex(),
                group.snapshot == null ? EntryId.NONE : group.snapshot.lastIncluded(),
                configured.configuration(),
                configured.id(),
                group.isConfigurationCommitted(),
                leading.memberStatus(configured.configuration(), nowNanos),
                group.isLeader() ? nowNanos : stickiness.contactNanos(),
                group.left,
                group.quiet);
    }

    /** Takes numbers of a core, which makes nothing to tell them. */
    public interface Measures {
        void indexes(long term, long commitIndex, long appliedIndex);

        /** So many entries of this leader's log {@code follower} is not known to have. */
        void lag(PeerId follower, long entries);

        /** There are no more followers. */
        void end();
    }

    public void measure(Measures measures) {
        measures.indexes(group.term(), group.commitIndex(), group.commitment.appliedIndex());
        leading.measure(measures);
        measures.end();
    }

    /** Of entries that are in the log and not known to be committed. */
    public long uncommittedBytes() {
        return group.backlog.uncommittedBytes();
    }

    /** Whether the group is silent on this peer. */
    public boolean isQuiet() {
        return group.quiet;
    }

    /** What explains where this core stands; of the same moment as a {@link #status} without a step between. */
    public CoreDetails details() {
        return new CoreDetails(
                group.self,
                group.config.electionTimeoutNanos(),
                election.mayCampaign(),
                election.delayNanos(),
                election.campaign(),
                leading.office());
    }

    /** Entries of the log that are damaged, in order. */
    public List<DamagedEntry> damaged() {
        return group.damage.lost();
    }

    /** From now on keeps what {@code equal} makes of configurations: the same object for equal ones of other groups. */
    public void share(UnaryOperator<Configuration> equal) {
        group.log.share(equal);
    }

    /** The highest index that is known here to be committed. */
    public long commitIndex() {
        return group.commitIndex();
    }

    /** The configuration in force. */
    public Configuration configuration() {
        return group.configuration();
    }

    /**
     * Entries from {@code fromIndex} to {@code toIndex}, as far as they are still in memory: all of them or none, in
     * which case the driver reads its log.
     */
    public List<Entry> cachedEntries(long fromIndex, long toIndex) {
        List<Entry> cached = group.log.cached(fromIndex, toIndex, Long.MAX_VALUE);
        return cached.size() == toIndex - fromIndex + 1 ? cached : List.of();
    }
}
