package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The state of one group on one peer that its rules share (paper figure 2): who this peer is, its role, and the log with
 * all that changes together with it.
 */
final class Group {
    final PeerCredentials credentials;
    final PeerId self;
    final StoreId storeId;
    final GenesisId genesis;
    final RaftConfig config;
    final RandomGenerator random;
    final Trace trace;
    final RaftLog log;
    final TermAndVote termAndVote = new TermAndVote();
    final Durability durability = new Durability(termAndVote);
    final Backlog backlog = new Backlog();
    final Damage damage = new Damage();
    Hollow hollow = Hollow.NONE;
    final Commitment commitment;

    long nowNanos;
    private Role role = Role.FOLLOWER;
    private @Nullable PeerId leader;

    @Nullable
    SnapshotMeta snapshot;
    // Whether this peer is silent, see Quieting; it has no timer set then.
    boolean quiet;
    // Whether something happened in this step that a quiet group wakes from.
    boolean touched;

    // Set once this peer knows that it is no member any longer; nothing but disk and state machine go on then.
    boolean left;

    Group(
            PeerCredentials credentials,
            StoreId storeId,
            GenesisId genesis,
            RaftConfig config,
            RaftLog log,
            RandomGenerator random,
            Trace trace) {
        this.credentials = credentials;
        this.self = credentials.peerId();
        this.storeId = storeId;
        this.genesis = genesis;
        this.config = config;
        this.log = log;
        this.random = random;
        this.trace = trace;
        this.commitment = new Commitment(this);
    }

    /** Takes what was found on disk. */
    void recover(HardState hardState, @Nullable SnapshotMeta newest) {
        termAndVote.recover(hardState);
        snapshot = newest;
        durability.recover(log.lastIndex());
        commitment.recover(newest == null ? log.base().index() : newest.index());
        if (newest != null && isForWitness(newest.configuration())) {
            hollow = hollow.passed(newest.index());
        }
        judgeHollow();
    }

    // ---- term and role ----

    long term() {
        return termAndVote.term();
    }

    Role role() {
        return role;
    }

    @Nullable
    PeerId leader() {
        return leader;
    }

    boolean isLeader() {
        return role == Role.LEADER;
    }

    void become(Role newRole, @Nullable PeerId newLeader) {
        if (newRole != role || !Objects.equals(newLeader, leader)) {
            role = newRole;
            leader = newLeader;
            trace.roleChanged(newRole, term(), newLeader);
        }
    }

    // ---- configuration ----

    Configuration configuration() {
        return log.configured().configuration();
    }

    /** Whether this peer is a witness by the configuration in force. */
    boolean isWitness() {
        return isForWitness(configuration());
    }

    /** Whether {@code given} names this peer as a witness; a snapshot beside it then has no state for this peer. */
    boolean isForWitness(Configuration given) {
        return given.isWitness(self, storeId);
    }

    /** Whether this peer is meant to have commands: it is named, and not as a witness alone. */
    boolean needsCommands() {
        return configuration().contains(self, storeId) && !isWitness();
    }

    /** Whether the configuration in force is committed. */
    boolean isConfigurationCommitted() {
        return commitment.isConfigurationCommitted();
    }

    RaftLog.Configured committedConfiguration() {
        return log.configuredAt(commitIndex());
    }

    /** Whether lease reads are agreed on for certain. */
    boolean hasLeaseReads() {
        return committedConfiguration().configuration().allowsLeaseReads();
    }

    /** Tells which configuration is in force, which may not be the one that was. */
    void traceConfiguration() {
        trace.configurationChanged(log.configured().id(), configuration(), isConfigurationCommitted());
    }

    // ---- log ----

    void append(Entry entry) {
        log.append(entry);
        backlog.appended(entry.index(), entry.sizeBytes());
        durability.append(entry);
        if (entry.isHollow()) {
            cameHollow(entry);
        } else if (entry.kind() == Entry.Kind.CONFIGURATION) {
            trace.configurationChanged(entry.id(), configuration(), false);
            configured();
        }
    }

    void truncateAfter(long index) {
        Invariant.check(index >= commitIndex(), "entries after %d go, but %d is committed", index, commitIndex());
        boolean configurationGoes = log.configured().id().index() > index;
        log.truncateAfter(index);
        backlog.truncatedAfter(index);
        durability.truncatedAfter(index);
        hollow = hollow.truncatedAfter(index);
        traceRepaired(damage.truncatedAfter(index));
        if (configurationGoes) {
            traceConfiguration();
            configured();
        }
    }

    /** Compacts the log up to {@code base} if that is further than before. */
    void compactTo(EntryId base) {
        if (base.index() > log.base().index()) {
            log.compactTo(base);
            emit(new Effect.Compact(base));
            hollow = hollow.compactedTo(base.index());
            traceRepaired(damage.compactedTo(base.index()));
        }
    }

    /** A received snapshot becomes the state (paper §7). */
    void install(SnapshotMeta received) {
        Invariant.check(
                received.index() > commitment.wholeCommitIndex(), "snapshot %s is not new", received.lastIncluded());
        boolean keepLog = log.contains(received.lastIncluded());
        log.install(received, keepLog);
        snapshot = received;
        commitment.installed(received.index(), keepLog);
        durability.install(received, keepLog);
        hollow = keepLog ? hollow.compactedTo(received.index()) : hollow.without();
        hollow = isForWitness(received.configuration()) ? hollow.passed(received.index()) : hollow.restored();
        traceRepaired(keepLog ? damage.compactedTo(received.index()) : damage.compactedTo(Long.MAX_VALUE));
        traceConfiguration();
        configured();
    }

    /** What the newest snapshot contains is not needed from the log. */
    void dropDamageInSnapshot() {
        long last = snapshot == null ? 0 : damage.lastNotAfter(snapshot.index());
        if (last > 0) {
            compactTo(log.idAt(last));
        }
    }

    private void traceRepaired(List<Long> indexes) {
        if (!indexes.isEmpty()) {
            trace.repaired(indexes.get(0), indexes.get(indexes.size() - 1), damage.size());
        }
    }

    // ---- entries without commands, see Hollow ----

    /** Whether it is to have a state, but passed over what leads to it: then it acknowledges nothing. */
    boolean lacksState() {
        return hollow.passedIndex() > 0 && needsCommands();
    }

    /** That entry of the log is here without its command. */
    void cameHollow(Entry entry) {
        hollow = hollow.with(entry.index());
        configured();
    }

    /** Another configuration may be in force, by which hollow entries are lost, or are not. */
    void configured() {
        List<DamagedEntry> lost = judgeHollow();
        if (!lost.isEmpty()) {
            trace.damaged(lost);
            dropDamageInSnapshot();
            commitment.damageFound();
        }
    }

    private List<DamagedEntry> judgeHollow() {
        if (!needsCommands()) {
            List<Long> found = damage.forgetHollow();
            found.forEach(index -> hollow = hollow.with(index));
            traceRepaired(found);
            return List.of();
        }
        if (hollow.isEmpty() || lacksState()) {
            return List.of();
        }
        List<DamagedEntry> lost = damage.foundHollow(hollow.asDamage(log::idAt));
        hollow = hollow.without();
        log.dropCache(); // in which they are hollow
        return lost;
    }

    long commitIndex() {
        return commitment.commitIndex();
    }

    /** Up to where this peer's own log is durable: what it may count as its own match. */
    long durableIndex() {
        return durability.durableIndex();
    }

    /** All writes up to that number are on the disk. */
    void persisted(long number) {
        durability.persisted(number);
        traceRepaired(damage.durable(number));
        commitment.apply();
    }

    // ---- effects ----

    void emit(Effect effect) {
        durability.emit(effect);
    }

    void send(PeerId to, RaftMessage message) {
        emit(new Effect.Send(to, message));
    }
}
