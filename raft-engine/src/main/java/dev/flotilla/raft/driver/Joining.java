package dev.flotilla.raft.driver;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.transport.PeerId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * How a newcomer comes in: asks the members that its ticket names, one after the other, until one lets it in, then waits
 * until it is what the ticket says and has caught up. Without a ticket it only waits. Belongs to the group's loop.
 */
final class Joining {
    /** What this needs of its group. */
    interface Host {
        CoreStatus status();

        void send(PeerId to, RaftMessage message);

        /** Completes on the loop, with whether this peer has applied what a leader says now is committed. */
        void catchUp(Runnable caughtUp, Runnable notYet);

        /** The ticket is not needed any longer. */
        void joined();
    }

    /** So often must every member that the ticket names refuse until it is believed. */
    private static final int REFUSALS_MAX = 3;

    private final NodeContext node;
    private final @Nullable Ticket ticket;
    private final Host host;
    private final CompletableFuture<Outcome<Void>> outcome = new CompletableFuture<>();
    private boolean letIn;
    private boolean catchingUp;
    private boolean done;
    private long nextNanos;
    private int nextContact;
    private @Nullable PeerId asked;
    private @Nullable RequestId number;
    private Set<PeerId> refusedBy = Set.of();
    private int refusals; // how many times all contacts refused

    Joining(NodeContext node, @Nullable Ticket ticket, Host host) {
        this.node = node;
        this.ticket = ticket;
        this.host = host;
        this.letIn = ticket == null;
        this.nextNanos = node.nowNanos();
    }

    /** Completes when this peer is in, or is refused for good. */
    CompletableFuture<Outcome<Void>> outcome() {
        return outcome;
    }

    long nextTickNanos() {
        return done ? Alarm.NEVER : nextNanos;
    }

    void tick(long nowNanos) {
        if (done || nowNanos < nextNanos) {
            return;
        }
        nextNanos = nowNanos + node.settings().joinRetryDelay().toNanos();
        Member self = self();
        if (self == null) {
            askNext(); // also once let in: it may have been removed since, before it heard a leader
        } else if (isAsWished(self)) {
            if (self.isWitness()) { // it counts, so it has caught up; there is no state that could
                finish(new Outcome.Applied<>(host.status().lastApplied(), PendingRequests.nothing()));
            } else {
                catchUp();
            }
        }
    }

    /** Something changed: look at once whether this peer is in. */
    void changed() {
        if (self() != null) {
            nextNanos = Math.min(nextNanos, node.nowNanos());
        }
    }

    private @Nullable Member self() {
        return host.status().configuration().all().stream()
                .filter(member ->
                        member.peerId().equals(node.self()) && member.storeId().equals(node.storeId()))
                .findFirst()
                .orElse(null);
    }

    private boolean isAsWished(Member self) {
        boolean mustVote = ticket != null && ticket.role() != Member.Role.LEARNER;
        CoreStatus status = host.status();
        return (!mustVote || self.votes())
                && status.configurationCommitted()
                && !status.configuration().isJoint()
                && status.leader() != null;
    }

    private void askNext() {
        if (ticket == null) {
            return;
        }
        List<Ticket.Contact> contacts = ticket.contacts();
        ask(contacts.get(nextContact++ % contacts.size()).peerId(), ticket);
    }

    private void ask(PeerId contact, Ticket shown) {
        RequestId id = node.nextRequestId();
        asked = contact;
        number = id;
        host.send(contact, new RaftMessage.JoinRequest(id, shown));
    }

    /** There is a connection to {@code peer} now: what it was asked before got lost. */
    void connected(PeerId peer) {
        if (!done && !letIn && ticket != null && number != null && peer.equals(asked)) {
            ask(peer, ticket);
        }
    }

    /** Whether that was the answer to a question of this. */
    boolean answered(RequestId id, Result result) {
        if (!id.equals(number)) {
            return false;
        }
        number = null;
        if (result instanceof Result.Done) {
            letIn = true;
        } else if (result instanceof Result.Refused refused && refused.reason() == Result.Reason.NOT_ALLOWED) {
            finish(new Outcome.Rejected<>(Outcome.Reason.REFUSED, refused.detail()));
        }
        return true;
    }

    /** {@code peer} says that it knows neither this peer nor, perhaps, the group. */
    void refused(PeerId peer) {
        if (ticket == null || letIn || !peer.equals(asked)) {
            return;
        }
        asked = null;
        number = null;
        refusedBy = refusedBy.isEmpty() ? new HashSet<>() : refusedBy;
        refusedBy.add(peer);
        boolean byAll = ticket.contacts().stream().map(Ticket.Contact::peerId).allMatch(refusedBy::contains);
        if (byAll) {
            refusals++;
            refusedBy.clear();
        }
        if (refusals >= REFUSALS_MAX) {
            finish(new Outcome.Rejected<>(
                    Outcome.Reason.REFUSED, "every member that the ticket names refuses it: is it genuine?"));
        } else if (!byAll) {
            nextNanos = Math.min(nextNanos, node.nowNanos()); // there is another one to ask
        }
    }

    private void catchUp() {
        if (!catchingUp) {
            catchingUp = true;
            host.catchUp(
                    () -> finish(new Outcome.Applied<>(host.status().lastApplied(), PendingRequests.nothing())),
                    () -> catchingUp = false);
        }
    }

    private void finish(Outcome<Void> ended) {
        if (!done) {
            done = true;
            if (ended instanceof Outcome.Applied && ticket != null) {
                host.joined();
            }
            node.threads().complete(outcome, ended);
        }
    }

    /** This peer was let in and is out again, or the group stops. */
    void stop(Outcome<Void> ended) {
        finish(ended);
    }
}
