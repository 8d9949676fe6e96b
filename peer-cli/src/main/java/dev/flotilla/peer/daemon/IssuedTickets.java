package dev.flotilla.peer.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.raft.RaftNode;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The tickets that this peer issued: a table beside the log, at most {@link #TICKETS_MAX} for each community. It holds
 * what names a ticket, never the ticket, which lets somebody in. What has expired stays a day for its issuer to see.
 * Each change is on disk before it returns. Thread-safe.
 */
final class IssuedTickets {
    static final int TICKETS_MAX = 1024;

    private static final String TABLE = "tickets";
    private static final long SHOWN_EXPIRED_MILLIS = Duration.ofDays(1).toMillis();

    private final RaftNode node;

    private IssuedTickets(RaftNode node) {
        this.node = node;
    }

    /**
     * A ticket that was issued.
     *
     * @param role as people write it
     */
    record Issued(Bytes nonce, String role, long issuedAtMillis, long expiresAtMillis) {
        private static final int ID_DIGITS = 8;

        /** How people name it: the first digits of its nonce. */
        String id() {
            return nonce.hex().substring(0, ID_DIGITS);
        }

        boolean hasExpired(long nowMillis) {
            return expiresAtMillis <= nowMillis;
        }
    }

    /** Opens the table; drops the tickets of communities that are not on disk. */
    static IssuedTickets open(RaftNode node) throws IOException {
        IssuedTickets tickets = new IssuedTickets(node);
        Set<String> present = node.groups().stream().map(GenesisId::toString).collect(Collectors.toSet());
        for (String key : node.keys(TABLE)) {
            if (present.stream().noneMatch(genesis -> key.startsWith(genesis + "/"))) {
                tickets.remove(key);
            }
        }
        return tickets;
    }

    /**
     * Remembers {@code ticket}.
     *
     * @throws CommandException if there are too many that have not expired
     */
    synchronized void add(Ticket ticket, long nowMillis) throws CommandException, IOException {
        List<Issued> known = of(ticket.genesis(), nowMillis);
        if (known.size() >= TICKETS_MAX) {
            List<Issued> expired =
                    known.stream().filter(each -> each.hasExpired(nowMillis)).toList();
            if (expired.isEmpty()) {
                throw CommandException.failed("this peer has issued " + known.size() + " tickets for '"
                        + ticket.community()
                        + "' that have not expired, which is the limit; wait, and let new ones expire"
                        + " sooner: --expires 10m");
            }
            for (Issued each : expired) {
                remove(key(ticket.genesis(), each.nonce()));
            }
        }
        Bytes value = Json.bytes(Json.object()
                .put("role", ticket.role().name().toLowerCase(Locale.ROOT))
                .put("issued", nowMillis)
                .put("expires", ticket.expiresAtMillis()));
        Answers.await(node.put(TABLE, key(ticket.genesis(), ticket.nonce()), value));
    }

    /** The tickets of one community, the oldest first. Those that expired long ago go. */
    synchronized List<Issued> of(GenesisId genesis, long nowMillis) throws IOException {
        List<Issued> found = new ArrayList<>();
        for (String key : keys(genesis)) {
            Issued ticket = read(key);
            if (ticket.hasExpired(nowMillis - SHOWN_EXPIRED_MILLIS)) {
                remove(key);
            } else {
                found.add(ticket);
            }
        }
        found.sort(Comparator.comparingLong(Issued::issuedAtMillis).thenComparing(Issued::id));
        return found;
    }

    /** Forgets all of one community. */
    synchronized void forget(GenesisId genesis) throws IOException {
        for (String key : keys(genesis)) {
            remove(key);
        }
    }

    private List<String> keys(GenesisId genesis) throws IOException {
        return node.keys(TABLE).stream()
                .filter(key -> key.startsWith(genesis + "/"))
                .toList();
    }

    private static String key(GenesisId genesis, Bytes nonce) {
        return genesis + "/" + nonce.hex();
    }

    private Issued read(String key) throws IOException {
        Bytes value = node.get(TABLE, key);
        try {
            JsonNode json = Json.parse(value == null ? Bytes.EMPTY : value);
            Bytes nonce = Bytes.fromHex(key.substring(key.indexOf('/') + 1));
            if (nonce.size() == Ticket.NONCE_BYTES) {
                return new Issued(
                        nonce,
                        json.path("role").asText(),
                        json.path("issued").asLong(),
                        json.path("expires").asLong());
            }
        } catch (IllegalArgumentException e) {
            throw new IOException("the log's table of tickets is damaged at '" + key + "'", e);
        }
        throw new IOException("the log's table of tickets is damaged at '" + key + "'");
    }

    private void remove(String key) throws IOException {
        Answers.await(node.put(TABLE, key, null));
    }
}
