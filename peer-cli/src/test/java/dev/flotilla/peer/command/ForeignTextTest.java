package dev.flotilla.peer.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.transport.Libp2pCredentials;
import dev.flotilla.peer.community.Json;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.message.TicketCodec;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerCredentials;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What others wrote neither steers the operator's terminal nor her shell. */
final class ForeignTextTest {
    private final Path parent;

    ForeignTextTest(@TempDir Path parent) {
        this.parent = parent;
    }

    private CommandHarness peer;

    @BeforeEach
    void start() throws Exception {
        peer = CommandHarness.start(parent.resolve("peer"));
    }

    @AfterEach
    void close() {
        peer.close();
    }

    @Test
    void aNameIsQuotedInWhatIsSuggested() {
        String name = "it's $(touch pwned); ok";
        String quoted = "'it'\\''s $(touch pwned); ok'";

        assertThat(peer.done("create", name)).endsWith("let others in with: flotilla invite " + quoted);
        assertThat(peer.failed("forget", name)).endsWith(": flotilla forget " + quoted + " --force");
        assertThat(peer.failed("leave", name)).endsWith(": flotilla invite " + quoted);
        assertThat(peer.failed("remove", name, someone())).endsWith("see: flotilla members " + quoted);
        assertThat(peer.run("invite", name, "--revoke", "x").error())
                .endsWith("see: flotilla invite " + quoted + " --list");
    }

    private static String someone() {
        return PrivateKey.generate().peerId().toString();
    }

    /** By hand, and by a ticket of which the issuer chose the name. */
    @ParameterizedTest
    @ValueSource(strings = {"--force", "-", "a\u001b[2J", "a\u009b2J", "\u202egnp", "a\nb", " ", "a\u2028b", "\u200b"})
    void aNameThatMisleadsIsRefused(String name) throws Exception {
        if (!name.startsWith("-")) { // else it is taken for an option
            CommandHarness.Run created = peer.run("create", name);
            assertThat(created.code()).isEqualTo(2);
            assertThat(created.error()).startsWith("error: a community's name ").contains("choose another one");
        }
        if (name.chars().noneMatch(Character::isISOControl) && !name.isBlank()) { // else there is no such ticket
            CommandHarness.Run joined = peer.run("join", ticket(name));
            assertThat(joined.code()).isEqualTo(2);
            assertThat(joined.error()).startsWith("error: a community's name ").contains("--as");
        }
        assertThat(peer.json("status").path("communities")).isEmpty();
    }

    /** A true one, of a peer that is not there. */
    private static String ticket(String name) {
        PeerCredentials issuer = new Libp2pCredentials(PrivateKey.generate());
        Ticket ticket = new Ticket(
                name,
                new GenesisId(Bytes.wrap(new byte[GenesisId.SIZE_BYTES])),
                Member.Role.VOTER,
                Long.MAX_VALUE,
                Bytes.wrap(new byte[Ticket.NONCE_BYTES]),
                List.of(new Ticket.Contact(issuer.peerId(), List.of())),
                issuer.peerId(),
                Bytes.EMPTY);
        return TicketCodec.format(ticket.withSignature(issuer.sign(ticket.signedBytes())));
    }

    @Test
    void aDocumentIsPrintedWithoutWhatSteersTheTerminal() {
        peer.done("create", "club");
        peer.done("set", "club", "/a\u202e", "\"\\u009b31m\\u007f\\u001b\u202e\"");

        String printed = peer.done("get", "club");

        assertThat(printed.chars().filter(Character::isISOControl)).isEmpty();
        assertThat(printed).contains("\\u009b31m\\u007f", "\\u202e").doesNotContain("\u202e");
        assertThat(Json.parse(printed)).isEqualTo(Json.object().put("a\u202e", "\u009b31m\u007f\u001b\u202e"));
        assertThat(peer.failed("set", "club", "/a\u202e/b", "1"))
                .contains("/a\\u202e")
                .doesNotContain("\u202e");
    }
}
