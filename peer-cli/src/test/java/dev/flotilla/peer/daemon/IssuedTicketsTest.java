package dev.flotilla.peer.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.peer.community.DocumentMachine;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.raft.RaftNode;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.InMemorySnapshotStore;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.memory.Ed25519Credentials;
import dev.flotilla.transport.memory.InMemoryNetwork;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a peer remembers of the tickets that it issued, and for how long. */
final class IssuedTicketsTest {
    private static final GenesisId CLUB = GenesisId.draw(new Random(1));
    private static final GenesisId OTHER = GenesisId.draw(new Random(2));
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final long NOW = 1_000 * HOUR;

    private final PeerCredentials credentials = Ed25519Credentials.generate();
    private final PeerTransport transport = new InMemoryNetwork().join(credentials.peerId());
    private final RaftNode node;
    private final IssuedTickets tickets;
    private long drawn;

    IssuedTicketsTest() throws IOException {
        this.node = RaftNode.builder()
                .transport(transport)
                .credentials(credentials)
                .storage(new InMemoryLogStorage(), new InMemorySnapshotStore())
                .start();
        this.tickets = IssuedTickets.open(node);
    }

    @AfterEach
    void close() {
        node.close();
        transport.close();
    }

    private Bytes nonce() {
        return Bytes.wrap(
                ByteBuffer.allocate(Ticket.NONCE_BYTES).putLong(++drawn).array());
    }

    private Ticket issue(GenesisId genesis, long nowMillis, long lifeMillis) throws CommandException, IOException {
        Ticket ticket = new Ticket(
                "club",
                genesis,
                Member.Role.VOTER,
                nowMillis + lifeMillis,
                nonce(),
                List.of(new Ticket.Contact(credentials.peerId(), List.of())),
                credentials.peerId(),
                Bytes.EMPTY);
        tickets.add(ticket, nowMillis);
        return ticket;
    }

    private List<Bytes> nonces(GenesisId genesis, long nowMillis) throws IOException {
        return tickets.of(genesis, nowMillis).stream()
                .map(IssuedTickets.Issued::nonce)
                .toList();
    }

    /** An issuer who makes more than can be listed keeps none from being revoked. */
    @Test
    void noMoreThanSoManyAreOpenForOneCommunity() throws Exception {
        Bytes open = Bytes.utf8("{\"role\":\"voter\",\"issued\":" + NOW + ",\"expires\":" + (NOW + 2 * HOUR) + "}");
        for (int i = 0; i < IssuedTickets.TICKETS_MAX - 1; i++) {
            Answers.await(node.put("tickets", CLUB + "/" + nonce().hex(), open));
        }
        Ticket shortLived = issue(CLUB, NOW, HOUR);
        assertThatThrownBy(() -> issue(CLUB, NOW, HOUR))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("has issued " + IssuedTickets.TICKETS_MAX + " tickets for 'club'");
        Ticket other = issue(OTHER, NOW, HOUR);
        assertThat(nonces(OTHER, NOW)).containsExactly(other.nonce());

        Ticket next = issue(CLUB, NOW + HOUR, HOUR); // one has expired
        assertThat(nonces(CLUB, NOW + HOUR))
                .hasSize(IssuedTickets.TICKETS_MAX)
                .contains(next.nonce())
                .doesNotContain(shortLived.nonce());
    }

    @Test
    void whatHasExpiredIsShownForADay() throws Exception {
        Ticket first = issue(CLUB, NOW, HOUR);
        Ticket second = issue(CLUB, NOW + 1, 3 * HOUR);
        assertThat(nonces(CLUB, NOW + 24 * HOUR)).containsExactly(first.nonce(), second.nonce());
        assertThat(nonces(CLUB, NOW + 25 * HOUR)).containsExactly(second.nonce());
        assertThat(node.keys("tickets")).hasSize(1);
    }

    @Test
    void thoseOfACommunityThatIsNotHereGoAtTheNextStart() throws Exception {
        GenesisId here =
                node.create(new DocumentMachine(), RaftConfig.defaults()).genesis();
        Ticket kept = issue(here, NOW, HOUR);
        issue(CLUB, NOW, HOUR);
        IssuedTickets.open(node);
        assertThat(nonces(here, NOW)).containsExactly(kept.nonce());
        assertThat(nonces(CLUB, NOW)).isEmpty();
        tickets.forget(here);
        assertThat(node.keys("tickets")).isEmpty();
    }

    @Test
    void aRowThatIsDamagedIsNamed() throws Exception {
        String noNonce = CLUB + "/" + "ab";
        String noValue = OTHER + "/" + "ab".repeat(Ticket.NONCE_BYTES);
        Answers.await(node.put("tickets", noNonce, Bytes.utf8("{}")));
        Answers.await(node.put("tickets", noValue, Bytes.utf8("?")));
        assertThatThrownBy(() -> tickets.of(CLUB, NOW))
                .isInstanceOf(IOException.class)
                .hasMessage("the log's table of tickets is damaged at '" + noNonce + "'");
        assertThatThrownBy(() -> tickets.of(OTHER, NOW))
                .isInstanceOf(IOException.class)
                .hasMessage("the log's table of tickets is damaged at '" + noValue + "'");
    }
}
