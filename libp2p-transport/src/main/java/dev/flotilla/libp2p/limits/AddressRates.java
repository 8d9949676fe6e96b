package dev.flotilla.libp2p.limits;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One {@link TokenBucket} for each {@link AddressBlock} that came lately. Guarded by who owns it. */
final class AddressRates {
    static final int BLOCKS_MAX = 8192;

    private final double perSecond;
    private final int burst;
    private final Map<ByteBuffer, TokenBucket> buckets = new HashMap<>(); // size <= BLOCKS_MAX

    AddressRates(double perSecond, int burst) {
        this.perSecond = perSecond;
        this.burst = burst;
    }

    /** Whether one more may come now. Where more blocks come than can be told apart, those that are new may not. */
    boolean take(@Nullable ByteBuffer block, long nowNanos) {
        if (block == null) {
            return true;
        }
        TokenBucket bucket = buckets.get(block);
        if (bucket == null) {
            if (buckets.size() >= BLOCKS_MAX) {
                buckets.values().removeIf(idle -> idle.isFull(nowNanos));
            }
            if (buckets.size() >= BLOCKS_MAX) {
                return false;
            }
            bucket = new TokenBucket(perSecond, burst, nowNanos);
            buckets.put(block, bucket);
        }
        return bucket.take(nowNanos);
    }

    /** How many blocks are told apart. */
    int size() {
        return buckets.size();
    }
}
