package dev.flotilla.peer.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.storage.DataDirectory;
import dev.flotilla.raft.storage.LogKind;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.raft.storage.log.NodeLog;
import dev.flotilla.raft.storage.segment.StoredRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A daemon that finds that it cannot open one of the communities on its disk. */
final class StoppedCommunityTest {
    private final Path parent;
    private final Path directory;

    StoppedCommunityTest(@TempDir Path parent) {
        this.parent = parent;
        this.directory = parent.resolve("peer");
    }

    private CommandHarness peer;

    @BeforeEach
    void start() throws Exception {
        peer = CommandHarness.start(directory, LogKind.SEGMENTS);
        peer.done("create", "bad");
        peer.done("create", "good");
    }

    @AfterEach
    void close() {
        peer.close();
    }

    private String genesis(String community) {
        return peer.json("status", community)
                .path("communities")
                .path(0)
                .path("genesis")
                .asText();
    }

    /** Flips a bit of what the peer remembers of its vote there while no daemon runs; returns the reason that is told. */
    private String damageHardState(String community) throws Exception {
        GenesisId genesis = GenesisId.parse(genesis(community));
        peer.close();
        StoredRecords records = StoredRecords.of(directory.resolve("log.segments"));
        int record = records.hardState(genesis);
        records.flipPayload(record);
        peer = CommandHarness.start(directory);
        return "the hard state of group " + genesis + " is damaged: file " + records.file() + " offset " + record;
    }

    private static String advice() {
        return "if its other members are well, or all is lost: flotilla forget bad --force, then join it anew with a"
                + " ticket";
    }

    @Test
    void theOthersWorkAndTheReasonIsTold() throws Exception {
        String genesis = genesis("bad");
        String damage = damageHardState("bad");

        peer.done("set", "good", "/n", "1");
        assertThat(peer.done("get", "good", "/n")).isEqualTo("1");
        JsonNode shown = peer.json("status");
        assertThat(shown.path("communities")).hasSize(2);
        assertThat(shown.path("communities").path(0).path("role").asText()).isEqualTo("leader");
        JsonNode bad = shown.path("communities").path(1);
        assertThat(bad.path("name").asText()).isEqualTo("bad");
        assertThat(bad.path("role").asText()).isEqualTo("stopped");
        assertThat(bad.path("stopped").asText()).isEqualTo(damage + "; " + advice());
        assertThat(peer.done("status").lines())
                .endsWith("bad: stopped on this peer", "  genesis " + genesis, "  " + damage + "; " + advice());
        assertThat(peer.done("status", "bad", "--explain")).contains(damage);
        assertThat(peer.done("status", "--metrics")).contains("bad\n  stopped on this peer");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "get bad",
                "set bad /n 1",
                "remove bad p",
                "priority bad p 5",
                "members bad",
                "invite bad",
                "invite bad --list",
                "leave bad",
                "transfer bad",
                "snapshot bad",
                "backup bad -",
                "watch bad"
            })
    void everyCommandOnItIsToldTheReason(String command) throws Exception {
        String damage = damageHardState("bad");

        assertThat(peer.failed(command.split(" ")))
                .isEqualTo("error: community 'bad' is stopped on this peer: " + damage + "; " + advice());
    }

    @Test
    void itsNameStaysTakenOverRestarts() throws Exception {
        String damage = damageHardState("bad");
        assertThat(peer.failed("create", "bad")).contains("there is a community 'bad' here already");
        peer.close();
        peer = CommandHarness.start(directory);

        assertThat(peer.failed("get", "bad")).contains(damage);
        assertThat(peer.failed("create", "bad")).contains("there is a community 'bad' here already");
    }

    @Test
    void itIsForgottenIfInsistedOn() throws Exception {
        String genesis = genesis("bad");
        String damage = damageHardState("bad");

        assertThat(peer.failed("forget", "bad"))
                .isEqualTo(
                        "error: refused: 'bad' is stopped on this peer (" + damage + "), so whether it lives cannot be"
                                + " told; what only this peer has of its document would be gone for good; " + advice());
        assertThat(peer.json("status").path("communities")).hasSize(2);
        assertThat(peer.done("forget", "bad", "--force")).isEqualTo("forgot bad, genesis " + genesis);

        assertThat(peer.failed("get", "bad")).contains("no community 'bad' here");
        assertThat(peer.failed("forget", "bad", "--force")).contains("no community 'bad' here");
        peer.done("create", "bad");
        peer.close();
        peer = CommandHarness.start(directory);
        assertThat(peer.done("get", "bad")).isEqualTo("{}");
        assertThat(peer.done("get", "good")).isEqualTo("{}");
        assertThat(genesis("bad")).isNotEqualTo(genesis);
    }

    @Test
    void itIsJoinedAnewWithATicket() throws Exception {
        try (CommandHarness other = CommandHarness.start(parent.resolve("other"))) {
            other.done("create", "club");
            other.done("set", "club", "/n", "1");
            peer.done("join", other.done("invite", "club", "--role", "learner"));
            String damage = damageHardState("club");
            String ticket = other.done("invite", "club", "--role", "learner");

            assertThat(peer.failed("join", ticket)).contains("'club' is stopped on this peer: " + damage);
            assertThat(peer.failed("join", ticket, "--as", "new")).contains("is here already, it is called 'club'");
            peer.done("forget", "club", "--force");
            peer.done("join", ticket);

            assertThat(peer.done("get", "club", "/n")).isEqualTo("1");
            assertThat(other.json("members", "club").path("members")).hasSize(2);
        }
    }

    @Test
    void aDamagedSnapshotStopsItToo() throws Exception {
        peer.done("set", "bad", "/text", '"' + "many words ".repeat(1000) + '"');
        peer.done("snapshot", "bad");
        String genesis = genesis("bad");
        peer.close();
        Path snapshot = newest(genesis);
        byte[] content = Files.readAllBytes(snapshot);
        content[content.length / 2] ^= 1;
        Files.write(snapshot, content);
        peer = CommandHarness.start(directory);

        assertThat(peer.failed("get", "bad")).contains("is stopped on this peer", snapshot.toString(), advice());
        assertThat(peer.done("get", "good")).isEqualTo("{}");
        peer.done("forget", "bad", "--force");
        assertThat(snapshot).doesNotExist();
    }

    /** As a newer flotilla leaves it behind: the daemon was older software once more when it started again. */
    @Test
    void aNewerFeatureLevelStopsNoOther() throws Exception {
        GenesisId genesis = GenesisId.parse(genesis("bad"));
        peer.close();
        EntryId raised = raiseFeatureLevel(genesis);
        peer = CommandHarness.start(directory);

        assertThat(peer.done("get", "good")).isEqualTo("{}");
        String told = "'bad' is stopped on this peer: the group is at feature level " + (FeatureLevel.NEWEST + 1)
                + " since entry " + raised + ", but this peer knows levels up to " + FeatureLevel.NEWEST
                + ": upgrade it and start it again; what is on the disk may well be whole: run the newest flotilla on it"
                + " before you give it up with: flotilla forget bad --force";
        assertThat(peer.failed("get", "bad")).isEqualTo("error: community " + told);
        assertThat(peer.failed("create", "bad")).contains("there is a community 'bad' here already");
        assertThat(peer.failed("forget", "bad")).contains("refused: 'bad' is stopped on this peer");
        peer.close();
        peer = CommandHarness.start(directory); // nothing of it was changed
        assertThat(peer.failed("get", "bad")).isEqualTo("error: community " + told);
    }

    private EntryId raiseFeatureLevel(GenesisId genesis) throws IOException {
        try (DataDirectory data = DataDirectory.openExisting(directory);
                LogStorage log = NodeLog.open(data)) {
            StoredGroup stored = log.read(genesis).orElseThrow();
            EntryId id = new EntryId(stored.hardState().term(), stored.last().index() + 1);
            Configuration newer = Configuration.of(List.of()).withFeatureLevel(FeatureLevel.NEWEST + 1);
            Entry entry = new Entry(id, Entry.Kind.CONFIGURATION, EntryCodec.encodeConfiguration(newer));
            log.write(List.of(new GroupWrite.Append(genesis, stored.hardState(), List.of(entry))));
            return id;
        }
    }

    private Path newest(String genesis) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> found = files.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().startsWith(genesis))
                    .toList();
            assertThat(found).hasSize(1);
            return found.get(0);
        }
    }
}
