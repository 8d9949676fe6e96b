package dev.flotilla.swarm;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two daemons behind NATs of their own: they meet over a relay, punch holes, and then do without it. */
class NatIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    private static boolean isDirect(PeerProcess peer) {
        return peer.lines().stream().anyMatch(line -> line.contains("connected directly to peer="));
    }

    @Test
    void peersBehindNatsMeetOverARelayAndThenDoWithoutIt() throws Exception {
        try (NatNetwork network = NatNetwork.make();
                PeerProcess relay = network.open(directory.resolve("relay"));
                PeerProcess one = network.behindRouter(1, directory.resolve("one"));
                PeerProcess other = network.behindRouter(2, directory.resolve("other"))) {
            relay.startRelay("--unlimited");
            String place = relay.address("/ip4/198.51.100.") + "/p2p-circuit";
            one.start("--listen", place);
            other.start("--listen", place);
            one.run("create", Swarm.COMMUNITY).succeeded();
            String ticket = one.run("invite", Swarm.COMMUNITY).succeeded().line();
            other.run("join", ticket).succeeded();
            other.run("set", Swarm.COMMUNITY, "/over-the-relay", "true").succeeded();
            Eventually.holds("a direct connection", PeerProcess.PATIENCE, () -> isDirect(one) || isDirect(other));
            relay.kill();
            for (PeerProcess peer : List.of(one, other)) {
                Eventually.holds(
                        "a write without the relay",
                        PeerProcess.PATIENCE,
                        () -> peer.run("set", Swarm.COMMUNITY, "/without-a-relay", "true")
                                        .exitCode()
                                == 0);
            }
        }
    }
}
