package dev.flotilla.raft.metrics;

import dev.flotilla.raft.message.GenesisId;
import java.util.function.LongSupplier;

/**
 * Binds an engine's numbers to an application's library for them. Each sample goes to one meter alone, so that those of a
 * name may be added up: to that of its group if that has meters of its own, and to that of the node otherwise.
 *
 * <p>Meters are asked for when a node starts and when a group opens, on any thread, and again when the same group opens
 * again. What they are given comes from event loops and storage threads: they must be quick, never block and never throw.
 */
public interface Metrics {
    /** Keeps nothing. */
    Metrics NONE = new Metrics() {
        @Override
        public boolean hasOwnMeters(GenesisId group) {
            return false;
        }

        @Override
        public Counter counter(Metric metric, Scope scope) {
            return count -> {};
        }

        @Override
        public Timer timer(Metric metric, Scope scope) {
            return nanos -> {};
        }

        @Override
        public void gauge(Metric metric, Scope scope, LongSupplier value) {
            // nobody looks
        }

        @Override
        public void remove(Scope scope) {
            // there is nothing
        }
    };

    /** Counts what happens. Thread-safe. */
    interface Counter {
        /** It happened so many times more, at least 0. */
        void add(long count);
    }

    /** Times what happens. Thread-safe. */
    interface Timer {
        /** It happened, and took so long. */
        void record(long nanos);
    }

    /**
     * Whether {@code group}, which opens, gets meters of its own rather than share the node's: some kilobytes of heap,
     * and the metrics that there are of such groups alone.
     */
    boolean hasOwnMeters(GenesisId group);

    /** The meter of a {@link Metric.Kind#COUNTER}. */
    Counter counter(Metric metric, Scope scope);

    /** The meter of a {@link Metric.Kind#TIMER}. */
    Timer timer(Metric metric, Scope scope);

    /** The meter of a {@link Metric.Kind#GAUGE}: {@code value} may be asked at any time, on any thread, cheaply. */
    void gauge(Metric metric, Scope scope, LongSupplier value);

    /** {@code scope} is no more, nor what is within it: a group closed, or has a follower less. */
    void remove(Scope scope);
}
