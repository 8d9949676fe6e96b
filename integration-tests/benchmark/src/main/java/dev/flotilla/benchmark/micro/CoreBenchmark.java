package dev.flotilla.benchmark.micro;

import dev.flotilla.raft.message.Command;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A leader's core: from commands that are proposed at once until they are agreed on and applied. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class CoreBenchmark {
    @Param({"1", "64"})
    public int commands;

    private final AnsweredLeader leader = new AnsweredLeader();
    private final long firstIndex = leader.appliedIndex() + 1;
    private List<Command> proposed;

    /** Counted beside the rounds. */
    @State(Scope.Thread)
    @AuxCounters
    public static class Steps {
        public long steps;
    }

    @Setup
    public void prepare() {
        proposed = LongStream.range(0, commands).mapToObj(Samples::command).toList();
    }

    @Benchmark
    public void agree(Steps counted) {
        long before = leader.steps();
        leader.agreeOn(proposed);
        counted.steps += leader.steps() - before;
    }

    @TearDown
    public void check() {
        long applied = leader.appliedIndex() + 1 - firstIndex;
        if (applied == 0 || applied != leader.appended()) {
            throw new IllegalStateException(leader.appended() + " commands appended, but " + applied + " applied");
        }
    }
}
