package dev.flotilla.raft.core;

/**
 * How far the log is known to be committed, and how far it is applied (paper figure 2, volatile state on all servers:
 * commitIndex and lastApplied). Neither falls.
 */
final class Commitment {
    private final Group group;
    private long commitIndex; // <= group.log.lastIndex()
    private long applyingIndex; // asked to be applied; <= commitIndex and <= durableIndex
    // Given to the state machine in this life, whatever it contained before; <= applyingIndex.
    private long appliedIndex;

    Commitment(Group group) {
        this.group = group;
    }

    /** This peer's state, as it was found, is that of {@code index}. */
    void recover(long index) {
        commitIndex = index;
        applyingIndex = index;
        appliedIndex = index;
        group.backlog.committed(index);
        group.backlog.applied(index);
    }

    long commitIndex() {
        return commitIndex;
    }

    long appliedIndex() {
        return appliedIndex;
    }

    /** Up to where this peer has all that is committed, in its log or its state. */
    long wholeCommitIndex() {
        return Math.min(commitIndex, group.damage.wholeIndex());
    }

    /** Whether the configuration in force is committed. */
    boolean isConfigurationCommitted() {
        return group.log.configured().id().index() <= commitIndex;
    }

    void advanceCommitIndex(long index) {
        Invariant.check(
                index <= group.log.lastIndex(), "commit index %d is beyond the log's end %s", index, group.log.last());
        if (index > commitIndex) {
            boolean configurationCommits = !isConfigurationCommitted();
            commitIndex = index;
            group.backlog.committed(index);
            if (configurationCommits && isConfigurationCommitted()) {
                RaftLog.Configured present = group.log.configured();
                group.trace.configurationChanged(present.id(), present.configuration(), true);
            }
            apply();
        }
    }

    /** Applying waits for local durability too, and for what is damaged or came without its command. */
    void apply() {
        long here = Math.min(group.durability.durableIndex(), group.damage.durableIndex());
        long index = Math.min(Math.min(commitIndex, here), givableIndex());
        if (index > applyingIndex) {
            applyingIndex = index;
            notePassed(index);
            group.durability.emit(new Effect.Apply(index));
        }
    }

    /** Up to where the state machine may be given entries; who is a witness for good passes over the rest ({@link Hollow}). */
    private long givableIndex() {
        Hollow hollow = group.hollow;
        boolean isGivable = hollow.isEmpty()
                ? !group.lacksState()
                : group.isForWitness(group.committedConfiguration().configuration());
        return isGivable ? Long.MAX_VALUE : hollow.isEmpty() ? 0 : hollow.firstIndex() - 1;
    }

    private void notePassed(long index) {
        Hollow hollow = group.hollow;
        if (!hollow.isEmpty() && index >= hollow.firstIndex()) {
            group.hollow = hollow.passed(index);
        }
    }

    /** A state machine that keeps its own state knows more than a restarted log; it is given that again. */
    void contained(long index) {
        advanceCommitIndex(Math.max(commitIndex, Math.min(index, group.log.lastIndex())));
    }

    void applied(long index) {
        appliedIndex = Math.max(appliedIndex, Math.min(index, commitIndex));
        applyingIndex = Math.max(applyingIndex, appliedIndex); // the damage held up less than was feared
        group.backlog.applied(appliedIndex);
    }

    /** The state is that of a snapshot of {@code index} now; of that alone, unless {@code keepLog}. */
    void installed(long index, boolean keepLog) {
        group.backlog.installed(index, keepLog);
        commitIndex = Math.max(commitIndex, index);
        applyingIndex = Math.max(applyingIndex, index);
    }

    /** Damage was found: the driver stops before it, and has to be asked again once that is mended. */
    void damageFound() {
        applyingIndex = Math.max(appliedIndex, Math.min(applyingIndex, group.damage.durableIndex()));
    }
}
