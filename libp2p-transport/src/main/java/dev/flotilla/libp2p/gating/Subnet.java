package dev.flotilla.libp2p.gating;

import dev.flotilla.libp2p.Multiaddr;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * The IP addresses whose first bits are the same, such as {@code 10.0.0.0/8} and {@code 2001:db8::/32}.
 *
 * @param first the one whose other bits are all 0
 * @param prefixBits how many bits are the same
 */
public record Subnet(InetAddress first, int prefixBits) {
    /** @throws IllegalArgumentException if there are not so many bits, or others are set */
    public Subnet {
        byte[] bytes = first.getAddress();
        if (prefixBits < 0 || prefixBits > bytes.length * Byte.SIZE) {
            throw new IllegalArgumentException("a subnet of " + first.getHostAddress() + " has a prefix of 0 to "
                    + bytes.length * Byte.SIZE + " bits, not " + prefixBits);
        }
        if (!Arrays.equals(bytes, masked(bytes, prefixBits))) {
            throw new IllegalArgumentException("not a subnet: " + first.getHostAddress() + "/" + prefixBits
                    + " has bits behind its prefix; the subnet that it lies in is " + text(bytes, prefixBits));
        }
    }

    /**
     * Reads {@code ADDRESS/BITS}, or an address alone.
     *
     * @throws IllegalArgumentException if it is neither
     */
    public static Subnet parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = address(slash < 0 ? text : text.substring(0, slash), text);
        int bits = address.getAddress().length * Byte.SIZE;
        return new Subnet(address, slash < 0 ? bits : bits(text.substring(slash + 1), text));
    }

    /** The one that {@code address} lies in. */
    public static Subnet around(InetAddress address, int prefixBits) {
        try {
            return new Subnet(InetAddress.getByAddress(masked(address.getAddress(), prefixBits)), prefixBits);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of a wrong length: " + address, e);
        }
    }

    private static InetAddress address(String literal, String text) {
        try {
            Multiaddr parsed = Multiaddr.parse((literal.indexOf(':') < 0 ? "/ip4/" : "/ip6/") + literal);
            return parsed.ipAddress().orElseThrow(); // not InetAddress.getByName: that looks up names
        } catch (IllegalArgumentException e) {
            throw notASubnet(text, e);
        }
    }

    private static int bits(String digits, String text) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw notASubnet(text, e);
        }
    }

    private static IllegalArgumentException notASubnet(String text, Throwable cause) {
        return new IllegalArgumentException(
                "not a subnet: '" + text + "'; examples: 10.0.0.0/8, 192.0.2.7, 2001:db8::/32", cause);
    }

    public boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == first.getAddress().length
                && Arrays.equals(masked(bytes, prefixBits), first.getAddress());
    }

    private static byte[] masked(byte[] bytes, int prefixBits) {
        byte[] masked = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            int bits = Math.max(0, Math.min(Byte.SIZE, prefixBits - i * Byte.SIZE));
            masked[i] = (byte) (bytes[i] & (0xff00 >> bits));
        }
        return masked;
    }

    private static String text(byte[] bytes, int prefixBits) {
        try {
            return InetAddress.getByAddress(masked(bytes, prefixBits)).getHostAddress() + "/" + prefixBits;
        } catch (UnknownHostException e) {
            throw new AssertionError("an address of " + bytes.length + " bytes", e);
        }
    }

    @Override
    public String toString() {
        return first.getHostAddress() + "/" + prefixBits;
    }
}
