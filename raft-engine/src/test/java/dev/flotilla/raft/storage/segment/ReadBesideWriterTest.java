package dev.flotilla.raft.storage.segment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.storage.FileDisk;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Entries are moved and segments removed while others read them. */
@Timeout(120)
class ReadBesideWriterTest {
    private static final GenesisId QUIET = MessageSamples.genesis(1);
    private static final GenesisId BUSY = MessageSamples.genesis(2);
    private static final HardState HARD_STATE = new HardState(1, null);
    private static final int SEGMENT_BYTES = 8 << 10;

    @TempDir
    Path directory = Path.of("set by JUnit");

    @Test
    void readersSeeWhatWasWrittenWhereverItIs() throws Exception {
        List<Entry> quiet = new ArrayList<>();
        for (int index = 1; index <= 30; index++) {
            quiet.add(MessageSamples.entry(1, index, "quiet " + index));
        }
        Path path = directory.resolve("log");
        AtomicBoolean done = new AtomicBoolean();
        try (LogStorage storage = SegmentedLogStorage.open(new FileDisk(), path, SEGMENT_BYTES, Runnable::run)) {
            storage.write(List.of(new GroupWrite.Append(QUIET, HARD_STATE, quiet)));
            List<CompletableFuture<Integer>> readers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                readers.add(CompletableFuture.supplyAsync(() -> read(storage, quiet, done)));
            }
            for (int index = 1; index <= 1500; index++) {
                Entry entry = MessageSamples.entry(1, index, "busy " + index);
                storage.write(List.of(
                        new GroupWrite.Append(BUSY, HARD_STATE, List.of(entry)),
                        new GroupWrite.Compact(BUSY, new EntryId(1, index))));
            }
            done.set(true);
            for (CompletableFuture<Integer> reader : readers) {
                assertThat(reader.get()).isPositive();
            }
            assertThat(path.resolve("0000000000000001.seg")).doesNotExist();
        }
    }

    private static int read(LogStorage storage, List<Entry> quiet, AtomicBoolean done) {
        int reads = 0;
        try {
            do {
                assertThat(storage.entries(QUIET, 1, 31, 1 << 20)).isEqualTo(quiet);
                reads++;
            } while (!done.get());
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
        return reads;
    }
}
