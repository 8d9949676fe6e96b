package dev.flotilla.raft.sim;

import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.transport.Bytes;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Those who ask for changes of membership and leadership, and newcomers with their tickets. */
final class Operators {
    private static final long TICKET_LIFE_MILLIS = 5_000;

    private final SimGroup group;
    private final RandomGenerator random;
    private final Tally tally;
    private final Map<RequestId, Occurrence> asked = new HashMap<>(); // and not answered: what it counts as when done
    private long tickets;

    Operators(SimGroup group) {
        this.group = group;
        this.random = group.environment().random();
        this.tally = group.environment().tally();
    }

    RequestId ask(SimPeer peer, Request request, Occurrence whenDone) {
        RequestId id = group.clients().nextId(peer);
        asked.put(id, whenDone);
        group.clients().ask(peer, id, request);
        return id;
    }

    /** Whether the request is neither done nor refused yet. */
    boolean isUnanswered(RequestId id) {
        return asked.containsKey(id);
    }

    /** {@code newcomer} turns to {@code issuer} with a ticket of its. */
    void join(SimPeer newcomer, SimPeer issuer) {
        RequestId id = group.clients().nextId(newcomer);
        asked.put(id, Occurrence.JOINED_BY_TICKET);
        group.send(newcomer, issuer.id(), new RaftMessage.JoinRequest(id, ticket(issuer)));
    }

    /** A ticket of {@code issuer}; now and then one that was made before. */
    private Ticket ticket(SimPeer issuer) {
        tickets += tickets == 0 || random.nextInt(4) != 0 ? 1 : 0;
        byte[] nonce = ByteBuffer.allocate(Ticket.NONCE_BYTES).putLong(tickets).array();
        Ticket unsigned = new Ticket(
                "community",
                Names.GENESIS,
                random.nextInt(4) == 0 ? Member.Role.LEARNER : Member.Role.VOTER,
                issuer.wallMillis() + (random.nextInt(8) == 0 ? -1 : TICKET_LIFE_MILLIS),
                Bytes.wrap(nonce),
                List.of(new Ticket.Contact(issuer.id(), List.of())),
                issuer.id(),
                Bytes.EMPTY);
        return unsigned.withSignature(new FakeCredentials(issuer.id()).sign(unsigned.signedBytes()));
    }

    /** Takes the answer to one of these requests; false if {@code id} is none. */
    boolean answered(RequestId id, Result result) {
        Occurrence whenDone = asked.remove(id);
        if (whenDone != null && result instanceof Result.Done) {
            tally.count(whenDone);
        } else if (whenDone == Occurrence.JOINED_BY_TICKET) {
            tally.count(Occurrence.JOIN_REFUSED);
        } else if (whenDone == Occurrence.TRANSFERRED) {
            tally.count(Occurrence.TRANSFER_REFUSED);
        }
        return whenDone != null;
    }
}
