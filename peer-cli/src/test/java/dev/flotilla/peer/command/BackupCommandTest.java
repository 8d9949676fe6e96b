package dev.flotilla.peer.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.daemon.DaemonSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code flotilla backup} and {@code flotilla restore}. */
final class BackupCommandTest {
    private final Path parent;

    BackupCommandTest(@TempDir Path parent) {
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

    private String file(String name) {
        return parent.resolve(name).toString();
    }

    @Test
    void aBackupBecomesANewCommunity() throws Exception {
        peer.done("create", "club");
        peer.done("set", "club", "/motto", "\"all aboard\"");

        JsonNode made = peer.json("backup", "club", file("b.json"));
        assertThat(made.path("index").asLong()).isPositive();
        assertThat(made.has("document")).isFalse();
        JsonNode kept = Json.parse(Files.readString(parent.resolve("b.json")));
        assertThat(kept.path("sha256")).isEqualTo(made.path("sha256"));

        assertThat(peer.failed("restore", file("b.json"))).contains("there is a community 'club' here already");
        assertThat(peer.done("restore", file("b.json"), "--as", "again"))
                .startsWith("created again with the document of 'club' as of index ");
        assertThat(peer.done("get", "again")).isEqualTo("{\"motto\":\"all aboard\"}");
        JsonNode names = peer.json("status").path("communities");
        assertThat(names.get(0).path("genesis")).isNotEqualTo(names.get(1).path("genesis"));
    }

    @Test
    void standardOutputIsTheSameAsTheFile() throws Exception {
        peer.done("create", "club");
        peer.done("backup", "club", file("b.json"));

        assertThat(peer.done("backup", "club", "-"))
                .isEqualTo(Files.readString(parent.resolve("b.json")).strip())
                .isEqualTo(peer.done("backup", "club", "-", "--json"));
    }

    @Test
    void aFileThatIsThereStays() throws Exception {
        peer.done("create", "club");
        Files.writeString(parent.resolve("b.json"), "mine");

        assertThat(peer.failed("backup", "club", file("b.json")))
                .isEqualTo("error: " + file("b.json") + " is there already, it stays as it is; name another file");
        assertThat(Files.readString(parent.resolve("b.json"))).isEqualTo("mine");
        assertThat(peer.failed("backup", "club", file("no/b.json"))).contains("there is no such directory");
        assertThat(parent.toFile().list()).containsExactlyInAnyOrder("peer", "b.json"); // and no temporary file
    }

    @Test
    void theDocumentOfACommunityIsReplacedInOneChange() throws Exception {
        peer.done("create", "club");
        peer.done("set", "club", "/n", "1");
        peer.done("backup", "club", file("b.json"));
        peer.done("set", "club", "/n", "2");
        long before = peer.json("status")
                .path("communities")
                .get(0)
                .path("commitIndex")
                .asLong();

        JsonNode restored = peer.json("restore", file("b.json"), "--into", "club");

        assertThat(peer.done("get", "club")).isEqualTo("{\"n\":1}");
        assertThat(restored.path("index").asLong()).isEqualTo(before + 1);
        assertThat(restored.path("replaced").path("index").asLong()).isEqualTo(before);
        assertThat(restored.path("replaced").path("sha256")).isNotEqualTo(restored.path("sha256"));
        assertThat(peer.done("restore", file("b.json"), "--into", "club"))
                .startsWith("club has the document of 'club' as of index ")
                .contains("it replaces what was there at index " + (before + 1) + ": 7 bytes, SHA-256 ");
        peer.done("create", "other");
        assertThat(peer.done("restore", file("b.json"), "--into", "other")).contains(" of another community, agreed");
    }

    @Test
    void aDocumentLargerThanAnEntryIsRestored() throws Exception {
        ObjectNode document = Json.object();
        for (int i = 0; i < 3; i++) {
            document.put("part" + i, "x".repeat(DaemonSettings.ENTRY_BYTES_MAX / 2));
        }
        Files.writeString(parent.resolve("document.json"), Json.line(document));
        peer.done("create", "club", "--document", file("document.json"));
        peer.done("backup", "club", file("b.json"));

        peer.done("restore", file("b.json"), "--as", "again");

        assertThat(peer.json("get", "again")).isEqualTo(document);
        assertThat(peer.failed("restore", file("b.json"), "--into", "club"))
                .contains("nothing was done: the document takes", "--entry-bytes-max", "--as NAME");
    }

    @Test
    void aDamagedFileChangesNothing() throws Exception {
        peer.done("create", "club", "--document", write("document.json", "{\"n\":1}"));
        peer.done("backup", "club", file("b.json"));
        String damaged =
                write("d.json", Files.readString(parent.resolve("b.json")).replace("\"n\":1", "\"n\":2"));

        assertThat(peer.failed("restore", damaged, "--as", "x"))
                .startsWith("error: nothing was done: " + damaged + " is a damaged backup: the SHA-256");
        assertThat(peer.failed("restore", file("document.json"), "--into", "club"))
                .contains("no backup");
        assertThat(peer.run("restore", file("none.json")).code()).isEqualTo(2);
        assertThat(peer.run("restore", file("b.json"), "--as", "x", "--into", "club")
                        .code())
                .isEqualTo(2);
        assertThat(peer.failed("restore", file("b.json"), "--into", "nowhere")).contains("no community 'nowhere' here");
        assertThat(peer.json("status").path("communities")).hasSize(1);
        assertThat(peer.done("get", "club")).isEqualTo("{\"n\":1}");
    }

    private String write(String name, String content) throws Exception {
        Files.writeString(parent.resolve(name), content);
        return file(name);
    }
}
