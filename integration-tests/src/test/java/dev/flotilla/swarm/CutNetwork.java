package dev.flotilla.swarm;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network of its own for a few peers, made of network namespaces, in which ways can be cut: packets then vanish, and
 * neither side is told. Each peer has one more address, on a link between its namespace and this process, for the
 * tests' own requests, which nothing cuts. Needs root and the command {@code ip}.
 */
final class CutNetwork implements AutoCloseable {
    private static final String NOWHERE = "02:00:00:00:00:99"; // a hardware address that nobody has

    private static final AtomicInteger MADE = new AtomicInteger();
    private static final int NETWORKS = 16; // that have addresses of their own
    private static final int PEERS_MAX = 4;

    private final int number = MADE.getAndIncrement() % NETWORKS;
    private final String prefix = "fl" + ProcessHandle.current().pid() % 100_000 + "x" + number;
    private final String hub = prefix + "h";
    private final int size;

    private CutNetwork(int size) {
        this.size = size;
    }

    /** A network for peers 1 to {@code size}; skips the test where none can be made. */
    static CutNetwork of(int size) throws IOException {
        CutNetwork network = new CutNetwork(size);
        boolean isPossible = tries("ip", "netns", "add", network.hub);
        assumeTrue(isPossible, "skipped: network namespaces need root and the command ip (Debian: iproute2)");
        try {
            network.build();
            return network;
        } catch (IOException | AssertionError e) {
            network.close();
            throw e;
        }
    }

    private void build() throws IOException {
        ip("-n", hub, "link", "add", "bridge0", "type", "bridge");
        ip("-n", hub, "link", "set", "bridge0", "up");
        for (int i = 1; i <= size; i++) {
            String space = space(i);
            ip("netns", "add", space);
            ip("-n", space, "link", "set", "lo", "up");
            ip("-n", space, "link", "add", "swarm", "type", "veth", "peer", "name", "p" + i, "netns", hub);
            ip("-n", hub, "link", "set", "p" + i, "master", "bridge0", "up");
            ip("-n", space, "address", "add", swarmAddress(i) + "/24", "dev", "swarm");
            ip("-n", space, "link", "set", "swarm", "up");
            ip("link", "add", control(i), "type", "veth", "peer", "name", "control", "netns", space);
            ip("address", "add", controlAddress(i, 1) + "/30", "dev", control(i));
            ip("link", "set", control(i), "up");
            ip("-n", space, "address", "add", controlAddress(i, 2) + "/30", "dev", "control");
            ip("-n", space, "link", "set", "control", "up");
        }
    }

    private String space(int peer) {
        return prefix + "n" + peer;
    }

    private String control(int peer) {
        return prefix + "c" + peer;
    }

    private static String swarmAddress(int peer) {
        return "198.51.100." + peer;
    }

    /** On the link between this process, which is side 1, and the peer, which is side 2. */
    private String controlAddress(int peer, int side) {
        return "198.18.7." + (4 * (PEERS_MAX * number + peer - 1) + side);
    }

    /** The peer of that number, which listens in its namespace; this process reaches it at its first address. */
    PeerProcess peer(int peer, Path directory) {
        return new PeerProcess(
                directory,
                List.of("ip", "netns", "exec", space(peer)),
                List.of("/ip4/" + controlAddress(peer, 2) + "/tcp/0", "/ip4/" + swarmAddress(peer) + "/tcp/0"));
    }

    /** From now on what {@code from} sends to {@code to} is lost; not the other way. */
    void cut(int from, int to) throws IOException {
        ip("-n", space(from), "neighbour", "replace", swarmAddress(to), "lladdr", NOWHERE, "dev", "swarm");
    }

    void cutBothWays(int one, int other) throws IOException {
        cut(one, other);
        cut(other, one);
    }

    /** Nothing is cut any more. */
    void heal() throws IOException {
        for (int i = 1; i <= size; i++) {
            ip("-n", space(i), "neighbour", "flush", "dev", "swarm", "nud", "permanent");
        }
    }

    private static void ip(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(Arrays.asList(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said.strip());
        }
    }

    private static boolean tries(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getInputStream().readAllBytes();
            return process.onExit().join().exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        for (int i = 1; i <= size; i++) {
            tries("ip", "link", "del", control(i));
            tries("ip", "netns", "del", space(i));
        }
        tries("ip", "netns", "del", hub);
    }
}
