package dev.flotilla.raft.swarm;

import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.segment.SegmentedLogStorage;
import java.io.IOException;
import java.nio.file.Path;

/** The same on the segmented log. */
class SegmentsRestartTest extends RestartTest {
    @Override
    LogStorage openLog(Path path) throws IOException {
        return SegmentedLogStorage.open(path);
    }
}
