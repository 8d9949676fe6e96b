package dev.flotilla.benchmark.micro;

import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.Envelope;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.message.MessageCodec;
import dev.flotilla.raft.message.RaftMessage.AppendEntries;
import dev.flotilla.transport.Bytes;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One frame with entries for a follower: made by the leader, and read by the follower. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FrameBenchmark {
    private static final long PREV_INDEX = 1_000_000;

    @Param({"1", "64"})
    public int entries;

    private Envelope envelope;
    private Bytes frame;

    @Setup
    public void prepare() throws MalformedMessageException {
        AppendEntries append = new AppendEntries(
                Samples.TERM,
                1,
                new EntryId(Samples.TERM, PREV_INDEX),
                Samples.entries(PREV_INDEX + 1, Samples.payloads(entries)),
                PREV_INDEX);
        envelope = new Envelope(
                Samples.store(Samples.PEERS.get(0)),
                1,
                FeatureLevel.NEWEST,
                List.of(new Envelope.Addressed(Samples.GENESIS, append)));
        frame = encode();
        if (!decode().equals(envelope)) {
            throw new IllegalStateException("the frame of " + envelope + " is read as " + decode());
        }
    }

    @Benchmark
    public Bytes encode() {
        return MessageCodec.encode(envelope);
    }

    @Benchmark
    public Envelope decode() throws MalformedMessageException {
        return MessageCodec.decode(frame);
    }
}
