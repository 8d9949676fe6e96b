package dev.flotilla.libp2p.gating;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/** The IP addresses that one host in the Internet can have, and be reached at from all of it. */
public final class PublicInternet {
    private static final Subnet IP6_GLOBAL = Subnet.parse("2000::/3");

    /** What is in nobody's Internet, or leads to IPv4 addresses that nobody looked at (IANA special-purpose registries). */
    private static final List<Subnet> SPECIAL = Stream.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.88.99.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/3",
                    "2001::/23",
                    "2001:db8::/32",
                    "2002::/16",
                    "3fff::/20")
            .map(Subnet::parse)
            .toList();

    private PublicInternet() {}

    public static boolean contains(InetAddress ip) {
        return (ip instanceof Inet4Address || IP6_GLOBAL.contains(ip))
                && SPECIAL.stream().noneMatch(subnet -> subnet.contains(ip));
    }
}
