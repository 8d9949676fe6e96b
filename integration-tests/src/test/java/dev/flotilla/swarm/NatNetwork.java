package dev.flotilla.swarm;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * One peer in the open and two behind routers of their own that translate addresses and let nothing in but answers, made
 * of network namespaces. Needs root and the commands {@code ip} and {@code nft}.
 */
final class NatNetwork implements AutoCloseable {
    private static final String ROUTER =
            """
            table ip translation {
              chain out {
                type nat hook postrouting priority 100;
                oifname "wan" masquerade
              }
            }
            table ip guard {
              chain through {
                type filter hook forward priority 0; policy drop;
                ct state established,related accept
                iifname "lan" accept
              }
              chain in {
                type filter hook input priority 0; policy accept;
                iifname "wan" ct state new drop
              }
            }
            """;

    private final Namespaces spaces;
    private final String listen;

    private NatNetwork(Namespaces spaces, String listen) {
        this.spaces = spaces;
        this.listen = listen;
    }

    /**
     * The network; skips the test where none can be made.
     *
     * @param listen where its peers listen, behind their IP address
     */
    static NatNetwork make(String listen) throws IOException {
        NatNetwork network = new NatNetwork(Namespaces.make(), listen);
        try {
            network.build();
            return network;
        } catch (IOException | RuntimeException e) {
            network.close();
            throw e;
        }
    }

    private void build() throws IOException {
        spaces.add("hub");
        assumeTrue(
                spaces.tries("hub", "nft", "list", "ruleset"),
                "skipped: routers need the command nft (Debian: nftables)");
        in("hub", "ip", "link", "add", "bridge0", "type", "bridge");
        in("hub", "ip", "link", "set", "bridge0", "up");
        attach("open", "198.51.100.1");
        for (int i = 1; i <= 2; i++) {
            String router = "router" + i;
            String peer = "peer" + i;
            attach(router, "198.51.100.1" + i);
            spaces.add(peer);
            in(peer, "ip", "link", "add", "lan", "type", "veth", "peer", "name", "lan", "netns", spaces.name(router));
            in(router, "ip", "address", "add", "10.0." + i + ".1/24", "dev", "lan");
            in(router, "ip", "link", "set", "lan", "up");
            in(router, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
            in(peer, "ip", "address", "add", inner(i) + "/24", "dev", "lan");
            in(peer, "ip", "link", "set", "lan", "up");
            in(peer, "ip", "route", "add", "default", "via", "10.0." + i + ".1");
            spaces.inWithInput(router, ROUTER, "nft", "-f", "-");
        }
    }

    /** A namespace with an address that all that are attached reach. */
    private void attach(String name, String address) throws IOException {
        spaces.add(name);
        in(name, "ip", "link", "add", "wan", "type", "veth", "peer", "name", name, "netns", spaces.name("hub"));
        in("hub", "ip", "link", "set", name, "master", "bridge0", "up");
        in(name, "ip", "address", "add", address + "/24", "dev", "wan");
        in(name, "ip", "link", "set", "wan", "up");
    }

    private static String inner(int number) {
        return "10.0." + number + ".2";
    }

    /** The peer in the open. */
    PeerProcess open(Path directory) {
        return peer("open", "198.51.100.1", directory);
    }

    /** The peer behind the router of that number, 1 or 2. */
    PeerProcess behindRouter(int number, Path directory) {
        return peer("peer" + number, inner(number), directory);
    }

    private PeerProcess peer(String name, String address, Path directory) {
        return new PeerProcess(
                directory, spaces.prefixed(name), List.of("/ip4/" + address + "/" + listen, "/ip4/127.0.0.1/tcp/0"));
    }

    private void in(String name, String... command) throws IOException {
        spaces.in(name, command);
    }

    @Override
    public void close() {
        spaces.close();
    }
}
