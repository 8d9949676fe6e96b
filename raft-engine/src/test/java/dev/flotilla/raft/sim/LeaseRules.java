package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who has a lease leads alone (thesis §6.4.1): when a leader answers a read without asking anybody, nobody may have been
 * elected after it, although that one may have committed nothing yet. Holds while clocks keep within the agreed bound.
 */
final class LeaseRules {
    private final Tally tally;
    private @Nullable SimPeer newest; // to be elected
    private long newestTerm;

    LeaseRules(Tally tally) {
        this.tally = tally;
    }

    /** {@code peer} came to lead {@code term}. */
    void elected(SimPeer peer, long term) {
        if (term > newestTerm) {
            newestTerm = term;
            newest = peer;
        }
    }

    void stepped(SimPeer peer, Input input, List<Effect> effects) {
        RequestId read = leaseRead(input);
        if (read == null || peer.role() != Role.LEADER) {
            return;
        }
        if (newest != null && newestTerm > peer.term()) {
            tally.count(Occurrence.FORMER_LEADER_ASKED);
        }
        if (effects.stream().anyMatch(effect -> isAnswer(effect, read))) {
            tally.count(Occurrence.READ_BY_LEASE_ALONE);
            Violation.unless(
                    newestTerm <= peer.term(),
                    "leader %s of term %d answers a read by its lease, though %s was elected in term %d",
                    peer.name(),
                    peer.term(),
                    newest == null ? "nobody" : newest.name(),
                    newestTerm);
        }
    }

    private static @Nullable RequestId leaseRead(Input input) {
        if (input instanceof Input.Requested requested) {
            return requested.request() instanceof Request.LeaseRead ? requested.id() : null;
        }
        return input instanceof Input.Received received
                        && received.message() instanceof RaftMessage.Forward forward
                        && forward.request() instanceof Request.LeaseRead
                ? forward.number()
                : null;
    }

    /** In the same step, so without a round of heartbeats in between. */
    private static boolean isAnswer(Effect effect, RequestId read) {
        if (effect instanceof Effect.Answered answered) {
            return answered.id().equals(read) && answered.result() instanceof Result.ReadAt;
        }
        return effect instanceof Effect.Send send
                && send.message() instanceof RaftMessage.Answer answer
                && answer.number().equals(read)
                && answer.result() instanceof Result.ReadAt;
    }
}
