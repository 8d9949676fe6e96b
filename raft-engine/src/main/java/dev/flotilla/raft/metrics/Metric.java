package dev.flotilla.raft.metrics;

/**
 * All that is counted, timed and measured, in one table. {@link #label} is the name to show, {@link #kind} says what
 * sort of number it is, and {@link #extent} what it is of. Bytes are bytes, times are nanoseconds, indexes those of the
 * log; counters and timers begin at 0 when their node starts or their group opens.
 */
public enum Metric {
    /** Elections that this peer began: it asked for votes, binding or not. */
    ELECTIONS_BEGUN("elections.begun", Kind.COUNTER, Extent.GROUP_OR_NODE),
    /** Elections that it began and won. */
    ELECTIONS_WON("elections.won", Kind.COUNTER, Extent.GROUP_OR_NODE),
    /** Elections that it began and that came to nothing: refused, out of time, or won by another. */
    ELECTIONS_LOST("elections.lost", Kind.COUNTER, Extent.GROUP_OR_NODE),
    /** How often a leader became known that is another than the last one. */
    LEADER_CHANGES("leader.changes", Kind.COUNTER, Extent.GROUP_OR_NODE),
    /** The present term. */
    TERM("term", Kind.GAUGE, Extent.GROUP),
    /** The highest index that this peer knows to be committed. */
    COMMIT_INDEX("commit.index", Kind.GAUGE, Extent.GROUP),
    /** The highest index that is applied here. */
    APPLIED_INDEX("applied.index", Kind.GAUGE, Extent.GROUP),
    /** While this peer leads: how many entries of its log that follower is not known to have. */
    FOLLOWER_LAG("follower.lag", Kind.GAUGE, Extent.FOLLOWER),
    /** Writes that were asked for here and applied, and how long that took their callers. */
    PROPOSALS_APPLIED("proposals.applied", Kind.TIMER, Extent.GROUP_OR_NODE),
    /** Writes that were asked for here and refused, and how long that took. */
    PROPOSALS_REJECTED("proposals.rejected", Kind.TIMER, Extent.GROUP_OR_NODE),
    /** Writes that were asked for here and whose fate was not learnt, and how long that took. */
    PROPOSALS_UNKNOWN("proposals.unknown", Kind.TIMER, Extent.GROUP_OR_NODE),
    /** Rounds in which a leader confirmed reads that were asked for here, many at once, and how long each took. */
    READ_ROUNDS("read.rounds", Kind.TIMER, Extent.GROUP_OR_NODE),
    /** Entries that were applied here, commands or not. */
    ENTRIES_APPLIED("entries.applied", Kind.COUNTER, Extent.GROUP_OR_NODE),
    /** Bytes of entries in this peer's log that it does not know to be committed. */
    UNCOMMITTED_BYTES("uncommitted.bytes", Kind.GAUGE, Extent.GROUP_OR_NODE),
    /** Bytes of entries that wait in memory for the state machine. */
    UNAPPLIED_BYTES("unapplied.bytes", Kind.GAUGE, Extent.GROUP_OR_NODE),
    /** Client sessions that are remembered beside the state. */
    SESSIONS("sessions", Kind.GAUGE, Extent.GROUP_OR_NODE),
    /** Snapshots of this peer's own state that became durable. */
    SNAPSHOTS_TAKEN("snapshots.taken", Kind.COUNTER, Extent.GROUP_OR_NODE),
    /** Snapshots of another member that arrived whole. */
    SNAPSHOTS_RECEIVED("snapshots.received", Kind.COUNTER, Extent.GROUP_OR_NODE),
    /** Snapshots that were offered and could not be had this time. */
    SNAPSHOTS_NOT_RECEIVED("snapshots.not_received", Kind.COUNTER, Extent.GROUP_OR_NODE),
    /** Snapshots of another member that took the place of log and state. */
    SNAPSHOTS_INSTALLED("snapshots.installed", Kind.COUNTER, Extent.GROUP_OR_NODE),
    /** How often a group fell silent. */
    QUIET_BEGUN("quiet.begun", Kind.COUNTER, Extent.GROUP_OR_NODE),
    /** How often a silent group woke. */
    QUIET_ENDED("quiet.ended", Kind.COUNTER, Extent.GROUP_OR_NODE),
    /** Messages that the protocol refused to hear, as those of peers that are no members. */
    MESSAGES_REFUSED("messages.refused", Kind.COUNTER, Extent.GROUP_OR_NODE),

    /** Groups that are open. */
    GROUPS_OPEN("groups.open", Kind.GAUGE, Extent.NODE),
    /** Groups that this peer leads. */
    GROUPS_LED("groups.led", Kind.GAUGE, Extent.NODE),
    /** Groups that are silent on this peer. */
    GROUPS_QUIET("groups.quiet", Kind.GAUGE, Extent.NODE),
    /** Messages for groups that are not here. */
    MESSAGES_ASTRAY("messages.astray", Kind.COUNTER, Extent.NODE),
    /** Messages that were dropped since the loop of their group was behind, with all of its inbox full. */
    MESSAGES_OVERRUN("messages.overrun", Kind.COUNTER, Extent.NODE),
    /** Frames that the transport took. */
    FRAMES_SENT("frames.sent", Kind.COUNTER, Extent.NODE),
    /** Bytes of them. */
    FRAMES_SENT_BYTES("frames.sent.bytes", Kind.COUNTER, Extent.NODE),
    /** Frames that the transport did not take: there is no connection, or it is full. */
    FRAMES_UNSENT("frames.unsent", Kind.COUNTER, Extent.NODE),
    /** Frames that arrived. */
    FRAMES_RECEIVED("frames.received", Kind.COUNTER, Extent.NODE),
    /** Bytes of them. */
    FRAMES_RECEIVED_BYTES("frames.received.bytes", Kind.COUNTER, Extent.NODE),
    /** Frames that arrived and made no sense. */
    FRAMES_MALFORMED("frames.malformed", Kind.COUNTER, Extent.NODE),
    /** Snapshots, or the rest of one, that were given to another member. */
    SNAPSHOTS_SERVED("snapshots.served", Kind.COUNTER, Extent.NODE),
    /** Bytes of what waits for the event loops. */
    INBOX_BYTES("inbox.bytes", Kind.GAUGE, Extent.NODE),
    /** Bytes of messages that go out when the loops' present rounds end. */
    OUTBOX_BYTES("outbox.bytes", Kind.GAUGE, Extent.NODE),
    /** Writes of the log, each of them one fsync for whatever waited, and how long they took. */
    LOG_WRITES("log.writes", Kind.TIMER, Extent.NODE),
    /** Entries that were written. */
    LOG_ENTRIES("log.entries", Kind.COUNTER, Extent.NODE),
    /** Bytes of them. */
    LOG_BYTES("log.bytes", Kind.COUNTER, Extent.NODE);

    /** What sort of number a metric is. */
    public enum Kind {
        /** Grows. */
        COUNTER,
        /** How often, and each time how long. */
        TIMER,
        /** Rises and falls. */
        GAUGE
    }

    /** What a metric is of. */
    public enum Extent {
        /** The node as a whole. */
        NODE,
        /** Each group with meters of its own; of the node, all other groups together. */
        GROUP_OR_NODE,
        /** Each group with meters of its own; there is none of other groups. */
        GROUP,
        /** Each follower in such a group. */
        FOLLOWER
    }

    private final String label;
    private final Kind kind;
    private final Extent extent;

    Metric(String label, Kind kind, Extent extent) {
        this.label = label;
        this.kind = kind;
        this.extent = extent;
    }

    public String label() {
        return label;
    }

    public Kind kind() {
        return kind;
    }

    public Extent extent() {
        return extent;
    }
}
