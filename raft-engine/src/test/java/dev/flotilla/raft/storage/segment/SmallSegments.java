package dev.flotilla.raft.storage.segment;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;

/** A log that soon has segments to clean: a quiet group keeps the old ones alive, and a busy one fills new ones. */
final class SmallSegments {
    static final Path LOG = Path.of("/data/log");
    static final int SEGMENT_BYTES = 16 << 10;
    static final GenesisId QUIET = MessageSamples.genesis(1);
    static final GenesisId BUSY = MessageSamples.genesis(2);
    static final HardState HARD_STATE = new HardState(7, MessageSamples.peer(1));

    final SimulatedDisk disk = new SimulatedDisk(new Random(1));

    LogStorage open() throws IOException {
        return open(Runnable::run);
    }

    LogStorage open(Executor aside) throws IOException {
        return SegmentedLogStorage.open(disk, LOG, SEGMENT_BYTES, aside);
    }

    static Entry entry(long index) {
        return MessageSamples.entry(7, index, "entry " + index + " of some length, so that segments fill up");
    }

    static void append(LogStorage storage, GenesisId genesis, long from, long to) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (long index = from; index <= to; index++) {
            entries.add(entry(index));
        }
        storage.write(List.of(new GroupWrite.Append(genesis, HARD_STATE, entries)));
    }

    /** Appends and compacts until everything that was there before was moved several times. */
    static void churn(LogStorage storage, long from, long to) throws IOException {
        churn(storage, from, to, () -> {});
    }

    interface Check {
        void run() throws IOException;
    }

    /** The same, with a look at it after each append. */
    static void churn(LogStorage storage, long from, long to, Check check) throws IOException {
        for (long index = from; index <= to; index++) {
            append(storage, BUSY, index, index);
            check.run();
            if (index % 10 == 0) {
                storage.write(List.of(new GroupWrite.Compact(BUSY, new EntryId(7, index - 5))));
            }
        }
    }

    ByteBuffer content(Path file) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(disk.size(file));
        disk.open(file).read(content, 0);
        return content;
    }
}
