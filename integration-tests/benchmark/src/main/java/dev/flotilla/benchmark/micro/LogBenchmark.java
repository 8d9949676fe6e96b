package dev.flotilla.benchmark.micro;

import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.storage.DataDirectory;
import dev.flotilla.raft.storage.LogKind;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.raft.storage.log.NodeLog;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A round that appends entries to a log: it ends when they are durable. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LogBenchmark {
    private static final HardState HARD_STATE = new HardState(Samples.TERM, Samples.PEERS.get(0));

    @Param({"SEGMENTS", "H2"})
    public LogKind log;

    @Param({"1", "256"})
    public int entries;

    private List<Bytes> payloads;
    private Path directory;
    private DataDirectory data;
    private LogStorage storage;
    private long lastIndex;

    @Setup
    public void open() throws IOException {
        payloads = Samples.payloads(entries);
        directory = Files.createTempDirectory(Path.of(System.getProperty("benchmark.micro.directory")), "log");
        data = DataDirectory.open(directory.resolve("data"), log);
        storage = NodeLog.open(data);
    }

    @Benchmark
    public void append() throws IOException {
        storage.write(
                List.of(new GroupWrite.Append(Samples.GENESIS, HARD_STATE, Samples.entries(lastIndex + 1, payloads))));
        lastIndex += entries;
    }

    /** As snapshots do, so that the disk does not fill up. */
    @TearDown(Level.Iteration)
    public void compact() throws IOException {
        storage.write(List.of(new GroupWrite.Compact(Samples.GENESIS, new EntryId(Samples.TERM, lastIndex))));
    }

    @TearDown
    public void close() throws IOException {
        long stored =
                storage.read(Samples.GENESIS).orElse(StoredGroup.EMPTY).last().index();
        storage.close();
        data.close();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
        if (stored == 0 || stored != lastIndex) {
            throw new IllegalStateException("the log ends at " + stored + " after appends up to " + lastIndex);
        }
    }
}
