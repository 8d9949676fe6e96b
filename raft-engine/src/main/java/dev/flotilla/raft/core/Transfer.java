package dev.flotilla.raft.core;

import dev.flotilla.raft.message.RaftMessage.TimeoutNow;
import dev.flotilla.raft.message.Result;
import dev.flotilla.transport.PeerId;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Hands leadership to another voter (thesis §3.10): takes no proposals meanwhile, brings the target's log up to date,
 * tells it to campaign at once, and gives up after an election time-out.
 */
final class Transfer {
    private final Group group;
    private @Nullable PeerId target; // null unless under way
    private Requester requester = new Requester.Nobody();
    private long deadlineNanos = Long.MAX_VALUE;
    private boolean told;
    private long term; // in which the transfer began

    Transfer(Group group) {
        this.group = group;
    }

    boolean isUnderWay() {
        return target != null;
    }

    /** Who is to lead; null unless a transfer is under way. */
    @Nullable
    PeerId target() {
        return target;
    }

    /** Whether the target was told to campaign. */
    boolean isTold() {
        return told;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    void onRequest(Leadership leadership, Requester asking, @Nullable PeerId wanted) {
        if (isUnderWay()) {
            refuse(asking, Result.Reason.BUSY, "another transfer is under way");
            return;
        }
        if (group.self.equals(wanted)) {
            asking.answer(group, new Result.Done());
            return;
        }
        Optional<PeerId> found = wanted == null ? furthest(leadership) : Optional.of(wanted);
        if (found.isEmpty()) {
            refuse(asking, Result.Reason.NOT_ALLOWED, "there is no other voter");
        } else if (!group.configuration().voters().contains(found.get())) {
            refuse(asking, Result.Reason.NOT_ALLOWED, found.get() + " is no voter, so it cannot lead");
        } else {
            target = found.get();
            requester = asking;
            told = false;
            term = group.term();
            deadlineNanos = group.nowNanos + group.config.electionTimeoutNanos();
            advance(leadership);
        }
    }

    private Optional<PeerId> furthest(Leadership leadership) {
        return leadership.all().stream()
                .filter(peer -> group.configuration().voters().contains(peer.peer))
                .max(Comparator.comparing((Progress peer) -> leadership.hears(peer))
                        .thenComparing(Progress::matchIndex))
                .map(peer -> peer.peer);
    }

    /** Tells the target once its log is as long as this one. */
    void advance(Leadership leadership) {
        Progress peer = target == null ? null : leadership.of(target);
        if (target != null && !told && peer != null && peer.matchIndex() == group.log.lastIndex()) {
            told = true;
            leadership.lease.forfeit();
            group.send(target, new TimeoutNow(group.term()));
        }
    }

    /** Leaves office on its own account: a leader that is no voter any more names its successor without waiting. */
    void nameSuccessor(Leadership leadership) {
        leadership.lease.forfeit();
        furthest(leadership).ifPresent(successor -> group.send(successor, new TimeoutNow(group.term())));
    }

    void onTimer() {
        if (target != null && group.nowNanos >= deadlineNanos) {
            refuse(requester, Result.Reason.BUSY, target + " did not take over within an election time-out");
            clear();
        }
    }

    /** This peer leads no more. */
    void onLost() {
        if (target == null) {
            return;
        }
        if (told && group.term() > term) {
            requester.answer(group, new Result.Done());
        } else {
            refuse(requester, Result.Reason.NO_LEADER, "the leader stepped down before it could hand over");
        }
        clear();
    }

    private void refuse(Requester asking, Result.Reason reason, String detail) {
        asking.answer(group, new Result.Refused(reason, detail));
    }

    private void clear() {
        target = null;
        requester = new Requester.Nobody();
        deadlineNanos = Long.MAX_VALUE;
        told = false;
    }
}
