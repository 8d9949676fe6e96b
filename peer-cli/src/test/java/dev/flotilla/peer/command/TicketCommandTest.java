package dev.flotilla.peer.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code flotilla invite --list} and {@code --revoke}. */
final class TicketCommandTest extends TwoPeers {
    TicketCommandTest(@TempDir Path parent) {
        super(parent);
    }

    /** What the list says of that ticket. */
    private JsonNode listed(String id) {
        for (JsonNode ticket : peer.json("invite", "club", "--list").path("tickets")) {
            if (ticket.path("id").asText().equals(id)) {
                return ticket;
            }
        }
        throw new AssertionError("no ticket " + id);
    }

    @Test
    void whatBecameOfEachTicketIsListed() throws Exception {
        assertThat(peer.done("invite", "club", "--list")).isEqualTo("no tickets");
        JsonNode used = peer.json("invite", "club", "--role", "learner");
        JsonNode open = peer.json("invite", "club");
        JsonNode expired = peer.json("invite", "club", "--expires", "1ms");
        other.done("join", used.path("ticket").asText());
        restartPeer(); // the list is on disk

        assertThat(listed(used.path("id").asText()).path("state").asText()).isEqualTo("used");
        assertThat(listed(used.path("id").asText()).path("by"))
                .isEqualTo(other.json("status").path("peerId"));
        assertThat(listed(used.path("id").asText()).path("role").asText()).isEqualTo("learner");
        assertThat(listed(open.path("id").asText()).path("state").asText()).isEqualTo("open");
        assertThat(listed(open.path("id").asText()).path("expires")).isEqualTo(open.path("expires"));
        assertThat(listed(expired.path("id").asText()).path("state").asText()).isEqualTo("expired");
        assertThat(peer.done("invite", "club", "--list").lines()).hasSize(3).anySatisfy(line -> assertThat(line)
                .startsWith(open.path("id").asText() + "  voter ")
                .endsWith("  open"));
        assertThat(other.json("invite", "club", "--list").path("tickets")).isEmpty();
    }

    @Test
    void aRevokedTicketLetsNobodyIn() throws Exception {
        JsonNode ticket = peer.json("invite", "club");
        String id = ticket.path("id").asText();

        assertThat(peer.done("invite", "club", "--revoke", id)).isEqualTo("revoked " + id + ": it lets nobody in");

        assertThat(other.failed("join", ticket.path("ticket").asText()))
                .startsWith("error: not let in: the ticket was revoked; ask for a new one");
        assertThat(other.json("status").path("communities")).isEmpty();
        assertThat(listed(id).path("state").asText()).isEqualTo("revoked");
        assertThat(peer.json("invite", "club", "--revoke", id).path("revoked").asText())
                .isEqualTo(id); // once more is no error
        other.done("join", peer.done("invite", "club"));
    }

    @Test
    void aTicketThatCannotBeRevokedIsNamed() throws Exception {
        JsonNode used = peer.json("invite", "club");
        other.done("join", used.path("ticket").asText());
        JsonNode expired = peer.json("invite", "club", "--expires", "1ms");

        assertThat(peer.failed("invite", "club", "--revoke", used.path("id").asText()))
                .startsWith("error: refused: the ticket was used already, by ");
        assertThat(peer.failed("invite", "club", "--revoke", expired.path("id").asText()))
                .contains("has expired at ", "it lets nobody in as it is");
        assertThat(other.failed("invite", "club", "--revoke", used.path("id").asText()))
                .contains("this peer has issued no ticket", "flotilla invite club --list");
        CommandHarness.Run malformed = peer.run("invite", "club", "--revoke", "my-ticket");
        assertThat(malformed.code()).isEqualTo(2);
        assertThat(malformed.error()).contains("not the id of a ticket: 'my-ticket'; see: flotilla invite club --list");
    }

    @Test
    void anIdThatFitsSeveralTicketsRevokesNone() {
        int[] firstDigits = new int[16];
        String digit = "";
        for (int i = 0; i <= firstDigits.length; i++) { // so two begin with the same digit
            String id = peer.json("invite", "club").path("id").asText();
            if (firstDigits[Integer.parseInt(id.substring(0, 1), 16)]++ > 0) {
                digit = id.substring(0, 1);
            }
        }

        assertThat(peer.failed("invite", "club", "--revoke", digit)).contains("is the beginning of ", "give more");
        assertThat(peer.json("invite", "club", "--list").path("tickets"))
                .allSatisfy(ticket -> assertThat(ticket.path("state").asText()).isEqualTo("open"));
    }
}
