package dev.flotilla.benchmark.micro;

import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.transport.Bytes;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One command as an entry has it: made by the leader, and read by each member that applies it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CommandBenchmark {
    private Command command;
    private Bytes payload;

    @Setup
    public void prepare() throws MalformedMessageException {
        command = Samples.command(1);
        payload = encode();
        if (!decode().equals(command)) {
            throw new IllegalStateException("the payload of " + command + " is read as " + decode());
        }
    }

    @Benchmark
    public Bytes encode() {
        return EntryCodec.encodeCommand(command);
    }

    @Benchmark
    public Command decode() throws MalformedMessageException {
        return EntryCodec.decodeCommand(payload);
    }
}
