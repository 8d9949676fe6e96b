package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.StoreId;
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
    private final Certificates certificates;
    private final Repair repair;
    private final Refetch refetch;
    private final ElectionTimer timer;
    private final Election election;
    private final Following following;
    private final Leading leading;
    private final Requests requests;
    private final Quieting quieting;
    private final Incoming incoming;

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
        RaftLog log = new RaftLog(recovered.base(), config.cacheBytesMax(), config.featureLevel());
        group = new Group(credentials, storeId, genesis, config, log, random, trace);
        group.nowNanos = nowNanos;
        recovered.into(group);
        stickiness = new Stickiness(group);
        repair = new Repair(group);
        repair.start();
        refetch = new Refetch(group, repair, recovered.contacts());
        stickiness.bindFromStart();
        FeatureLevels levels = new FeatureLevels(group);
        certificates = new Certificates(group, recovered.certificates());
        SenderGate gate = new SenderGate(group, certificates, recovered.contacts());
        leading = new Leading(group, levels, certificates);
        timer = new ElectionTimer(group, stickiness);
        election = new Election(group, stickiness, timer, certificates, refetch, leading);
        following = new Following(group, repair, election);
        requests = new Requests(group, gate, leading);
        quieting = new Quieting(group, stickiness, timer, certificates, election, leading);
        leading.connect(election, requests, quieting);
        Acknowledgements acknowledgements = new Acknowledgements(group, election, leading, quieting);
        incoming = new Incoming(
                group, gate, certificates, levels, requests, election, following, acknowledgements, quieting, refetch);
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
        requests.tellAppended();
        leading.afterStep();
        certificates.afterStep();
        quieting.afterStep();
        return group.durability.takeEffects();
    }

    private void dispatch(Input input) {
        if (input instanceof Input.Batch batch) {
            batch.inputs().forEach(this::dispatch);
        } else if (input instanceof Input.Received received) {
            incoming.onReceived(received);
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
            repair.onApplied();
        } else if (input instanceof Input.Contained contained) {
            group.commitment.contained(contained.index());
        } else if (input instanceof Input.EntriesLoaded loaded) {
            onEntriesLoaded(loaded);
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
            stickiness.onLost(lost.peer(), lost.closedByPeer());
        } else if (input instanceof Input.NodeLost lost) {
            quieting.onNodeLost(lost.peer());
        } else if (input instanceof Input.Unreachable unreachable) {
            if (stickiness.onUnreachable(unreachable.peer(), unreachable.refused())) {
                election.onLeaderGone();
            }
        } else {
            throw new AssertionError("unhandled input: " + input);
        }
    }

    private void onEntriesLoaded(Input.EntriesLoaded loaded) {
        if (loaded.run() == Following.NO_RUN) {
            refetch.onLoaded(loaded);
        } else {
            leading.onEntriesLoaded(loaded);
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

    /** When {@link Input.TimerFired} is due next; {@link Long#MAX_VALUE} for never. May change with each step. */
    public long nextTimerNanos() {
        return Math.min(timer.deadlineNanos(), leading.deadlineNanos());
    }

    /** A look inside. */
    public CoreStatus status(long nowNanos) {
        return CoreStatus.of(group, stickiness, leading.leadership(), nowNanos);
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
        Leadership office = leading.leadership();
        if (office != null) {
            for (Progress peer : office.all()) {
                measures.lag(peer.peer, Math.max(0, group.log.lastIndex() - peer.matchIndex()));
            }
        }
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
        return CoreDetails.of(group, timer, election, leading);
    }

    /** Entries of the log that are damaged, in order. */
    public List<DamagedEntry> damaged() {
        return group.damage.lost();
    }

    /** From now on keeps what {@code equal} makes of configurations: the same object for equal ones of other groups. */
    public void share(UnaryOperator<Configuration> equal) {
        group.log.share(equal);
        certificates.share();
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
