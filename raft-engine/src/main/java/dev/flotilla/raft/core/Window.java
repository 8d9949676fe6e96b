package dev.flotilla.raft.core;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How much may be in flight to one peer: as much as its link is seen to deliver in twice the shortest time that an answer
 * took, within the bounds of the settings. In half of that the link is just busy; the other half lets the window grow, since
 * a link that is not busy then delivers more, and the window doubles with each round of answers. Once the link is busy more
 * in flight brings nothing but queues, in the sender, the network and the peer's disk, which so stay shorter than one such
 * time (the model of BBR, Cardwell et al. 2016; hashicorp/raft PR 541 is a window that queued 128 appends). Both bytes and
 * messages are bounded, as either may be what a link is slow at.
 *
 * <p>The rate is the best of the last one or two periods; periods in which nobody wanted to send more say nothing and do
 * not count. The shortest time is taken anew every {@link #SHORTEST_AGE_NANOS}: the window drains, and the next request,
 * with nothing before it, measures.
 */
final class Window {
    static final long SHORTEST_AGE_NANOS = 10_000_000_000L;
    private static final long PERIOD_NANOS = 1_000_000_000L;
    private static final int GAIN = 2;
    private static final int MESSAGES_MIN = 2;
    private static final int APPENDS_AT_FIRST = 4;

    /**
     * A request in flight.
     *
     * @param deliveredBytes how many had been delivered when it was sent
     * @param deliveredMessages likewise
     * @param alone whether nothing was in flight before it
     */
    private record Sent(
            long lastIndex, int bytes, long nanos, long deliveredBytes, long deliveredMessages, boolean alone) {}

    /** The best rate of the last one or two periods, per nanosecond. */
    private static final class Rate {
        private double present;
        private double former;

        void saw(double rate) {
            present = Math.max(present, rate);
        }

        void nextPeriod() {
            former = present;
            present = 0;
        }

        double best() {
            return Math.max(present, former);
        }
    }

    private final RaftConfig config;
    private final Deque<Sent> inFlight = new ArrayDeque<>(1); // lastIndex increases
    private long inFlightBytes;
    private long deliveredBytes;
    private long deliveredMessages;
    private final Rate byteRate = new Rate();
    private final Rate messageRate = new Rate();
    private long shortestNanos = Long.MAX_VALUE; // MAX_VALUE before the first answer
    private long shortestAtNanos;
    private long periodStartNanos;
    private boolean wasFull; // in the present period
    private boolean draining;

    Window(RaftConfig config) {
        this.config = config;
    }

    /** How many bytes of entries may be in flight now. */
    long bytesMax() {
        long first = (long) APPENDS_AT_FIRST * config.appendBytesMax();
        long measured = shortestNanos == Long.MAX_VALUE ? first : (long) (GAIN * byteRate.best() * shortestNanos);
        return Math.min(config.windowBytesMax(), Math.max(config.appendBytesMax(), measured));
    }

    /** How many requests may be in flight now. */
    int messagesMax() {
        double measured =
                shortestNanos == Long.MAX_VALUE ? APPENDS_AT_FIRST : GAIN * messageRate.best() * shortestNanos;
        return (int) Math.min(config.windowMessagesMax(), Math.max(MESSAGES_MIN, Math.ceil(measured)));
    }

    /** Whether another request may go out; if not, it is known that there is one. */
    boolean isOpen() {
        boolean isOpen =
                inFlight.isEmpty() || (!draining && inFlight.size() < messagesMax() && inFlightBytes < bytesMax());
        wasFull |= !isOpen;
        return isOpen;
    }

    /** Of entries that were sent and not answered yet. */
    long inFlightBytes() {
        return inFlightBytes;
    }

    /** How many bytes of entries still fit; positive while it {@link #isOpen}. */
    long bytesLeft() {
        return bytesMax() - inFlightBytes;
    }

    boolean isEmpty() {
        return inFlight.isEmpty();
    }

    /** A request with {@code bytes} of entries up to {@code lastIndex} went out. */
    void sent(long lastIndex, int bytes, long nowNanos) {
        inFlight.addLast(new Sent(lastIndex, bytes, nowNanos, deliveredBytes, deliveredMessages, inFlight.isEmpty()));
        inFlightBytes += bytes;
    }

    /** Everything up to {@code index} arrived. Says whether that ends a request in flight. */
    boolean answered(long index, long nowNanos) {
        Sent newest = null;
        while (!inFlight.isEmpty() && inFlight.getFirst().lastIndex() <= index) {
            newest = inFlight.removeFirst();
            inFlightBytes -= newest.bytes();
            deliveredBytes += newest.bytes();
            deliveredMessages++;
        }
        if (newest != null) {
            measure(newest, nowNanos);
        }
        return newest != null;
    }

    private void measure(Sent request, long nowNanos) {
        long tookNanos = Math.max(1, nowNanos - request.nanos());
        boolean isOld = nowNanos - shortestAtNanos >= SHORTEST_AGE_NANOS;
        if (tookNanos <= shortestNanos || (isOld && request.alone())) {
            shortestNanos = tookNanos;
            shortestAtNanos = nowNanos;
            draining = false;
        } else if (isOld) {
            draining = true;
        }
        if (nowNanos - periodStartNanos >= PERIOD_NANOS && wasFull) {
            byteRate.nextPeriod();
            messageRate.nextPeriod();
            periodStartNanos = nowNanos;
            wasFull = false;
        }
        byteRate.saw((double) (deliveredBytes - request.deliveredBytes()) / tookNanos);
        messageRate.saw((double) (deliveredMessages - request.deliveredMessages()) / tookNanos);
    }

    /** What was in flight is given up: it was lost, or its answers were. */
    void clear() {
        inFlight.clear();
        inFlightBytes = 0;
    }
}
