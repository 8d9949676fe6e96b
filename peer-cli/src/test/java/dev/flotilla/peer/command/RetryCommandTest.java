package dev.flotilla.peer.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.peer.community.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --retry}: what ended as unknown is found out, or made once. */
final class RetryCommandTest extends TwoPeers {
    RetryCommandTest(@TempDir Path parent) {
        super(parent);
    }

    @Test
    void aChangeThatEndedAsUnknownIsMadeOnce() throws Exception {
        peer.done("set", "club", "/list", "[]");
        other.done("join", peer.done("invite", "club"));
        String patch = parent.resolve("patch.json").toString();
        Files.writeString(Path.of(patch), "[{\"op\":\"add\",\"path\":\"/list/-\",\"value\":1}]");
        other.close();

        CommandHarness.Run unknown = peer.run("patch", "club", patch, "--json");
        assertThat(unknown.code()).isEqualTo(1);
        JsonNode error = Json.parse(unknown.out());
        String token = error.path("retry").asText();
        assertThat(error.path("error").asText())
                .startsWith("perhaps done, perhaps not: ")
                .endsWith("--retry " + token);

        other = CommandHarness.start(parent.resolve("other"));
        long index = peer.json("patch", "club", patch, "--retry", token)
                .path("index")
                .asLong();
        assertThat(index).isPositive();
        assertThat(other.json("patch", "club", patch, "--retry", token)
                        .path("index")
                        .asLong()) // by whichever peer
                .isEqualTo(index);
        assertThat(peer.done("get", "club", "/list")).isEqualTo("[1]");
        assertThat(peer.failed("set", "club", "/list", "2", "--retry", token))
                .isEqualTo("error: refused: the token is that of another command");
    }

    @Test
    void whatIsNoTokenIsWrongUsage() {
        for (String text : new String[] {"nonsense", "a b", "", "AQ"}) {
            CommandHarness.Run run = peer.run("set", "club", "/a", "1", "--retry", text);
            assertThat(run.code()).isEqualTo(2);
            assertThat(run.error())
                    .startsWith("error: not a token of a change of 'club': ")
                    .endsWith("; copy all of it");
        }
        assertThat(peer.done("get", "club")).isEqualTo("{}");
    }
}
