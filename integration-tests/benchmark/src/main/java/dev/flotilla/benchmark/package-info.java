/**
 * Flotilla beside other Raft libraries for the JVM: the same work, on the same machine, within one run.
 *
 * <p>{@link dev.flotilla.benchmark.RaftBenchmark} starts three {@link dev.flotilla.benchmark.BenchmarkPeer}s of one
 * {@link dev.flotilla.benchmark.Contender} after the other, each a process of its own with its data on disk, gives them
 * work line by line, and reads from the kernel what it cost. It tests nothing but that all three peers applied the same.
 */
@NullMarked
package dev.flotilla.benchmark;

import org.jspecify.annotations.NullMarked;
