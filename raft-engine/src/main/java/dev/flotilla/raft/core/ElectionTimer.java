package dev.flotilla.raft.core;

/** When a peer that hears no leader stands for election (paper §5.2), by chance, its priority and what it promised. */
final class ElectionTimer {
    private static final int PRIORITIES_WAITED_FOR = 3;
    private static final int ASKS_SOON = 3;
    private static final int TURNS_WITHIN_TIMEOUT = 25; // when the leader is gone

    private final Group group;
    private final Stickiness stickiness;
    private long deadlineNanos;
    private long campaignNanos; // when the present campaign began
    private int splits; // elections lost to a split vote since a leader was heard of
    private int asksSoon; // how often this peer may still ask for votes soon, since the leader is gone

    ElectionTimer(Group group, Stickiness stickiness) {
        this.group = group;
        this.stickiness = stickiness;
        restart();
    }

    /** When this peer stands; MAX_VALUE for never. */
    long deadlineNanos() {
        return group.isLeader() || group.left || group.quiet ? Long.MAX_VALUE : deadlineNanos;
    }

    /** A random time in [T, 2T) (paper §5.2); later by as much as this peer's promise outlasts T, and by its priority. */
    void restart() {
        deadlineNanos = group.nowNanos + stickiness.patienceNanos() + within(group.config.electionTimeoutNanos());
    }

    /** There is nobody to wait for. */
    void expire() {
        deadlineNanos = group.nowNanos;
    }

    /**
     * A random time below {@code nanos}, after as many times {@code nanos} as there are priorities above this peer's, three
     * at most: so those of the highest stand first, and each other class when those above it have had the time to win.
     * That is all a priority does here. Votes are given as ever, so that a group that does not reach its preferred peers
     * elects another, at most three time-outs later. (Other libraries refuse their vote to who has not the priority that
     * they look for, and lower that with time; then peers that look for different ones may hold up each other.)
     */
    private long within(long nanos) {
        return prioritiesAbove() * nanos + (long) (group.random.nextDouble() * nanos);
    }

    private long prioritiesAbove() {
        return Math.min(PRIORITIES_WAITED_FOR, group.configuration().prioritiesAbove(group.self));
    }

    /** How much longer this peer waits before it campaigns than one of the highest priority. */
    long delayNanos() {
        return prioritiesAbove() * group.config.electionTimeoutNanos();
    }

    /** The leader's node is lost: does not wait for its time-out, but not as long as others do either. */
    void hurry() {
        if (stickiness.promises()) {
            restart(); // the leader may have a lease by this peer's last answer, if only the link to it is lost
        } else {
            deadlineNanos = group.nowNanos + within(group.config.electionTimeoutNanos());
        }
    }

    /**
     * The leader's process is gone for certain: stands at once, after those of a higher priority, or soon if somebody asks
     * already. That all followers learn it at one time is no harm, since they give way to each other ({@link Succession}).
     */
    void leaderGone(boolean isAsked) {
        asksSoon = ASKS_SOON;
        long turns = prioritiesAbove() * group.config.electionTimeoutNanos() / TURNS_WITHIN_TIMEOUT;
        deadlineNanos = Math.min(deadlineNanos, group.nowNanos + (isAsked ? soonNanos() : turns));
    }

    private long soonNanos() {
        long soon = group.config.electionTimeoutNanos() / 10;
        return soon + within(soon);
    }

    /**
     * This peer stands, or asks whether it should, and does so again after another time-out. If the leader is gone it asks
     * again soon, a few times: not everybody learns that at the same moment, and who does not know yet refuses.
     */
    void asks() {
        restart();
        if (asksSoon > 0) {
            asksSoon--;
            deadlineNanos = Math.min(deadlineNanos, group.nowNanos + soonNanos());
        }
    }

    /** A leader is known. */
    void leaderHeard() {
        splits = 0;
        asksSoon = 0;
    }

    /** This peer stands now, and again after another time-out if nobody wins. */
    void campaignBegins() {
        campaignNanos = group.nowNanos;
        restart();
    }

    /**
     * This candidate cannot win any more, and hears no leader: as a majority would have elected it a moment ago, the votes
     * went to several. Nobody needs to wait for a whole time-out then, since there is no leader to be patient with (neither
     * the paper nor the thesis has this; Tarantool has, from votes that all peers see). But somebody else may have won by
     * the very votes that this peer lacks. So it waits until such a leader were heard: as long as its own election took,
     * which is a round to the voters and back, and a heartbeat at least. What it adds at random doubles each time up to
     * that of an ordinary time-out, so that peers that collide by slow links spread as widely as ever.
     *
     * <p>Nothing of this concerns PreVotes: they split never, each voter grants any number of them. Who refuses one hears
     * a leader or has a longer log, and neither is a reason to hurry.
     */
    void standAgainSoon() {
        if (stickiness.isLeaderAlive()) {
            return; // no leader, but a promise to one (thesis §6.4.1)
        }
        long timeout = group.config.electionTimeoutNanos();
        long spread = Math.min(timeout, (timeout / 4) << Math.min(splits, 2));
        long atLeast = Math.max(group.config.heartbeatIntervalNanos(), group.nowNanos - campaignNanos);
        splits++;
        deadlineNanos = Math.min(deadlineNanos, group.nowNanos + atLeast + within(spread));
    }
}
