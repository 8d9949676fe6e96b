package dev.flotilla.libp2p.yamux;

/**
 * What the peer may still send on one stream. Credit is given back for bytes that the application has read, once they
 * make up half the window; the window then doubles within the stream's and the connection's bounds, and only by credit
 * that the peer is told of (libp2p spec, yamux, flow control).
 */
final class ReceiveWindow {
    private final WindowBudget budget;
    private final int bytesMax;
    private int size = YamuxConfig.INITIAL_WINDOW_BYTES; // initial <= size <= bytesMax
    private long left = YamuxConfig.INITIAL_WINDOW_BYTES; // 0 <= left <= size; what the peer may send
    private long read; // 0 <= read; bytes read that no credit was given for

    ReceiveWindow(WindowBudget budget, int bytesMax) {
        this.budget = budget;
        this.bytesMax = bytesMax;
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
        if (read < size / 2) {
            return 0;
        }
        int growth = budget.take(Math.min(size, bytesMax - size));
        size += growth;
        long credit = read + growth;
        read = 0;
        left += credit;
        return credit;
    }

    /** Gives the growth back to the connection. */
    void close() {
        budget.giveBack(size - YamuxConfig.INITIAL_WINDOW_BYTES);
        size = YamuxConfig.INITIAL_WINDOW_BYTES;
    }
}
