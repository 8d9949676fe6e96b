package dev.flotilla.swarm;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A network of its own for a few peers, made of network namespaces, in which ways can be cut: packets then vanish, and
 * neither side is told. Each peer has one more address, on a link between its namespace and this process, for the
 * tests' own requests, which nothing cuts.
 */
final class CutNetwork implements AutoCloseable {
    private static final String NOWHERE = "02:00:00:00:00:99"; // a hardware address that nobody has
    private static final String HUB = "hub";

    private final Namespaces spaces;
    private final List<Namespaces.Link> links = new ArrayList<>(); // of the peers

    private CutNetwork(Namespaces spaces) {
        this.spaces = spaces;
    }

    /** A network for peers 1 to {@code size}; skips the test where none can be made. */
    static CutNetwork of(int size) throws IOException {
        CutNetwork network = new CutNetwork(Namespaces.make());
        try {
            network.build(size);
            return network;
        } catch (IOException | RuntimeException e) {
            network.close();
            throw e;
        }
    }

    private void build(int size) throws IOException {
        spaces.add(HUB);
        spaces.in(HUB, "ip", "link", "add", "bridge0", "type", "bridge");
        spaces.in(HUB, "ip", "link", "set", "bridge0", "up");
        String hub = spaces.name(HUB);
        for (int i = 1; i <= size; i++) {
            String space = space(i);
            spaces.add(space);
            spaces.in(space, "ip", "link", "add", "swarm", "type", "veth", "peer", "name", "p" + i, "netns", hub);
            spaces.in(HUB, "ip", "link", "set", "p" + i, "master", "bridge0", "up");
            spaces.in(space, "ip", "address", "add", swarmAddress(i) + "/24", "dev", "swarm");
            spaces.in(space, "ip", "link", "set", "swarm", "up");
            links.add(spaces.link(space));
        }
    }

    private static String space(int peer) {
        return "peer" + peer;
    }

    private static String swarmAddress(int peer) {
        return "198.51.100." + peer;
    }

    /** The peer of that number, which listens in its namespace; this process reaches it at its first address. */
    PeerProcess peer(int peer, Path directory) {
        String reached = links.get(peer - 1).theirs();
        return new PeerProcess(
                directory,
                spaces.prefixed(space(peer)),
                List.of("/ip4/" + reached + "/tcp/0", "/ip4/" + swarmAddress(peer) + "/tcp/0"));
    }

    /** From now on what {@code from} sends to {@code to} is lost; not the other way. */
    void cut(int from, int to) throws IOException {
        String address = swarmAddress(to);
        spaces.in(space(from), "ip", "neighbour", "replace", address, "lladdr", NOWHERE, "dev", "swarm");
    }

    void cutBothWays(int one, int other) throws IOException {
        cut(one, other);
        cut(other, one);
    }

    /** Nothing is cut any more. */
    void heal() throws IOException {
        for (int i = 1; i <= links.size(); i++) {
            spaces.in(space(i), "ip", "neighbour", "flush", "dev", "swarm", "nud", "permanent");
        }
    }

    @Override
    public void close() {
        spaces.close();
    }
}
