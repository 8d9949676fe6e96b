package dev.flotilla.libp2p.yamux;

/** What all receive windows of one connection may grow by. */
final class WindowBudget {
    private long left; // 0 <= left

    WindowBudget(long bytes) {
        this.left = bytes;
    }

    /** Takes {@code wanted} bytes, or what is left. */
    int take(int wanted) {
        int taken = (int) Math.min(wanted, left);
        left -= taken;
        return taken;
    }

    void giveBack(int bytes) {
        left += bytes;
    }
}
