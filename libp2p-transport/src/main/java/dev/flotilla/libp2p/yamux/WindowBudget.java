package dev.flotilla.libp2p.yamux;

/**
 * What the receive windows of one connection add up to. The spec lets every stream begin with 256 KiB; windows grow only
 * while all of them together stay within the budget, so that what a peer may send at most is bounded and known.
 */
final class WindowBudget {
    private final long bytesMax;
    private long granted; // 0 <= granted; may exceed bytesMax by the initial windows of many streams

    WindowBudget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** A stream begins, with the window that no setting changes. */
    void opened() {
        granted += YamuxConfig.INITIAL_WINDOW_BYTES;
    }

    /** Takes {@code wanted} bytes, or what is left. */
    int grow(int wanted) {
        int growth = (int) Math.max(0, Math.min(wanted, bytesMax - granted));
        granted += growth;
        return growth;
    }

    /** A stream has ended whose window was {@code size}. */
    void closed(int size) {
        granted -= size;
    }

    /** What the peer may send at most before anything is read. */
    long granted() {
        return granted;
    }
}
