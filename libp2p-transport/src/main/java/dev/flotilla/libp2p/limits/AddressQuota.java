package dev.flotilla.libp2p.limits;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What each {@link AddressBlock} holds of something, so that none can have it all. Guarded by who owns it. */
final class AddressQuota {
    private final int max;
    private final Map<ByteBuffer, Integer> held = new HashMap<>(); // no zeros

    AddressQuota(int max) {
        this.max = max;
    }

    int max() {
        return max;
    }

    /** Whether there is room for one more; always for what is not counted. */
    boolean fits(@Nullable ByteBuffer block) {
        return block == null || held.getOrDefault(block, 0) < max;
    }

    void enter(@Nullable ByteBuffer block) {
        if (block != null) {
            held.merge(block, 1, Integer::sum);
        }
    }

    /** Gives back what one {@link #enter} took. */
    void leave(@Nullable ByteBuffer block) {
        if (block != null) {
            held.computeIfPresent(block, (key, count) -> count == 1 ? null : count - 1);
        }
    }

    /** How many blocks hold something. */
    int size() {
        return held.size();
    }
}
