/**
 * What a node counts, times and measures, for whatever library an application keeps its numbers in.
 * {@link dev.flotilla.raft.metrics.Metric} is the one table of what there is;
 * {@link dev.flotilla.raft.metrics.Metrics} is what an application implements to have it;
 * {@link dev.flotilla.raft.metrics.InMemoryMetrics} keeps it in memory, to be looked at.
 *
 * <p>Meters are made once, when a node starts or a group opens, and are then given samples, for which nothing is looked up
 * and nothing allocated. A group has meters of its own only if the application asks for that; all others share those of the
 * node, so that ten thousand idle groups cost no more than one.
 */
@NullMarked
package dev.flotilla.raft.metrics;

import org.jspecify.annotations.NullMarked;
