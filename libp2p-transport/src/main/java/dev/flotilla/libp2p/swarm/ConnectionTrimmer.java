package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.HostCounters;
import dev.flotilla.libp2p.limits.ConnectionLimits;
import dev.flotilla.libp2p.limits.PeerTags;
import dev.flotilla.libp2p.limits.StreamSlots;
import dev.flotilla.libp2p.muxer.ErrorCode;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes connections of peers that nobody protects when there are too many: those of the least worth first, then those
 * without streams, then inbound ones, then the oldest (go-libp2p's connection manager). Thread-safe.
 */
final class ConnectionTrimmer {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionTrimmer.class);
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1); // closing takes its time, and so does sorting

    private final ConnectionTable table;
    private final ConnectionLimits limits;
    private final PeerTags tags;
    private final StreamSlots streams;
    private final HostCounters counters;
    private final LongSupplier nanoClock;
    private boolean trimmed; // guarded by this
    private long trimmedNanos; // guarded by this

    ConnectionTrimmer(
            ConnectionTable table,
            ConnectionLimits limits,
            PeerTags tags,
            StreamSlots streams,
            HostCounters counters,
            LongSupplier nanoClock) {
        this.table = table;
        this.limits = limits;
        this.tags = tags;
        this.streams = streams;
        this.counters = counters;
        this.nanoClock = nanoClock;
    }

    /** A connection as it is now, for an order that does not change under way. */
    private record Candidate(SwarmConnection connection, long value, int streams, long ageNanos) {
        private static final Comparator<Candidate> LEAST_WORTH_FIRST = Comparator.comparingLong(Candidate::value)
                .thenComparingInt(Candidate::streams)
                .thenComparing(candidate -> candidate.connection.direction() == Direction.OUTBOUND)
                .thenComparing(Comparator.comparingLong(Candidate::ageNanos).reversed());
    }

    /**
     * There are {@code count} connections, {@code inbound} of which others began: beyond a high water mark those that are
     * old enough go, down to the low. Inbound ones have marks of their own, for they reach their limit first.
     */
    void onCount(int count, int inbound) {
        long grace = limits.grace().toNanos();
        if (count > limits.highWater() && isTime()) {
            close(count - limits.lowWater(), grace, false);
        } else if (inbound > limits.inboundHighWater() && isTime()) {
            close(inbound - limits.inboundLowWater(), grace, true);
        }
    }

    private synchronized boolean isTime() {
        long now = nanoClock.getAsLong();
        if (trimmed && now - trimmedNanos < PAUSE_NANOS) {
            return false;
        }
        trimmed = true;
        trimmedNanos = now;
        return true;
    }

    /** Closes {@code wanted} connections, however young, if so many are not protected. */
    void makeRoom(int wanted) {
        close(wanted, 0, false);
    }

    private void close(int wanted, long ageNanosMin, boolean inboundOnly) {
        long now = nanoClock.getAsLong();
        List<SwarmConnection> counted = table.all().stream()
                .filter(connection -> !inboundOnly || connection.direction() == Direction.INBOUND)
                .toList();
        long closing = counted.stream()
                .filter(connection -> !connection.isOpen())
                .count(); // they still count, and make room soon
        List<Candidate> victims = counted.stream()
                .filter(connection -> connection.isOpen() && !tags.isProtected(connection.remotePeerId()))
                .map(connection -> new Candidate(
                        connection,
                        tags.value(connection.remotePeerId()),
                        streams.count(connection.remotePeerId()),
                        now - connection.openedNanos()))
                .filter(candidate -> candidate.ageNanos() >= ageNanosMin)
                .sorted(Candidate.LEAST_WORTH_FIRST)
                .limit(Math.max(0, wanted - closing))
                .toList();
        victims.forEach(victim -> {
            counters.count(HostCounters.Event.TRIMMED);
            victim.connection().close(ErrorCode.GARBAGE_COLLECTED);
        });
        LOG.debug("closed {} of {} connections to make room", victims.size(), wanted);
    }
}
