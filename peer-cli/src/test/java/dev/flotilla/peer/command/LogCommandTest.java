package dev.flotilla.peer.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.peer.community.Json;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.storage.DataDirectory;
import dev.flotilla.raft.storage.LogKind;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.log.NodeLog;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LogCommandTest {
    private static final GenesisId GENESIS = GenesisId.parse("ab".repeat(32));

    private final Path directory;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    LogCommandTest(@TempDir Path temporary) {
        this.directory = temporary.resolve("peer");
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", directory.toString()));
        return FlotillaCommand.run(new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
    }

    private void fill(LogKind kind) throws IOException {
        try (DataDirectory data = DataDirectory.open(directory, kind);
                LogStorage log = NodeLog.open(data)) {
            List<Entry> entries = new ArrayList<>();
            entries.add(new Entry(new EntryId(1, 1), Entry.Kind.NOOP, Bytes.EMPTY));
            for (long index = 2; index <= 4; index++) {
                entries.add(new Entry(new EntryId(2, index), Entry.Kind.COMMAND, Bytes.utf8("payload " + index)));
            }
            log.write(List.of(new GroupWrite.Append(GENESIS, new HardState(2, null), entries)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void showPrintsGroupsAndEntries(LogKind kind) throws Exception {
        fill(kind);
        assertThat(run("log", "show")).isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        "group " + GENESIS + " term 2 voted for nobody, entries after 0/0 up to 2/4",
                        "  1/1 noop 0 bytes",
                        "  2/2 command 9 bytes payload 2",
                        "  2/3 command 9 bytes payload 3",
                        "  2/4 command 9 bytes payload 4");
        assertThat(run("log", "show", "--group", "abab", "--from", "4", "--json"))
                .isZero();
        List<JsonNode> lines = out.toString().lines().map(Json::parse).toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0).path("last").asText()).isEqualTo("2/4");
        assertThat(lines.get(1).path("index").asLong()).isEqualTo(4);
        assertThat(lines.get(1).path("content").asText()).isEqualTo("payload 4");
        assertThat(run("log", "show", "--group", "cd")).isEqualTo(1);
        assertThat(err.toString().strip()).isEqualTo("error: no group in the log begins with cd");
    }

    @ParameterizedTest
    @EnumSource
    void verifyFindsNothingInAnIntactLog(LogKind kind) throws Exception {
        fill(kind);
        assertThat(run("log", "verify")).isZero();
        assertThat(out.toString().strip()).isEqualTo("log in " + kind + ": 1 groups, 4 entries, no damage");
        assertThat(run("log", "verify", "--json")).isZero();
        assertThat(Json.parse(out.toString()).path("problems")).isEmpty();
    }

    @Test
    void verifyNamesTheDamagedRecordByFileAndOffset() throws Exception {
        fill(LogKind.SEGMENTS);
        Path segment = directory.resolve("log.segments").resolve("0000000000000001.seg");
        byte[] content = Files.readAllBytes(segment);
        int at = new String(content, StandardCharsets.ISO_8859_1).indexOf("payload 3");
        content[at] ^= 1;
        Files.write(segment, content);
        String problem = "file " + segment + " offset " + (at - 64) + ": entry 2/3 of group " + GENESIS + " is damaged";

        assertThat(run("log", "verify")).isEqualTo(1);
        assertThat(out.toString().lines()).containsExactly(problem, "log in segments: 1 groups, 4 entries, 1 damaged");
        assertThat(err.toString().strip()).isEqualTo("error: the log is damaged: " + problem);
        assertThat(run("log", "show")).isZero();
        assertThat(out.toString().lines()).hasSize(5).anySatisfy(line -> assertThat(line)
                .startsWith("  2/3 damaged: entry 2/3 of group " + GENESIS + " is damaged: file " + segment));
        assertThat(run("log", "convert", "--to", "h2")).isEqualTo(1);
        assertThat(err.toString()).contains(segment + " offset " + (at - 64));
        assertThat(run("log", "verify")).isEqualTo(1);
    }

    @Test
    void convertGoesThereAndBack() throws Exception {
        fill(LogKind.H2);
        assertThat(run("log", "convert", "--to", "segments", "--keep-old")).isZero();
        assertThat(out.toString().strip())
                .isEqualTo("the log is in segments now: 1 groups, 4 entries; the old one is "
                        + directory.resolve("log.mv.old"));
        assertThat(run("run", "--log", "h2")).isEqualTo(1);
        assertThat(err.toString().strip())
                .isEqualTo("error: data directory " + directory + " has its log in segments, not in h2; to convert it:"
                        + " flotilla log convert --to h2 --data " + directory);
        assertThat(run("log", "convert", "--to", "h2", "--json")).isZero();
        assertThat(Json.parse(out.toString()).path("entries").asLong()).isEqualTo(4);
        assertThat(run("log", "verify")).isZero();
        assertThat(run("log", "convert", "--to", "h2")).isEqualTo(1);
        assertThat(err.toString().strip())
                .isEqualTo("error: the log of data directory " + directory + " is in h2 already");
    }

    @ParameterizedTest
    @ValueSource(strings = {"log show", "log verify", "log convert --to segments"})
    void nothingIsDoneWhileTheDirectoryIsInUseOrThereIsNone(String arguments) throws Exception {
        assertThat(run(arguments.split(" "))).isEqualTo(1);
        assertThat(err.toString().strip()).isEqualTo("error: there is no log in " + directory);
        assertThat(directory).doesNotExist();
        fill(LogKind.H2);
        try (DataDirectory data = DataDirectory.open(directory)) {
            assertThat(run(arguments.split(" "))).isEqualTo(1);
            assertThat(err.toString().strip())
                    .isEqualTo("error: data directory " + data.path() + " is in use by this process");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"show", "verify", "convert"})
    void everyCommandHasHelpDataAndJson(String command) {
        assertThat(FlotillaCommand.run(new PrintWriter(out), new PrintWriter(err), "log", command, "--help"))
                .isZero();
        assertThat(out.toString()).startsWith("Usage: flotilla log " + command).contains("--data", "--json", "--help");
    }
}
