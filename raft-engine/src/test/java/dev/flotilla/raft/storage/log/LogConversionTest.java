package dev.flotilla.raft.storage.log;

import static dev.flotilla.raft.storage.RandomRounds.inMemory;
import static dev.flotilla.raft.storage.RandomRounds.round;
import static dev.flotilla.raft.storage.RandomRounds.sameAs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.storage.DataDirectory;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.LogKind;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LogConversionTest {
    @TempDir
    Path directory = Path.of("set by JUnit");

    private InMemoryLogStorage model = new InMemoryLogStorage();

    private Path path() {
        return directory.resolve("peer");
    }

    private void fill(LogKind kind) throws IOException {
        Random random = new Random(3);
        model = new InMemoryLogStorage();
        try (DataDirectory data = DataDirectory.open(path(), kind);
                LogStorage log = NodeLog.open(data)) {
            for (int number = 1; number <= 12; number++) {
                List<GroupWrite> round = round(random, number, model, 2_000);
                log.write(round);
                model.write(round);
            }
        }
    }

    private void assertHolds(LogKind kind) throws IOException {
        try (DataDirectory data = DataDirectory.open(path());
                LogStorage log = NodeLog.open(data)) {
            assertThat(data.logKind()).isEqualTo(kind);
            assertThat(sameAs(model, log)).isTrue();
        }
    }

    private static LogKind other(LogKind kind) {
        return kind == LogKind.H2 ? LogKind.SEGMENTS : LogKind.H2;
    }

    @ParameterizedTest
    @EnumSource
    void everythingIsThereAfterwardsAndTheOldLogIsGone(LogKind kind) throws IOException {
        fill(kind);
        try (DataDirectory data = DataDirectory.open(path())) {
            LogConversion.Report report = new LogConversion(data, other(kind), step -> {}).run(false);
            assertThat(report.from()).isEqualTo(kind);
            assertThat(report.groups()).isEqualTo(3);
            assertThat(report.entries()).isPositive();
            assertThat(data.logFile(kind)).doesNotExist();
            assertThat(data.logFile()).isEqualTo(data.logFile(other(kind))).exists();
            assertThatThrownBy(() -> new LogConversion(data, other(kind), step -> {}).run(false))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the log of data directory " + path() + " is in " + other(kind) + " already");
        }
        assertHolds(other(kind));
    }

    @ParameterizedTest
    @EnumSource
    void theOldLogIsKeptIfItShouldBe(LogKind kind) throws IOException {
        fill(kind);
        Path kept = path().resolve("nothing");
        try (DataDirectory data = DataDirectory.open(path())) {
            kept = new LogConversion(data, other(kind), step -> {})
                    .run(true)
                    .kept()
                    .orElseThrow();
        }
        assertHolds(other(kind));
        try (LogStorage log = NodeLog.open(kind, kept)) {
            assertThat(sameAs(model, log)).isTrue();
        }
    }

    /** An interruption before each step, and between the steps of a crash: the directory is usable and holds everything. */
    @ParameterizedTest
    @EnumSource
    void anInterruptedConversionLosesNothingAndCanBeDoneAgain(LogKind kind) throws IOException {
        for (int steps = 0; steps < 4; steps++) {
            deleteAll(path());
            fill(kind);
            int allowed = steps;
            int[] done = new int[1];
            try (DataDirectory data = DataDirectory.open(path())) {
                LogConversion conversion = new LogConversion(data, other(kind), step -> {
                    if (done[0]++ == allowed) {
                        throw new IllegalStateException("interrupted before " + step);
                    }
                });
                assertThatThrownBy(() -> conversion.run(false)).isInstanceOf(IllegalStateException.class);
            }
            LogKind inForce = steps < 3 ? kind : other(kind);
            assertHolds(inForce);
            try (DataDirectory data = DataDirectory.open(path());
                    LogStorage log = NodeLog.open(data)) { // life goes on, and what is left over is not mistaken for it
                GroupWrite more = new GroupWrite.Put("rounds", "more", Bytes.utf8("more"));
                log.write(List.of(more));
                model.write(List.of(more));
            }
            try (DataDirectory data = DataDirectory.open(path())) {
                new LogConversion(data, other(inForce), step -> {}).run(false);
            }
            assertHolds(other(inForce));
        }
    }

    private static void deleteAll(Path path) throws IOException {
        if (Files.exists(path)) {
            try (Stream<Path> files = Files.walk(path)) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    @Test
    void aDamagedLogIsNotConverted() throws IOException {
        try (DataDirectory data = DataDirectory.open(path(), LogKind.SEGMENTS);
                LogStorage log = NodeLog.open(data)) {
            Entry entry = MessageSamples.entry(1, 1, "payload");
            log.write(
                    List.of(new GroupWrite.Append(MessageSamples.genesis(1), new HardState(1, null), List.of(entry))));
        }
        try (DataDirectory data = DataDirectory.open(path())) {
            Path segment = segmentOf(data);
            byte[] bytes = Files.readAllBytes(segment);
            bytes[4096 + 24 + 64 + 1] ^= 1; // the payload of the first record
            Files.write(segment, bytes);
            LogCheck check = LogCheck.of(data);
            assertThat(check.problems())
                    .singleElement()
                    .asString()
                    .isEqualTo("file " + segment + " offset 4120: entry 1/1 of group " + MessageSamples.genesis(1)
                            + " is damaged");
            assertThatThrownBy(() -> new LogConversion(data, LogKind.H2, step -> {}).run(false))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("file " + segment + " offset 4120");
            assertThat(data.logKind()).isEqualTo(LogKind.SEGMENTS);
        }
    }

    private static Path segmentOf(DataDirectory data) throws IOException {
        try (Stream<Path> files = Files.list(data.logFile())) {
            return files.filter(file -> file.toString().endsWith(".seg"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCheckFindsNothingInAnIntactLogAndChangesNothing(LogKind kind) throws IOException {
        fill(kind);
        try (DataDirectory data = DataDirectory.open(path())) {
            LogCheck check = LogCheck.of(data);
            assertThat(check.problems()).isEmpty();
            assertThat(check.remarks()).isEmpty();
            assertThat(check.groups()).isEqualTo(3);
            assertThat(check.entries()).isPositive();
        }
        assertHolds(kind);
    }

    @Test
    void aCheckNamesADamagedH2File() throws IOException {
        fill(LogKind.H2);
        try (DataDirectory data = DataDirectory.open(path())) {
            byte[] bytes = Files.readAllBytes(data.logFile());
            for (int at = 8192; at < bytes.length; at += 100) {
                bytes[at] ^= 1;
            }
            Files.write(data.logFile(), bytes);
            assertThat(LogCheck.of(data).problems())
                    .singleElement()
                    .asString()
                    .startsWith("log " + data.logFile() + " is damaged");
        }
    }

    @Test
    void differencesAreFound() throws IOException {
        fill(LogKind.H2);
        assertThat(new LogCopy(model, inMemory(model)).difference()).isEmpty();
        GroupWrite[] changes = {
            new GroupWrite.Delete(MessageSamples.genesis(1)),
            new GroupWrite.Rebase(MessageSamples.genesis(2), HardState.INITIAL, new EntryId(99, 99), false),
            new GroupWrite.Put("rounds", "last", Bytes.EMPTY),
            new GroupWrite.Put("rounds", "new", Bytes.EMPTY),
            new GroupWrite.Put("table", "new", Bytes.EMPTY)
        };
        for (GroupWrite change : changes) {
            InMemoryLogStorage changed = inMemory(model);
            changed.write(List.of(change));
            assertThat(new LogCopy(model, changed).difference())
                    .as("%s", change)
                    .isNotEqualTo(Optional.empty());
        }
    }
}
