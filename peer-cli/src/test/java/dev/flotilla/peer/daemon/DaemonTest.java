package dev.flotilla.peer.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.control.ControlClient;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.message.TicketCodec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Daemons in this process, asked as the commands ask them. */
final class DaemonTest {
    private final Path parent;

    DaemonTest(@TempDir Path parent) {
        this.parent = parent;
    }

    private final List<Peer> peers = new ArrayList<>();

    /** A daemon and a connection to it. */
    private record Peer(Daemon daemon, ControlClient client) {
        static Peer start(PeerDirectory directory) throws CommandException, IOException {
            Daemon daemon = Daemon.start(DaemonSettings.of(directory));
            DaemonFile.Running running = directory.running();
            return new Peer(daemon, ControlClient.connect(directory.operator(), running.peerId(), running.addresses()));
        }

        JsonNode ask(String command, Object... arguments) throws CommandException, IOException {
            ObjectNode request = Json.object().put("command", command);
            for (int i = 0; i < arguments.length; i += 2) {
                String name = arguments[i].toString();
                if (arguments[i + 1] instanceof JsonNode json) {
                    request.set(name, json);
                } else {
                    request.put(name, arguments[i + 1].toString());
                }
            }
            return client.call(request, progress -> true);
        }

        String peerId() throws CommandException, IOException {
            return ask("status").path("peerId").asText();
        }

        void close() {
            client.close();
            daemon.close();
        }
    }

    private Peer start(String name) throws CommandException, IOException {
        Peer peer = Peer.start(new PeerDirectory(parent.resolve(name)));
        peers.add(peer);
        return peer;
    }

    @AfterEach
    void close() {
        peers.forEach(Peer::close);
    }

    @Test
    void aCommunityOutlivesItsDaemonAndThePortStays() throws Exception {
        Peer first = start("a");
        first.ask("create", "community", "c", "document", Json.parse("{\"n\":1}"));
        assertThat(first.ask(
                                "patch",
                                "community",
                                "c",
                                "patch",
                                Json.parse("[{\"op\":\"add\",\"path\":\"/m\",\"value\":2}]"))
                        .path("index")
                        .asLong())
                .isPositive();
        List<Multiaddr> addresses = first.daemon().addresses();
        first.close();

        Peer again = start("a");

        assertThat(again.daemon().addresses()).isEqualTo(addresses);
        JsonNode read = again.ask("get", "community", "c", "pointer", "");
        assertThat(read.path("value")).isEqualTo(Json.parse("{\"n\":1,\"m\":2}"));
    }

    @Test
    void whatCannotBeDoneIsToldAndLosesNothing() throws Exception {
        Peer peer = start("a");
        peer.ask("create", "community", "c");

        assertFails(() -> peer.ask("create", "community", "c"), "there is a community 'c' here already");
        assertFails(() -> peer.ask("create", "community", " "), "a community's name");
        assertFails(() -> peer.ask("get", "community", "x", "pointer", ""), "no community 'x' here");
        assertFails(() -> peer.ask("get", "community", "c", "pointer", "/x"), "there is nothing at '/x'");
        assertFails(
                () -> peer.ask("get", "community", "c", "pointer", "", "consistency", "strong"),
                "no consistency 'strong'");
        assertFails(() -> peer.ask("invite", "community", "c", "role", "boss"), "no role 'boss'");
        assertFails(() -> peer.ask("join", "ticket", "flotilla1xyz"), "not a ticket");
        assertFails(() -> peer.ask("leave", "community", "c"), "the last voter");
        assertFails(() -> peer.ask("remove", "community", "c", "peer", "x"), "not a peer id");
        assertFails(() -> peer.ask("remove", "community", "c", "peer", peer.peerId()), "the last voter");
        assertFails(
                () -> peer.ask("patch", "community", "c", "patch", Json.parse("[{\"op\":\"remove\",\"path\":\"/x\"}]")),
                "operation 0 of the patch (remove /x) failed, nothing was changed: there is no member \"x\"");
        assertFails(() -> peer.ask("patch", "community", "c", "patch", Json.parse("{}")), "the patch was refused");
        String large = "x".repeat(DaemonSettings.ENTRY_BYTES_MAX);
        JsonNode patch = Json.parse("[{\"op\":\"add\",\"path\":\"/x\",\"value\":\"" + large + "\"}]");
        assertFails(() -> peer.ask("patch", "community", "c", "patch", patch), "nothing was done: too large");
        assertThat(peer.ask("get", "community", "c", "pointer", "").path("value"))
                .isEqualTo(Json.object());
    }

    private static void assertFails(ThrowingCallable command, String line) {
        assertThatThrownBy(command)
                .isInstanceOf(CommandException.class)
                .hasMessageStartingWith(line.startsWith("the last") ? "refused: " : line)
                .hasMessageContaining(line);
    }

    @Test
    void peersJoinByTicketAndLeave() throws Exception {
        Peer first = start("a");
        Peer second = start("b");
        first.ask("create", "community", "c", "document", Json.parse("[1]"));
        JsonNode ticket = first.ask("invite", "community", "c").path("ticket");

        assertThat(second.ask("join", "ticket", ticket, "as", "d").path("role").asText())
                .isEqualTo("follower");
        assertThat(second.ask("get", "community", "d", "pointer", "/0")
                        .path("value")
                        .asInt())
                .isEqualTo(1);
        assertFails(() -> second.ask("join", "ticket", ticket), "that community is here already, it is called 'd'");
        second.ask("create", "community", "c");
        assertThat(first.ask("members", "community", "c").path("members")).hasSize(2);
        JsonNode counted = first.ask("status");
        assertThat(counted.path("metrics").path("log.writes").path("count").asLong())
                .isPositive();
        JsonNode metrics = counted.path("communities").get(0).path("metrics");
        assertThat(metrics.path("elections.won").asLong()).isPositive();
        assertThat(metrics.path("elections.won").asLong())
                .isEqualTo(counted.path("metrics").path("elections.won").asLong());
        assertThat(metrics.path("follower.lag").has(second.peerId())).isTrue();
        assertThat(metrics.path("proposals.applied").path("p99Micros").asLong()).isPositive();
        JsonNode explained = first.ask("status", "community", "c", "explain", "true");
        assertThat(explained.path("communities").get(0).path("explanation").isArray())
                .isTrue();
        assertThat(first.ask("status", "community", "c")
                        .path("communities")
                        .get(0)
                        .has("explanation"))
                .isFalse();
        second.ask("priority", "community", "d", "peer", second.peerId(), "priority", 7);
        assertThat(first.ask("members", "community", "c").path("members"))
                .allSatisfy(member -> assertThat(member.path("priority").asInt())
                        .isEqualTo(member.path("peerId").asText().equals(second.peerId()) ? 7 : 0));
        assertFails(
                () -> first.ask("priority", "community", "c", "peer", second.peerId(), "priority", 101),
                "a priority must lie in -100..100, got 101");
        first.ask("remove", "community", "c", "peer", second.peerId());
        assertThat(first.ask("members", "community", "c").path("members")).hasSize(1);
        second.ask("leave", "community", "d");
        assertFails(() -> second.ask("get", "community", "d", "pointer", ""), "no community 'd' here");
    }

    @Test
    void aForgedTicketIsRefused() throws Exception {
        Peer first = start("a");
        Peer second = start("b");
        first.ask("create", "community", "c");
        var ticket = TicketCodec.parse(first.ask("invite", "community", "c", "role", "learner")
                .path("ticket")
                .asText());
        var forged = new Ticket(
                ticket.community(),
                ticket.genesis(),
                Member.Role.VOTER,
                ticket.expiresAtMillis(),
                ticket.nonce(),
                ticket.contacts(),
                ticket.issuer(),
                ticket.signature());

        assertFails(() -> second.ask("join", "ticket", TicketCodec.format(forged)), "the ticket is forged or damaged");
    }

    @Test
    void aDirectoryIsUsedByOneDaemonAtATime() throws Exception {
        start("a");

        assertThatThrownBy(() -> Daemon.start(DaemonSettings.of(new PeerDirectory(parent.resolve("a")))))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining(parent.resolve("a") + " is in use");
    }

    @Test
    void anAddressThatIsTakenIsNamed() throws Exception {
        Multiaddr taken = start("a").daemon().addresses().get(0).withoutPeerId();

        assertThatThrownBy(() -> Daemon.start(DaemonSettings.of(new PeerDirectory(parent.resolve("b")))
                        .withNetwork(NetworkSettings.defaults().withListen(List.of(taken)))))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining(taken.toString());
    }
}
