package dev.flotilla.libp2p.limits;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The addresses that one machine, or one household, has: by them, and not by single addresses, remotes are counted. */
final class AddressBlock {
    private static final int IP6_MACHINE_BYTES = 8; // one machine may have all the rest
    private static final int IP6_SUBNET_BYTES = 7; // what providers give to one household

    private AddressBlock() {}

    /** An IPv4 address, or the first 64 bits of an IPv6 address; null for what is not counted, such as loopback. */
    static @Nullable ByteBuffer machine(@Nullable InetAddress address) {
        if (address == null || address.isLoopbackAddress()) {
            return null;
        }
        byte[] bytes = address.getAddress();
        return ByteBuffer.wrap(address instanceof Inet6Address ? Arrays.copyOf(bytes, IP6_MACHINE_BYTES) : bytes);
    }

    /** The first 56 bits of an IPv6 address; null for all others. */
    static @Nullable ByteBuffer subnet(@Nullable InetAddress address) {
        return address instanceof Inet6Address && !address.isLoopbackAddress()
                ? ByteBuffer.wrap(Arrays.copyOf(address.getAddress(), IP6_SUBNET_BYTES))
                : null;
    }
}
