package dev.flotilla.raft.storage.segment;

import static dev.flotilla.raft.storage.RandomRounds.inMemory;
import static dev.flotilla.raft.storage.RandomRounds.last;
import static dev.flotilla.raft.storage.RandomRounds.round;
import static dev.flotilla.raft.storage.RandomRounds.sameAs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** A log under test, and what it must hold: everything acknowledged, perhaps what was attempted last. */
final class SegmentLife {
    static final Path LOG = Path.of("/data/log");
    static final int SEGMENT_BYTES = 12 << 10;
    static final int LARGE_BYTES = 3_000;
    static final int ROUNDS = 25;

    final Random random;
    final SimulatedDisk disk;
    InMemoryLogStorage acknowledged = new InMemoryLogStorage();
    InMemoryLogStorage attempted = acknowledged;
    int number;

    SegmentLife(long seed) {
        random = new Random(seed);
        disk = new SimulatedDisk(random);
    }

    static LogStorage open(SimulatedDisk disk) throws IOException {
        return SegmentedLogStorage.open(disk, LOG, SEGMENT_BYTES, Runnable::run);
    }

    /** Opens the log, checks it, writes and closes it; throws what the disk throws. */
    void run(int rounds) throws IOException {
        LogStorage storage = open(disk);
        check(storage);
        for (int i = 0; i < rounds; i++) {
            List<GroupWrite> round = round(random, ++number, acknowledged, LARGE_BYTES);
            attempted = inMemory(acknowledged);
            attempted.write(round);
            storage.write(round);
            acknowledged = attempted;
        }
        storage.close();
    }

    void check(LogStorage storage) throws IOException {
        if (!sameAs(acknowledged, storage)) {
            assertThat(sameAs(attempted, storage))
                    .as("round %s or %s, not %s", last(acknowledged), last(attempted), last(storage))
                    .isTrue();
            acknowledged = attempted;
        }
        attempted = acknowledged;
    }
}
