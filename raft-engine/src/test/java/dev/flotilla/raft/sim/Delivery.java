package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerId;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One group's messages on their way. The receiver is told who sent, and from which data directory, as of the sending. In
 * some seeds one kind of message is late again and again: what overtakes it is what rules about old answers are for.
 */
final class Delivery {
    private static final int LATE_MAX = 3;

    private final SimGroup group;
    private final Environment environment;
    private final Tally tally;
    private final RandomGenerator random;
    private final VouchingRules vouchingRules;
    private @Nullable Class<? extends RaftMessage> kindLate;

    Delivery(SimGroup group) {
        this.group = group;
        this.environment = group.environment();
        this.tally = environment.tally();
        this.random = environment.random();
        this.vouchingRules = new VouchingRules(group);
        this.kindLate = environment.settings().kindLate();
    }

    /** From now on nothing is later than the network makes it. */
    void becomeReliable() {
        kindLate = null;
    }

    void send(SimPeer from, PeerId to, RaftMessage message) {
        group.note(() -> from.name() + " -> " + Names.of(to) + "  " + MessageText.of(message));
        if (Intruder.isOne(to)) {
            Intruder.answered(from, message);
            tally.count(Occurrence.INTRUDER_REFUSED);
            return;
        }
        group.invariants().onSend(from, to, message);
        Occurrence counted = occurrence(message);
        if (counted != null) {
            tally.count(counted);
        }
        Violation.unless(!from.id().equals(to), "%s sends %s to itself", from.name(), message);
        LevelRules.checkSent(from, group.life().peer(to), message);
        if (message instanceof RaftMessage.CertificateIssued issued) {
            vouchingRules.issued(from, to, issued.chain());
        }
        transmit(from, group.life().peer(to), message);
    }

    private void transmit(SimPeer from, SimPeer to, RaftMessage message) {
        StoreId storeId = from.storeId();
        boolean isLate = message.getClass().equals(kindLate) && random.nextBoolean();
        if (isLate) {
            tally.count(Occurrence.MESSAGE_LATE);
            environment
                    .schedule()
                    .after(
                            random.nextLong(LATE_MAX * SimSettings.ELECTION_TIMEOUT_NANOS),
                            () -> transmit(from, storeId, to, message));
        } else {
            transmit(from, storeId, to, message);
        }
    }

    private void transmit(SimPeer from, StoreId storeId, SimPeer to, RaftMessage message) {
        // Raft's own messages may come twice; what belongs to a caller comes once, as from any transport.
        boolean mayDouble = !(message instanceof RaftMessage.Forward || message instanceof RaftMessage.Answer);
        environment
                .network()
                .send(
                        from.node(),
                        to.node(),
                        message instanceof RaftMessage.AppendEntries,
                        mayDouble,
                        () -> deliver(from, storeId, to, message));
    }

    private void deliver(SimPeer from, StoreId storeId, SimPeer to, RaftMessage message) {
        boolean isAnswer = message instanceof RaftMessage.Refusal || message instanceof RaftMessage.Removed;
        if (to.isUp()) {
            group.note(() -> to.name() + " <- " + from.name() + "  " + MessageText.of(message));
            Input input = new Input.Received(from.id(), storeId, from.featureLevel(), message, to.wallMillis());
            if (message instanceof RaftMessage.AppendAccepted) {
                to.stepSoon(input);
            } else {
                to.step(input);
            }
        } else if (group.life().isAbsent(to) && to.node().isUp() && !isAnswer) {
            transmit(to, from, new RaftMessage.Refusal());
        }
    }

    /** What sending {@code message} counts as; null for nothing in particular. */
    private static @Nullable Occurrence occurrence(RaftMessage message) {
        if (message instanceof RaftMessage.VoteReply reply) {
            return reply.granted() ? null : Occurrence.VOTE_REFUSED;
        } else if (message instanceof RaftMessage.PreVoteReply reply) {
            return reply.granted() ? null : Occurrence.PRE_VOTE_REFUSED;
        } else if (message instanceof RaftMessage.AppendRejected) {
            return Occurrence.APPEND_REJECTED;
        } else if (message instanceof RaftMessage.TimeoutNow) {
            return Occurrence.TIMEOUT_NOW;
        } else if (message instanceof RaftMessage.Refusal) {
            return Occurrence.REFUSAL;
        } else if (message instanceof RaftMessage.Introduction) {
            return Occurrence.INTRODUCTION;
        } else if (message instanceof RaftMessage.CertificateIssued) {
            return Occurrence.CERTIFICATE_ISSUED;
        } else if (message instanceof RaftMessage.Removed) {
            return Occurrence.REMOVAL_NOTICE;
        }
        return null;
    }
}
