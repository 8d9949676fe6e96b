package dev.flotilla.raft.core;

/**
 * How far the log is known to be committed, and how far it is applied (paper figure 2, volatile state on all servers:
 * commitIndex and lastApplied). Neither falls.
 */
final class Commitment {
    private final RaftLog log;
    private final Backlog backlog;
    private final Damage damage;
    private final Durability durability;
    private final Trace trace;
    private long commitIndex; // <= log.lastIndex()
    private long applyingIndex; // asked to be applied; <= commitIndex and <= durableIndex
    // Given to the state machine in this life, whatever it contained before; <= applyingIndex unless damage was found
    // since.
    private long appliedIndex;

    Commitment(RaftLog log, Backlog backlog, Damage damage, Durability durability, Trace trace) {
        this.log = log;
        this.backlog = backlog;
        this.damage = damage;
        this.durability = durability;
        this.trace = trace;
    }

    /** This peer's state, as it was found, is that of {@code index}. */
    void recover(long index) {
        commitIndex = index;
        applyingIndex = index;
        appliedIndex = index;
        backlog.committed(index);
        backlog.applied(index);
    }

    long commitIndex() {
        return commitIndex;
    }

    long appliedIndex() {
        return appliedIndex;
    }

    /** Up to where this peer has all that is committed, in its log or its state. */
    long wholeCommitIndex() {
        return Math.min(commitIndex, damage.wholeIndex());
    }

    /** Whether the configuration in force is committed. */
    boolean isConfigurationCommitted() {
        return log.configured().id().index() <= commitIndex;
    }

    void advanceCommitIndex(long index) {
        Invariant.check(index <= log.lastIndex(), "commit index %d is beyond the log's end %s", index, log.last());
        if (index > commitIndex) {
            boolean configurationCommits = !isConfigurationCommitted();
            commitIndex = index;
            backlog.committed(index);
            if (configurationCommits && isConfigurationCommitted()) {
                RaftLog.Configured present = log.configured();
                trace.configurationChanged(present.id(), present.configuration(), true);
            }
            apply();
        }
    }

    /** Applying waits for local durability too, and for what is damaged. */
    void apply() {
        long index = Math.min(Math.min(commitIndex, durability.durableIndex()), damage.durableIndex());
        if (index > applyingIndex) {
            applyingIndex = index;
            durability.emit(new Effect.Apply(index));
        }
    }

    /** A state machine that keeps its own state knows more than a restarted log; it is given that again. */
    void contained(long index) {
        advanceCommitIndex(Math.max(commitIndex, Math.min(index, log.lastIndex())));
    }

    void applied(long index) {
        appliedIndex = Math.max(appliedIndex, Math.min(index, commitIndex));
        backlog.applied(appliedIndex);
    }

    /** The state is that of a snapshot of {@code index} now; of that alone, unless {@code keepLog}. */
    void installed(long index, boolean keepLog) {
        backlog.installed(index, keepLog);
        commitIndex = Math.max(commitIndex, index);
        applyingIndex = Math.max(applyingIndex, index);
    }

    /** Damage was found: the driver stops before it, and has to be asked again once that is mended. */
    void damageFound() {
        applyingIndex = Math.max(appliedIndex, Math.min(applyingIndex, damage.durableIndex()));
    }
}
