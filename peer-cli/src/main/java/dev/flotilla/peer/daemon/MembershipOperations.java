package dev.flotilla.peer.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.consensus.ConsensusException;
import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.control.ControlHandler;
import dev.flotilla.peer.control.ControlHandler.Caller;
import dev.flotilla.peer.control.Request;
import dev.flotilla.peer.control.Suggestion;
import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.MembershipChange;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.message.TicketCodec;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who is a member: create, join, leave, remove, transfer. */
final class MembershipOperations {
    private static final Logger LOG = LoggerFactory.getLogger(MembershipOperations.class);
    private static final Duration PROGRESS_INTERVAL = Duration.ofMillis(250);

    private final Communities communities;
    private final Network network;

    MembershipOperations(Communities communities, Network network) {
        this.communities = communities;
        this.network = network;
    }

    Map<String, ControlHandler> handlers() {
        return Map.of(
                "create", this::create,
                "join", this::join,
                "leave", this::leave,
                "remove", this::remove,
                "priority", this::priority,
                "transfer", this::transfer);
    }

    private JsonNode create(Request request, Caller caller) throws CommandException, IOException {
        Community community =
                new Founding(communities).found(request.text("community"), request.value("document"), caller);
        return Json.object()
                .put("name", community.name())
                .put("genesis", community.group().genesis().toString());
    }

    private JsonNode join(Request request, Caller caller) throws CommandException, IOException {
        Ticket ticket = ticket(request.text("ticket"));
        String as = request.optionalText("as");
        String name = Founding.name(as == null ? ticket.community() : as);
        network.learn(ticket.contacts());
        Community community = communities.join(ticket, name);
        Outcome<Void> outcome = awaitJoined(community, caller);
        if (outcome instanceof Outcome.Rejected<Void> rejected) {
            communities.forget(community);
            throw CommandException.failed("not let in: " + rejected.detail() + " (a member makes one with: "
                    + Suggestion.of("invite", ticket.community()) + ")");
        }
        Answers.applied(outcome, name);
        return json(community, Answers.await(community.group().status(), caller));
    }

    private Ticket ticket(String text) throws CommandException {
        try {
            Ticket ticket = TicketCodec.parse(text.strip());
            if (!network.credentials().verify(ticket.issuer(), ticket.signedBytes(), ticket.signature())) {
                throw CommandException.usage(
                        "the ticket is forged or damaged: it does not carry its issuer's signature; ask for a new one");
            }
            return ticket;
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage() + "; copy the whole line that flotilla invite printed");
        }
    }

    /** Waits and tells how far it is. */
    private Outcome<Void> awaitJoined(Community community, Caller caller) throws IOException {
        CompletableFuture<Outcome<Void>> joined = community.group().joined();
        for (; ; ) {
            Answers.await(
                    CompletableFuture.anyOf(
                            joined,
                            new CompletableFuture<Object>()
                                    .completeOnTimeout(true, PROGRESS_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)),
                    caller);
            if (joined.isDone()) {
                return Answers.await(joined);
            }
            caller.tell(json(community, Answers.await(community.group().status(), caller)));
        }
    }

    private ObjectNode json(Community community, CoreStatus status) {
        return StatusJson.community(community.name(), community.group().genesis(), status, network.peerId());
    }

    private JsonNode leave(Request request, Caller caller) throws CommandException, IOException {
        Community community = communities.get(request.text("community"));
        CoreStatus status = Answers.await(community.group().status(), caller);
        OwnMembership own = OwnMembership.of(status, network.peerId());
        if (own == OwnMembership.UNTOLD) {
            throw CommandException.failed(OwnMembership.refusal(community.name()));
        } else if (own == OwnMembership.MEMBER) {
            refuseLastVoter(status.configuration(), network.peerId(), community.name());
            removeThisPeer(community, caller);
        }
        communities.forget(community);
        return Json.object().put("left", community.name());
    }

    /** Somebody else may have removed this peer meanwhile: that is as good. */
    private void removeThisPeer(Community community, Caller caller) throws CommandException, IOException {
        try {
            change(community, MembershipChange.remove(network.peerId()), caller);
        } catch (CommandException e) {
            if (!Answers.await(community.group().status(), caller).left()) {
                throw e;
            }
        }
    }

    private JsonNode remove(Request request, Caller caller) throws CommandException, IOException {
        Community community = communities.get(request.text("community"));
        PeerId peer = peerId(request.text("peer"));
        Configuration configuration =
                Answers.await(community.group().status(), caller).configuration();
        requireMember(configuration, peer, community.name());
        refuseLastVoter(configuration, peer, community.name());
        change(community, MembershipChange.remove(peer), caller);
        return Json.object().put("removed", peer.toString()).put("community", community.name());
    }

    private JsonNode priority(Request request, Caller caller) throws CommandException, IOException {
        Community community = communities.get(request.text("community"));
        PeerId peer = peerId(request.text("peer"));
        MembershipChange change = prefer(peer, request.number("priority", 0));
        Configuration configuration =
                Answers.await(community.group().status(), caller).configuration();
        requireMember(configuration, peer, community.name());
        change(community, change, caller);
        return Json.object()
                .put("community", community.name())
                .put("peer", peer.toString())
                .put("priority", change.priorities().get(peer));
    }

    private static MembershipChange prefer(PeerId peer, long priority) throws CommandException {
        try {
            return MembershipChange.priority(peer, Math.toIntExact(priority));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw CommandException.usage(String.valueOf(e.getMessage()));
        }
    }

    private static void change(Community community, MembershipChange change, Caller caller)
            throws CommandException, IOException {
        Answers.applied(Answers.await(community.group().changeMembers(change), caller), community.name());
    }

    private static void refuseLastVoter(Configuration configuration, PeerId peer, String name) throws CommandException {
        if (configuration.voters().contains(peer) && configuration.voters().size() == 1) {
            throw CommandException.failed("refused: " + peer + " is the last voter of '" + name
                    + "', without it nothing could be agreed on any more; invite another voter first: "
                    + Suggestion.of("invite", name));
        }
    }

    private static void requireMember(Configuration configuration, PeerId peer, String name) throws CommandException {
        if (configuration.member(peer).isEmpty()) {
            throw CommandException.failed(
                    "no member " + peer + " in '" + name + "'; see: " + Suggestion.of("members", name));
        }
    }

    private static PeerId peerId(String text) throws CommandException {
        try {
            return PeerId.parse(text);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(String.valueOf(e.getMessage()));
        }
    }

    private JsonNode transfer(Request request, Caller caller) throws CommandException, IOException {
        Community community = communities.get(request.text("community"));
        String text = request.optionalText("peer");
        PeerId target = text == null ? null : peerId(text);
        if (target != null) {
            CoreStatus status = Answers.await(community.group().status(), caller);
            requireMember(status.configuration(), target, community.name());
        }
        Answers.applied(Answers.await(community.group().transferLeadership(target), caller), community.name());
        ObjectNode json = Json.object().put("community", community.name());
        PeerId leader = awaitLeader(community, caller);
        json.put("leader", leader == null ? null : leader.toString());
        return json;
    }

    /** The leader, once it answers; what hinders it is no failure of the transfer. */
    private static @Nullable PeerId awaitLeader(Community community, Caller caller) throws IOException {
        try {
            Answers.await(community.group().read(Consistency.linearizable(), () -> true), caller);
        } catch (ConsensusException e) {
            LOG.debug("no leader is known after the transfer of {}: {}", community.name(), e.getMessage());
        }
        return Answers.await(community.group().status(), caller).leader();
    }
}
