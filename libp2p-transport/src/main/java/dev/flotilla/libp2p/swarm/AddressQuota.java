package dev.flotilla.libp2p.swarm;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What each remote address holds of something, so that one machine cannot have it all. IPv6 addresses count by their
 * first 64 bits, of which one machine may have all the rest; loopback is not counted. Thread-safe.
 */
final class AddressQuota {
    private static final int IP6_PREFIX_BYTES = 8;

    private final int perAddressMax;
    private final Map<ByteBuffer, Integer> held = new HashMap<>(); // guarded by this; no zeros

    AddressQuota(int perAddressMax) {
        this.perAddressMax = perAddressMax;
    }

    /** Whether there is room for one more of {@code remote}, which is then taken until {@link #leave}. */
    synchronized boolean enter(@Nullable InetAddress remote) {
        ByteBuffer key = key(remote);
        if (key == null) {
            return true;
        }
        int before = held.getOrDefault(key, 0);
        if (before >= perAddressMax) {
            return false;
        }
        held.put(key, before + 1);
        return true;
    }

    /** Gives back what one {@link #enter} took. */
    synchronized void leave(@Nullable InetAddress remote) {
        ByteBuffer key = key(remote);
        if (key != null) {
            held.computeIfPresent(key, (address, count) -> count == 1 ? null : count - 1);
        }
    }

    /** How many addresses hold something. */
    synchronized int size() {
        return held.size();
    }

    /** Null for what is not counted. */
    private static @Nullable ByteBuffer key(@Nullable InetAddress address) {
        if (address == null || address.isLoopbackAddress()) {
            return null;
        }
        byte[] bytes = address.getAddress();
        return ByteBuffer.wrap(address instanceof Inet6Address ? Arrays.copyOf(bytes, IP6_PREFIX_BYTES) : bytes);
    }
}
