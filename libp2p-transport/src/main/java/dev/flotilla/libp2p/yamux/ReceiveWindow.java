package dev.flotilla.libp2p.yamux;

/**
 * What the peer may still send on one stream (libp2p spec, yamux, flow control). Credit is given back only for bytes that
 * the application has read, once they make up half the window. A window of which that half was read within four round
 * trips is what limits the sender: it doubles, within the stream's and the connection's bounds, by credit that the peer
 * is told of in the same frame.
 */
final class ReceiveWindow {
    private static final int GROWTH_ROUND_TRIPS = 4;

    private final WindowBudget budget;
    private final RoundTrip roundTrip;
    private final int bytesMax;
    private int size = YamuxConfig.INITIAL_WINDOW_BYTES; // initial <= size <= bytesMax
    private long left = YamuxConfig.INITIAL_WINDOW_BYTES; // 0 <= left <= size; what the peer may send
    private long read; // 0 <= read, read + left <= size; bytes read that no credit was given for
    private long creditNanos; // when credit was given last
    private boolean closed;

    ReceiveWindow(WindowBudget budget, RoundTrip roundTrip, int bytesMax) {
        this.budget = budget;
        this.roundTrip = roundTrip;
        this.bytesMax = bytesMax;
        this.creditNanos = roundTrip.now();
        budget.opened();
    }

    /** Whether the peer may send {@code bytes}; takes them off the window if so. */
    boolean take(long bytes) {
        if (bytes > left) {
            return false;
        }
        left -= bytes;
        return true;
    }

    /** The application has read {@code bytes}: the credit to give now, or 0. */
    long onRead(long bytes) {
        read += bytes;
        if (read >= size / 8) {
            roundTrip.refresh(); // so that it is known when it is needed
        }
        if (read < size / 2) {
            return 0;
        }
        long now = roundTrip.now();
        int growth = 0;
        if (now - creditNanos < GROWTH_ROUND_TRIPS * roundTrip.nanos()) {
            growth = budget.grow(Math.min(size, bytesMax - size));
        }
        creditNanos = now;
        size += growth;
        long credit = read + growth;
        read = 0;
        left += credit;
        return credit;
    }

    int size() {
        return size;
    }

    /** Gives the window back to the connection. */
    void close() {
        if (!closed) {
            closed = true;
            budget.closed(size);
        }
    }
}
