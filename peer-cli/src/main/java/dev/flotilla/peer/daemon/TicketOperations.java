package dev.flotilla.peer.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.control.ControlHandler;
import dev.flotilla.peer.control.ControlHandler.Caller;
import dev.flotilla.peer.control.Request;
import dev.flotilla.peer.control.Suggestion;
import dev.flotilla.peer.daemon.IssuedTickets.Issued;
import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Configuration.SpentTicket;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.message.TicketCodec;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Who may become a member: the tickets that this peer issues, shows and revokes. */
final class TicketOperations {
    private static final Duration VALIDITY = Duration.ofHours(1);
    private static final String ID = "[0-9a-f]{1," + 2 * Ticket.NONCE_BYTES + "}";

    private final Communities communities;
    private final Network network;

    TicketOperations(Communities communities, Network network) {
        this.communities = communities;
        this.network = network;
    }

    Map<String, ControlHandler> handlers() {
        return Map.of("invite", this::invite, "tickets", this::list, "revoke", this::revoke);
    }

    private JsonNode invite(Request request, Caller caller) throws CommandException, IOException {
        Community community = communities.get(request.text("community"));
        Member.Role role = role(request.optionalText("role"));
        Duration validFor = Duration.ofMillis(request.number("expiresMillis", VALIDITY.toMillis()));
        Ticket ticket = issue(community, role, validFor, contacts(community, caller));
        communities.tickets().add(ticket, System.currentTimeMillis());
        return Json.object()
                .put("ticket", TicketCodec.format(ticket))
                .put("id", new Issued(ticket.nonce(), "", 0, 0).id())
                .put("community", community.name())
                .put("role", role.name().toLowerCase(Locale.ROOT))
                .put("expires", instant(ticket.expiresAtMillis()));
    }

    private static Ticket issue(Community community, Member.Role role, Duration validFor, List<Ticket.Contact> contacts)
            throws CommandException {
        try {
            return community.group().invite(community.name(), role, validFor, contacts);
        } catch (IllegalStateException e) {
            throw CommandException.failed("this peer cannot invite to '" + community.name() + "': " + e.getMessage());
        }
    }

    private List<Ticket.Contact> contacts(Community community, Caller caller) throws IOException {
        CoreStatus status = Answers.await(community.group().status(), caller);
        return status.configuration().members().stream()
                .map(member -> new Ticket.Contact(member.peerId(), addresses(member.peerId())))
                .sorted((a, b) -> Integer.compare(rank(a), rank(b)))
                .toList();
    }

    /** This peer first: it is known to be up. */
    private int rank(Ticket.Contact contact) {
        return contact.peerId().equals(network.peerId()) ? 0 : 1;
    }

    private List<String> addresses(PeerId member) {
        Stream<String> known = member.equals(network.peerId())
                ? network.ownAddresses().stream()
                        .map(address -> address.withoutPeerId().toString())
                : network.addressesOf(member).stream();
        return known.filter(address -> address.length() <= Ticket.ADDRESS_LENGTH_MAX)
                .limit(Ticket.ADDRESSES_MAX)
                .toList();
    }

    private static Member.Role role(@Nullable String role) throws CommandException {
        if (role == null || role.equals("voter")) {
            return Member.Role.VOTER;
        } else if (role.equals("learner")) {
            return Member.Role.LEARNER;
        } else if (role.equals("witness")) {
            return Member.Role.WITNESS;
        }
        throw CommandException.usage("no role '" + role + "'; there are voter, learner and witness");
    }

    private JsonNode list(Request request, Caller caller) throws CommandException, IOException {
        Community community = communities.get(request.text("community"));
        Configuration configuration =
                Answers.await(community.group().status(), caller).configuration();
        long nowMillis = System.currentTimeMillis();
        ObjectNode json = Json.object().put("community", community.name());
        ArrayNode tickets = json.putArray("tickets");
        for (Issued ticket : communities.tickets().of(community.group().genesis(), nowMillis)) {
            tickets.add(json(ticket, configuration, nowMillis));
        }
        return json;
    }

    /** As far as this peer knows; the members' word counts, and expiry is the leader's to judge. */
    private static ObjectNode json(Issued ticket, Configuration configuration, long nowMillis) {
        Optional<SpentTicket> spent = configuration.spentTickets().stream()
                .filter(each -> each.nonce().equals(ticket.nonce()))
                .findFirst();
        ObjectNode json = Json.object().put("id", ticket.id()).put("role", ticket.role());
        if (spent.isPresent()) {
            json.put("state", spent.get().revoked() ? "revoked" : "used")
                    .put("by", spent.get().peerId().toString());
        } else {
            json.put("state", ticket.hasExpired(nowMillis) ? "expired" : "open");
        }
        return json.put("issued", instant(ticket.issuedAtMillis())).put("expires", instant(ticket.expiresAtMillis()));
    }

    private static String instant(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }

    private JsonNode revoke(Request request, Caller caller) throws CommandException, IOException {
        Community community = communities.get(request.text("community"));
        Issued ticket = find(community, request.text("id"));
        if (ticket.hasExpired(System.currentTimeMillis())) {
            throw CommandException.failed("ticket " + ticket.id() + " has expired at "
                    + instant(ticket.expiresAtMillis()) + ": it lets nobody in as it is");
        }
        Answers.applied(
                Answers.await(community.group().revokeTicket(ticket.nonce(), ticket.expiresAtMillis()), caller),
                community.name());
        return Json.object().put("revoked", ticket.id()).put("community", community.name());
    }

    /** The one ticket whose nonce begins so. */
    private Issued find(Community community, String text) throws CommandException, IOException {
        String prefix = text.toLowerCase(Locale.ROOT);
        String see = "; see: " + Suggestion.of("invite", community.name(), "--list");
        if (!prefix.matches(ID)) {
            throw CommandException.usage("not the id of a ticket: '" + text + "'" + see);
        }
        List<Issued> found = communities.tickets().of(community.group().genesis(), System.currentTimeMillis()).stream()
                .filter(ticket -> ticket.nonce().hex().startsWith(prefix))
                .toList();
        if (found.isEmpty()) {
            throw CommandException.failed("this peer has issued no ticket " + prefix + " for '" + community.name()
                    + "'; a ticket is revoked where it was issued" + see);
        } else if (found.size() > 1) {
            throw CommandException.failed("'" + prefix + "' is the beginning of " + found.size() + " tickets, "
                    + found.stream().map(ticket -> ticket.nonce().hex()).collect(Collectors.joining(", "))
                    + "; give more of the one");
        }
        return found.get(0);
    }
}
