package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.GroupSettings;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The state of one group on one peer that its rules share (paper figure 2), and the list of effects that they fill.
 * Whatever changes term, vote or log is persisted before any later effect, whichever rule emits it: {@link #emit} sees
 * to that.
 */
final class Group {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long PROMISED_NANOS_MAX = GroupSettings.LEASE_MILLIS_MAX * NANOS_PER_MILLI;

    final PeerCredentials credentials;
    final PeerId self;
    final StoreId storeId;
    final GenesisId genesis;
    final RaftConfig config;
    final RandomGenerator random;
    final Trace trace;
    final RaftLog log;
    final Backlog backlog = new Backlog();
    final Damage damage = new Damage();

    long nowNanos;
    private long term;
    private @Nullable PeerId votedFor;
    private Role role = Role.FOLLOWER;
    private @Nullable PeerId leader;
    // When a message of the present leader arrived last; MIN_VALUE if none did.
    long leaderContactNanos = Long.MIN_VALUE;
    private long boundUntilNanos = Long.MIN_VALUE; // by promises of this peer's earlier lives

    @Nullable
    SnapshotMeta snapshot;
    // Whether this peer is silent, see Quieting; it has no timer set then.
    boolean quiet;
    // Whether something happened in this step that a quiet group wakes from.
    boolean touched;

    // Set once this peer knows that it is no member any longer; nothing but disk and state machine go on then.
    boolean left;

    private long commitIndex; // <= log.lastIndex()
    private long applyingIndex; // asked to be applied; <= commitIndex and <= durableIndex
    private long appliedIndex; // <= applyingIndex
    private long durableIndex; // <= log.lastIndex()

    private record Pending(long number, long lastIndex) {}

    private @Nullable ArrayDeque<Pending> pending; // emitted and not yet durable; null while there are none
    private long persistNumber;
    private long durableNumber;
    private boolean hardStateChanged;
    private List<Entry> unsaved = List.of(); // a list of its own once there are some
    private List<Entry> unsavedPutBack = List.of();
    private List<Effect> effects = new ArrayList<>();

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
    }

    /** Takes what was found on disk. */
    void recover(HardState hardState, @Nullable SnapshotMeta newest) {
        term = hardState.term();
        votedFor = hardState.votedFor();
        snapshot = newest;
        durableIndex = log.lastIndex();
        commitIndex = newest == null ? log.base().index() : newest.index();
        applyingIndex = commitIndex;
        appliedIndex = commitIndex;
        backlog.committed(commitIndex);
        backlog.applied(commitIndex);
        if (!damage.isNone()) {
            trace.damaged(damage.lost());
            dropDamageInSnapshot();
        }
    }

    // ---- term, vote, role ----

    long term() {
        return term;
    }

    @Nullable
    PeerId votedFor() {
        return votedFor;
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

    /** A higher term begins, in which this peer has not voted; or the same goes on. */
    void adoptTerm(long newTerm) {
        Invariant.check(newTerm >= term, "term %d falls to %d", term, newTerm);
        if (newTerm > term) {
            term = newTerm;
            votedFor = null;
            hardStateChanged = true;
        }
    }

    void voteFor(PeerId candidate) {
        Invariant.check(
                votedFor == null || votedFor.equals(candidate),
                "voted for %s already in term %d",
                String.valueOf(votedFor),
                term);
        if (votedFor == null) {
            votedFor = candidate;
            hardStateChanged = true;
        }
    }

    void become(Role newRole, @Nullable PeerId newLeader) {
        if (newRole != role || !Objects.equals(newLeader, leader)) {
            role = newRole;
            leader = newLeader;
            trace.roleChanged(newRole, term, newLeader);
        }
    }

    /** Whether a leader was heard of within the election time-out, or is this peer itself (thesis §4.2.3). */
    boolean isLeaderAlive() {
        if (isLeader() || isBound() || (quiet && leader != null)) {
            return true;
        }
        return leader != null && isWithin(patienceNanos());
    }

    /** Whether a message of a leader arrived that lately. */
    private boolean isWithin(long nanos) {
        return leaderContactNanos != Long.MIN_VALUE && nowNanos - leaderContactNanos < nanos;
    }

    /**
     * Whether this peer has promised its vote to nobody else (thesis §6.4.1): some leader may answer reads on the strength
     * of that. The promise outlives this peer's knowledge of who the leader is, its term, and its process: who starts
     * again may have promised just before. Who cannot read whether it promised, and for how long, is bound for as long as
     * any promise lasts; not for ever, since its vote may be the one that elects who could give it back what it lost.
     */
    boolean isBound() {
        boolean isHidden = damage.hidesConfiguration();
        long promised = isHidden ? PROMISED_NANOS_MAX : patienceNanos();
        return (isHidden || promises()) && (isWithin(promised) || nowNanos < boundUntilNanos);
    }

    /**
     * Whether lease reads are agreed on by the newest configuration in the log or the newest committed one. A leader
     * ceases to rely on the promise when it appends that there is none, so by then it may be forgotten.
     */
    boolean promises() {
        return configuration().allowsLeaseReads()
                || committedConfiguration().configuration().allowsLeaseReads();
    }

    /** This peer starts, and may have promised its vote to nobody else just before. */
    void bindFromStart() {
        if (damage.hidesConfiguration()) {
            boundUntilNanos = nowNanos + PROMISED_NANOS_MAX;
        } else {
            boundUntilNanos = promises() ? nowNanos + patienceNanos() : Long.MIN_VALUE;
        }
    }

    /** Whether lease reads are agreed on for certain. */
    boolean hasLeaseReads() {
        return committedConfiguration().configuration().allowsLeaseReads();
    }

    /** How long a peer without a sign of its leader waits at least: T, or what it promised if that is longer. */
    long patienceNanos() {
        return Math.max(
                config.electionTimeoutNanos(),
                Math.max(
                        promisedNanos(configuration()),
                        promisedNanos(committedConfiguration().configuration())));
    }

    private static long promisedNanos(Configuration configuration) {
        return configuration.allowsLeaseReads() ? configuration.settings().leaseMillis() * NANOS_PER_MILLI : 0;
    }

    /**
     * When the next heartbeats are due: at times that are the same for all groups of a node with the same interval, so
     * that those to one peer travel in one frame.
     */
    long nextBeatNanos() {
        long interval = config.heartbeatIntervalNanos();
        return (Math.floorDiv(nowNanos, interval) + 1) * interval;
    }

    // ---- configuration ----

    Configuration configuration() {
        return log.configured().configuration();
    }

    /** Whether this peer is a witness by the configuration in force. */
    boolean isWitness() {
        return configuration().isWitness(self, storeId);
    }

    /** Whether the configuration in force is committed. */
    boolean isConfigurationCommitted() {
        return log.configured().id().index() <= commitIndex;
    }

    RaftLog.Configured committedConfiguration() {
        return log.configuredAt(commitIndex);
    }

    // ---- log ----

    void append(Entry entry) {
        log.append(entry);
        backlog.appended(entry.index(), entry.sizeBytes());
        if (unsaved.isEmpty()) {
            unsaved = new ArrayList<>();
        }
        unsaved.add(entry);
        if (entry.kind() == Entry.Kind.CONFIGURATION) {
            trace.configurationChanged(entry.id(), configuration(), false);
        }
    }

    /** An entry of the log that is damaged here came again. */
    void putBack(Entry entry) {
        log.putBack(entry);
        if (unsavedPutBack.isEmpty()) {
            unsavedPutBack = new ArrayList<>();
        }
        unsavedPutBack.add(entry);
        damage.putBack(entry.index(), persistNumber + 1); // the next one
        if (entry.kind() == Entry.Kind.CONFIGURATION) {
            bindFromStart(); // by what it did not know when it started
            trace.configurationChanged(log.configured().id(), configuration(), isConfigurationCommitted());
        }
    }

    /**
     * These entries were found to be damaged. Says whether any is, of those that the log still has and needs.
     */
    boolean onDamageFound(List<DamagedEntry> found) {
        List<DamagedEntry> here = found.stream()
                .filter(entry -> entry.index() > log.base().index() && log.contains(entry.id()))
                .filter(entry -> !damage.contains(entry.index()))
                .toList();
        if (here.isEmpty()) {
            return false;
        }
        here.forEach(damage::found);
        trace.damaged(here);
        dropDamageInSnapshot();
        applyingIndex = Math.max(appliedIndex, Math.min(applyingIndex, damage.durableIndex()));
        return !damage.isNone();
    }

    /** What the newest snapshot contains is not needed from the log. */
    private void dropDamageInSnapshot() {
        long last = snapshot == null ? 0 : damage.lastNotAfter(snapshot.index());
        if (last > 0) {
            compactTo(log.idAt(last));
        }
    }

    private void repaired(List<Long> indexes) {
        if (!indexes.isEmpty()) {
            trace.repaired(indexes.get(0), indexes.get(indexes.size() - 1), damage.size());
        }
    }

    /** Up to where this peer has all that is committed, in its log or its state. */
    long wholeCommitIndex() {
        return Math.min(commitIndex, damage.wholeIndex());
    }

    void truncateAfter(long index) {
        Invariant.check(index >= commitIndex, "entries after %d go, but %d is committed", index, commitIndex);
        boolean configurationGoes = log.configured().id().index() > index;
        log.truncateAfter(index);
        backlog.truncatedAfter(index);
        if (!unsaved.isEmpty()) {
            unsaved.removeIf(entry -> entry.index() > index);
        }
        if (!unsavedPutBack.isEmpty()) {
            unsavedPutBack.removeIf(entry -> entry.index() > index);
        }
        repaired(damage.truncatedAfter(index));
        durableIndex = Math.min(durableIndex, index);
        if (pending != null) {
            ArrayDeque<Pending> shortened = new ArrayDeque<>(pending.size());
            pending.forEach(each -> shortened.add(new Pending(each.number(), Math.min(each.lastIndex(), index))));
            pending = shortened;
        }
        if (configurationGoes) {
            trace.configurationChanged(log.configured().id(), configuration(), isConfigurationCommitted());
        }
    }

    /** Compacts the log up to {@code base} if that is further than before. */
    void compactTo(EntryId base) {
        if (base.index() > log.base().index()) {
            log.compactTo(base);
            emit(new Effect.Compact(base));
            repaired(damage.compactedTo(base.index()));
        }
    }

    /** A received snapshot becomes the state (paper §7). */
    void install(SnapshotMeta received) {
        Invariant.check(received.index() > wholeCommitIndex(), "snapshot %s is not new", received.lastIncluded());
        boolean keepLog = log.contains(received.lastIncluded());
        boolean wasHidden = damage.hidesConfiguration();
        flush();
        log.install(received, keepLog);
        backlog.installed(received.index(), keepLog);
        snapshot = received;
        commitIndex = Math.max(commitIndex, received.index());
        applyingIndex = Math.max(applyingIndex, received.index());
        List<Long> dropped = keepLog ? damage.compactedTo(received.index()) : damage.compactedTo(Long.MAX_VALUE);
        if (wasHidden) {
            bindFromStart(); // by what it did not know when it started
        }
        if (!keepLog) {
            pending = null;
        }
        durableIndex = keepLog ? Math.max(durableIndex, received.index()) : received.index();
        persistNumber++;
        addPending(received.index());
        effects.add(new Effect.InstallSnapshot(persistNumber, hardState(), received, keepLog));
        repaired(dropped);
        trace.configurationChanged(log.configured().id(), configuration(), isConfigurationCommitted());
    }

    // ---- commit and apply ----

    long commitIndex() {
        return commitIndex;
    }

    long appliedIndex() {
        return appliedIndex;
    }

    /** Up to where this peer's own log is durable: what it may count as its own match. */
    long durableIndex() {
        return durableIndex;
    }

    /** Whether everything that was emitted so far is durable, term and vote among it. */
    boolean isDurable(long number) {
        return durableNumber >= number;
    }

    /** The number of the last Persist, after all changes so far were put into one. */
    long flushed() {
        flush();
        return persistNumber;
    }

    void advanceCommitIndex(long index) {
        Invariant.check(index <= log.lastIndex(), "commit index %d is beyond the log's end %s", index, log.last());
        if (index > commitIndex) {
            boolean configurationCommits = !isConfigurationCommitted();
            commitIndex = index;
            backlog.committed(index);
            if (configurationCommits && isConfigurationCommitted()) {
                trace.configurationChanged(log.configured().id(), configuration(), true);
            }
            apply();
        }
    }

    /** Applying waits for local durability too, and for what is damaged. */
    private void apply() {
        long index = Math.min(Math.min(commitIndex, durableIndex), damage.durableIndex());
        if (index > applyingIndex) {
            applyingIndex = index;
            emit(new Effect.Apply(index));
        }
    }

    void applied(long index) {
        if (index > commitIndex) { // a state machine that keeps its own state knows more than a restarted log
            advanceCommitIndex(Math.min(index, log.lastIndex()));
        }
        appliedIndex = Math.max(appliedIndex, Math.min(index, commitIndex));
        backlog.applied(appliedIndex);
    }

    // ---- effects ----

    private void addPending(long lastIndex) {
        pending = pending == null ? new ArrayDeque<>(1) : pending;
        pending.addLast(new Pending(persistNumber, lastIndex));
    }

    void persisted(long number) {
        while (pending != null && pending.getFirst().number() <= number) {
            durableIndex = Math.max(durableIndex, pending.removeFirst().lastIndex());
            pending = pending.isEmpty() ? null : pending;
        }
        durableNumber = Math.max(durableNumber, number);
        repaired(damage.durable(number));
        apply();
    }

    void emit(Effect effect) {
        flush();
        effects.add(effect);
    }

    void send(PeerId to, RaftMessage message) {
        emit(new Effect.Send(to, message));
    }

    /** For a leader's AppendEntries alone: its term and vote are durable, else it were no leader. */
    void sendEarly(PeerId to, RaftMessage.AppendEntries message) {
        effects.add(new Effect.SendEarly(to, message));
    }

    void answer(RequestId id, Result result) {
        emit(new Effect.Answered(id, result));
    }

    /** The effects since the last call, with everything that changed in a Persist. */
    List<Effect> takeEffects() {
        flush();
        List<Effect> taken = effects;
        effects = new ArrayList<>();
        return taken;
    }

    private HardState hardState() {
        return new HardState(term, votedFor);
    }

    private void flush() {
        if (hardStateChanged || !unsaved.isEmpty() || !unsavedPutBack.isEmpty()) {
            persistNumber++;
            long lastIndex =
                    unsaved.isEmpty() ? 0 : unsaved.get(unsaved.size() - 1).index();
            addPending(lastIndex);
            effects.add(new Effect.Persist(persistNumber, hardState(), unsavedPutBack, unsaved));
            hardStateChanged = false;
            unsaved = List.of();
            unsavedPutBack = List.of();
        }
    }
}
