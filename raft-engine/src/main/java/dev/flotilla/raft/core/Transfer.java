package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.RaftMessage.TimeoutNow;
import dev.flotilla.raft.message.Result;
import dev.flotilla.transport.PeerId;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Hands leadership to another voter (thesis §3.10): takes no proposals meanwhile, brings the target's log up to date,
 * tells it to campaign at once, and gives up after an election time-out. Who asked for it is told once the target leads,
 * or somebody else does: until then this peer, which has stepped down, goes on to wait.
 */
final class Transfer {
    private final Group group;
    private @Nullable PeerId target; // null unless under way
    private Requester requester = Requester.NOBODY;
    private long deadlineNanos = Long.MAX_VALUE;
    private boolean told;
    private boolean awaited; // told, and this peer has stepped down since
    private long term; // in which the transfer began

    Transfer(Group group) {
        this.group = group;
    }

    /** Whether this leader is about to hand over, and takes nothing new. */
    boolean isUnderWay() {
        return target != null && !awaited;
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
            asking.answer(group, new Result.Done()); // it may be asked again whose answer was lost
            return;
        }
        Optional<PeerId> found = wanted == null ? furthest(leadership) : Optional.of(wanted);
        if (found.isEmpty()) {
            refuse(asking, Result.Reason.NOT_ALLOWED, "there is no other voter");
            return;
        }
        Optional<Result.Refused> refusal = judge(leadership, found.get());
        if (refusal.isPresent()) {
            asking.answer(group, refusal.get());
        } else {
            start(leadership, asking, found.get());
        }
    }

    private void start(Leadership leadership, Requester asking, PeerId peer) {
        target = peer;
        requester = asking;
        told = false;
        awaited = false;
        term = group.term();
        deadlineNanos = group.nowNanos + group.config.electionTimeoutNanos();
        advance(leadership);
    }

    /** Why {@code peer} cannot take over. One that is not heard would cost the group an election time-out for nothing. */
    private Optional<Result.Refused> judge(Leadership leadership, PeerId peer) {
        Configuration present = group.configuration();
        Optional<Member> member = present.members().stream()
                .filter(each -> each.peerId().equals(peer))
                .findFirst();
        if (member.isEmpty()) {
            return Optional.of(
                    new Result.Refused(Result.Reason.NOT_ALLOWED, peer + " is no member, so it cannot lead"));
        } else if (!member.get().isVoter()) {
            return Optional.of(new Result.Refused(
                    Result.Reason.NOT_ALLOWED,
                    peer + " is a " + member.get().role().name().toLowerCase(Locale.ROOT)
                            + ", and only a voter can lead"));
        } else if (!leadership.hears(member.get())) {
            return Optional.of(new Result.Refused(
                    Result.Reason.BUSY, peer + " has not answered for an election time-out, so it cannot take over"));
        }
        return Optional.empty();
    }

    private Optional<PeerId> furthest(Leadership leadership) {
        return leadership.all().stream()
                .filter(peer -> group.configuration().voters().contains(peer.peer))
                .max(Comparator.comparing((Progress peer) -> leadership.hears(peer))
                        .thenComparing(Progress::matchIndex)
                        .thenComparing(this::priority))
                .map(peer -> peer.peer);
    }

    private int priority(Progress peer) {
        return group.configuration().member(peer.peer).map(Member::priority).orElse(0);
    }

    /** Tells the target once its log is as long as this one. */
    void advance(Leadership leadership) {
        Progress peer = target == null ? null : leadership.of(target);
        if (target != null && isUnderWay() && !told && peer != null && peer.matchIndex() == group.log.lastIndex()) {
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

    /** This peer leads no more. If the target was told to campaign, that is probably why; who wins is to be seen. */
    void onLost() {
        if (target != null && told && group.term() > term) {
            awaited = true;
        } else if (target != null) {
            refuse(requester, Result.Reason.NO_LEADER, "the leader stepped down before it could hand over");
            clear();
        }
    }

    /** Tells how it ended once there is a leader after this one. */
    void settle() {
        PeerId leader = group.leader();
        if (!awaited || leader == null) {
            return;
        }
        if (leader.equals(target)) {
            requester.answer(group, new Result.Done());
        } else {
            refuse(requester, Result.Reason.BUSY, leader + " was elected instead of " + target);
        }
        clear();
    }

    private void refuse(Requester asking, Result.Reason reason, String detail) {
        asking.answer(group, new Result.Refused(reason, detail));
    }

    private void clear() {
        target = null;
        requester = Requester.NOBODY;
        deadlineNanos = Long.MAX_VALUE;
        told = false;
        awaited = false;
    }
}
