package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Result;
import java.util.ArrayList;
import java.util.List;

/**
 * Linearizable reads without a log entry (thesis §6.4): a read may be answered from the commit index as of its arrival,
 * once a round of heartbeats that started after it was answered by a majority, and not before the leader has committed
 * an entry of its own term. All reads that wait when a round starts share it.
 */
final class ReadIndex {
    private record Waiting(Requester requester, long readIndex, long round) {}

    private final Group group;
    // Lists of their own once something waits: there may be many groups, most of them idle.
    private List<Requester> waitingForCommit = List.of();
    private List<Waiting> waiting = List.of(); // rounds never decrease

    ReadIndex(Group group) {
        this.group = group;
    }

    /** Takes a read. Says whether a round must be started for it: none that it could share is to come. */
    boolean onRead(Leadership leadership, Requester requester) {
        if (!leadership.hasCommittedInTerm()) {
            waitingForCommit = waitingForCommit.isEmpty() ? new ArrayList<>() : waitingForCommit;
            waitingForCommit.add(requester);
            return false;
        }
        boolean isRoundOut = waiting.stream().anyMatch(each -> each.round() == leadership.round);
        waiting = waiting.isEmpty() ? new ArrayList<>() : waiting;
        waiting.add(new Waiting(requester, group.commitIndex(), leadership.round + 1));
        return !isRoundOut;
    }

    /** The first entry of the term may have been committed: says whether a round must be started. */
    boolean onCommit(Leadership leadership) {
        if (waitingForCommit.isEmpty() || !leadership.hasCommittedInTerm()) {
            return false;
        }
        List<Requester> ready = waitingForCommit;
        waitingForCommit = List.of();
        boolean startRound = false;
        for (Requester requester : ready) {
            startRound |= onRead(leadership, requester);
        }
        return startRound;
    }

    /** Answers the reads whose round a majority has confirmed. Says whether others wait for a round to start. */
    boolean onConfirmed(Leadership leadership) {
        long confirmed = Quorum.agreed(group.configuration(), leadership::confirmedRound);
        List<Waiting> ready =
                waiting.stream().filter(each -> each.round() <= confirmed).toList();
        if (ready.isEmpty()) {
            return false;
        }
        waiting.removeAll(ready);
        waiting = waiting.isEmpty() ? List.of() : waiting;
        ready.forEach(each -> each.requester().answer(group, new Result.ReadAt(each.readIndex())));
        return waiting.stream().anyMatch(each -> each.round() > leadership.round);
    }

    boolean isIdle() {
        return waitingForCommit.isEmpty() && waiting.isEmpty();
    }

    /** This peer leads no more. */
    void abandon() {
        Result refusal = new Result.Refused(Result.Reason.NO_LEADER, "the leader stepped down");
        waitingForCommit.forEach(requester -> requester.answer(group, refusal));
        waiting.forEach(each -> each.requester().answer(group, refusal));
        waitingForCommit = List.of();
        waiting = List.of();
    }
}
