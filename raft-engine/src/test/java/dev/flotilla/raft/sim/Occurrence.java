package dev.flotilla.raft.sim;

/** What a simulation counts, to show that it reaches what it is to test. */
enum Occurrence {
    STEP(true),
    ELECTION_WON(true),
    ELECTION_WON_LOGS_DIVERGED(true),
    ELECTION_WITHOUT_WINNER(true),
    COMMITTED_BY_JOINT_QUORUM(true),
    LEADER_STEPPED_DOWN(true),
    VOTE_REFUSED(true),
    PRE_VOTE_REFUSED(true),
    CONFLICT_TRUNCATED(true),
    APPEND_REJECTED(true),
    WINDOW_SENT_EARLY(true),
    ENTRIES_LOADED(true),
    LOG_COMPACTED(true),
    SNAPSHOT_TAKEN(true),
    SNAPSHOT_FETCHED(true),
    SNAPSHOT_RESUMED(true),
    SNAPSHOT_FROM_FOLLOWER(true),
    SNAPSHOT_OUTLIVED_LEADER(true),
    SNAPSHOT_INSTALLED(true),
    SNAPSHOT_INSTALLED_LOG_KEPT(false),
    WRITE_APPLIED(true),
    WRITE_FORWARDED(true),
    WRITE_REFUSED(true),
    WRITE_SUPERSEDED(true),
    WRITE_OVERLOADED(true),
    OUTCOME_APPLIED(true),
    OUTCOME_REJECTED(true),
    OUTCOME_UNKNOWN(true),
    READ_LINEARIZABLE(true),
    READ_AT_LEAST(true),
    READ_AT_MOST(true),
    READ_LOCAL(true),
    READ_UNAVAILABLE(true),
    READ_DONE(true),
    READ_REFUSED(true),
    READ_FORWARDED(true),
    JOINT_CONFIGURATION(true),
    JOINT_LEADER_CRASHED(true),
    LEADER_CRASHED_BEFORE_DURABLE(true),
    MEMBERS_CHANGED(true),
    LEADER_REMOVED(true),
    LEARNER_PROMOTED(true),
    WITNESS_COUNTS(true),
    JOINED_BY_TICKET(true),
    JOIN_REFUSED(false),
    TRANSFERRED(true),
    TRANSFER_REFUSED(true),
    TIMEOUT_NOW(true),
    REFUSAL(true),
    INTRODUCTION(true),
    CERTIFICATE_ISSUED(true),
    REMOVAL_NOTICE(true),
    LEFT_GROUP(true),
    GROUP_QUIET(true),
    GROUP_WOKEN(true),
    GROUP_SILENT(true),
    SILENT_LEADER_CRASHED(true),
    SILENT_LEADER_ENDED(true),
    SILENT_LEADER_CUT_OFF(true),
    CRASH(true),
    CRASH_LOST_WRITES(true),
    CRASH_KEPT_UNTOLD_WRITES(true),
    STORE_WIPED(true),
    STORE_REPLACED(true),
    MESSAGE_LOST(true),
    MESSAGE_DUPLICATED(true),
    PARTITION(true),
    ONE_WAY_PARTITION(true),
    DISCONNECTED(true),
    DISK_SLOWED(true),
    CLOCK_SKEWED(true),
    CLOCK_JUMPED(true);

    private final boolean required;

    Occurrence(boolean required) {
        this.required = required;
    }

    /** Whether a thousand seeds must see it. */
    boolean isRequired() {
        return required;
    }
}
