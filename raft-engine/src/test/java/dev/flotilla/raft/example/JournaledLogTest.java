package dev.flotilla.raft.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.LogStorageContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract of every log, and what a crash or a flipped bit does to this one. */
class JournaledLogTest extends LogStorageContract {
    @TempDir
    Path directory = Path.of("set by JUnit");

    @Override
    protected LogStorage open() throws IOException {
        return JournaledLog.open(directory.resolve("journal"));
    }

    @Override
    protected boolean isDurable() {
        return true;
    }

    private static GroupWrite append(long index) {
        return new GroupWrite.Append(
                MessageSamples.genesis(1), new HardState(1, null), List.of(MessageSamples.entry(1, index, "payload")));
    }

    private static EntryId last(Path path) throws IOException {
        try (JournaledLog log = JournaledLog.open(path)) {
            return log.read(MessageSamples.genesis(1)).orElseThrow().last();
        }
    }

    @Test
    void aTornRoundIsCutAndADamagedOneRefused() throws IOException {
        Path path = directory.resolve("torn");
        int acknowledged;
        byte[] whole;
        try (JournaledLog log = JournaledLog.open(path)) {
            log.write(List.of(append(1)));
            acknowledged = (int) Files.size(path);
            log.write(List.of(append(2)));
            whole = Files.readAllBytes(path);
        }
        for (int size = acknowledged; size < whole.length; size++) {
            Files.write(path, Arrays.copyOf(whole, size));
            assertThat(last(path)).as("cut at %d", size).isEqualTo(MessageSamples.id(1, 1));
        }
        Files.write(path, Arrays.copyOf(Arrays.copyOf(whole, acknowledged), whole.length)); // it grew by zeros
        assertThat(last(path)).isEqualTo(MessageSamples.id(1, 1));
        for (int at = 0; at < acknowledged; at++) {
            byte[] flipped = whole.clone();
            flipped[at] = (byte) (flipped[at] ^ 0x10);
            Files.write(path, flipped);
            assertThatIOException()
                    .as("flipped at %d", at)
                    .isThrownBy(() -> JournaledLog.open(path))
                    .withMessageContaining("is damaged at offset");
        }
        Files.write(path, whole);
        assertThat(last(path)).isEqualTo(MessageSamples.id(1, 2));
    }

    @Test
    void openingWritesTheJournalAnew() throws IOException {
        Path path = directory.resolve("long");
        try (JournaledLog log = JournaledLog.open(path)) {
            for (long index = 1; index <= 500; index++) {
                log.write(List.of(append(index)));
            }
            log.write(List.of(new GroupWrite.Compact(MessageSamples.genesis(1), MessageSamples.id(1, 499))));
        }
        long before = Files.size(path);
        assertThat(last(path)).isEqualTo(MessageSamples.id(1, 500));
        assertThat(Files.size(path)).isLessThan(before / 50);
    }
}
