package dev.flotilla.raft.storage.segment;

import dev.flotilla.raft.storage.FileDisk;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorageContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SegmentedLogStorageTest extends LogStorageContract {
    private static final int SEGMENT_BYTES = 16 << 10;

    @TempDir
    Path directory = Path.of("set by JUnit");

    @Override
    protected LogStorage open() throws IOException {
        return SegmentedLogStorage.open(new FileDisk(), directory.resolve("log"), SEGMENT_BYTES, Runnable::run);
    }

    @Override
    protected boolean isDurable() {
        return true;
    }
}
