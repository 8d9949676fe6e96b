package org.example;

import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorageContract;
import dev.flotilla.raft.storage.h2.H2LogStorage;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class TheirLogTest extends LogStorageContract {
    @TempDir
    Path directory;

    @Override
    protected LogStorage open() throws IOException {
        return H2LogStorage.open(directory.resolve("log.mv"));
    }

    @Override
    protected boolean isDurable() {
        return true;
    }
}
