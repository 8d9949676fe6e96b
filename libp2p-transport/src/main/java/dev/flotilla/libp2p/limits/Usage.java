package dev.flotilla.libp2p.limits;

/** How many of something there are. Guarded by who owns it. */
final class Usage {
    private int inbound; // 0 <= inbound
    private int outbound; // 0 <= outbound

    /** Whether one more fits into {@code limit}. */
    boolean fits(Limit limit, boolean isInbound) {
        return (isInbound ? inbound < limit.inboundMax() : outbound < limit.outboundMax())
                && inbound + outbound < limit.max();
    }

    void enter(boolean isInbound) {
        if (isInbound) {
            inbound++;
        } else {
            outbound++;
        }
    }

    void leave(boolean isInbound) {
        if (isInbound) {
            inbound--;
        } else {
            outbound--;
        }
    }

    int inbound() {
        return inbound;
    }

    int count() {
        return inbound + outbound;
    }
}
