package dev.flotilla.peer.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code flotilla invite --list}. */
final class TicketCommandTest {
    private final Path parent;

    TicketCommandTest(@TempDir Path parent) {
        this.parent = parent;
    }

    private CommandHarness peer;
    private CommandHarness other;

    @BeforeEach
    void start() throws Exception {
        peer = CommandHarness.start(parent.resolve("peer"));
        other = CommandHarness.start(parent.resolve("other"));
        peer.done("create", "club");
    }

    @AfterEach
    void close() {
        peer.close();
        other.close();
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
        peer.close();
        peer = CommandHarness.start(parent.resolve("peer")); // the list is on disk

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
}
