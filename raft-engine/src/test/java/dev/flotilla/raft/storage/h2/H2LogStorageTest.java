package dev.flotilla.raft.storage.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.LogStorageContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.h2.mvstore.MVStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class H2LogStorageTest extends LogStorageContract {
    private static final GenesisId A = MessageSamples.genesis(1);

    @TempDir
    Path directory = Path.of("set by JUnit");

    @Override
    protected LogStorage open() throws IOException {
        return H2LogStorage.open(directory.resolve("log"));
    }

    @Override
    protected boolean isDurable() {
        return true;
    }

    private static GroupWrite append(long index, int payloadBytes) {
        return new GroupWrite.Append(
                A, new HardState(1, null), List.of(MessageSamples.entry(1, index, "x".repeat(payloadBytes))));
    }

    @Test
    void isOneFile() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(directory.resolve("log"));
        }
    }

    @Test
    void aSecondOpeningIsRefused() {
        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessage("log " + directory.resolve("log") + " is in use by another process");
    }

    @Test
    void theFileStaysBoundedWhileTheLogIsCompacted() throws IOException {
        Path path = directory.resolve("bounded");
        List<Long> sizes = new ArrayList<>();
        try (H2LogStorage storage = H2LogStorage.open(path)) {
            for (long index = 1; index <= 1_000; index++) {
                storage.write(List.of(append(index, 2_000)));
                if (index % 100 == 0) {
                    storage.write(List.of(new GroupWrite.Compact(A, MessageSamples.id(1, index - 50))));
                    sizes.add(Files.size(path) >> 10);
                }
            }
        }
        assertThat(sizes).as("KiB after each 100 rounds").allSatisfy(kib -> assertThat(kib)
                .isLessThan(8 << 10));
    }

    @Test
    void aNewerFormatIsRefused() throws IOException {
        Path path = directory.resolve("newer");
        H2LogStorage.open(path).close();
        MVStore store = new MVStore.Builder()
                .fileName(ChunkGuardPath.guarded(path.toString()))
                .open();
        store.setStoreVersion(H2File.FORMAT + 1);
        store.commit();
        store.close();
        assertThatThrownBy(() -> H2LogStorage.open(path))
                .isInstanceOf(IOException.class)
                .hasMessage("log " + path
                        + " has format 3, which this version does not know (it knows up to 2): use a newer one");
    }

    @Test
    void somethingElseUnderTheNameIsRefusedAndKept() throws IOException {
        Path path = directory.resolve("other");
        byte[] content = "this is no log at all\n".repeat(1000).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Files.write(path, content);
        assertThatThrownBy(() -> H2LogStorage.open(path))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("log " + path + " is damaged or cannot be read: ");
        assertThat(Files.readAllBytes(path)).isEqualTo(content);
    }
}
