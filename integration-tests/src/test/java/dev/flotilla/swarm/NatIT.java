package dev.flotilla.swarm;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two daemons behind NATs of their own: they meet over a relay, punch holes, and then do without it. */
class NatIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    private static boolean isDirect(PeerProcess peer, String transport) {
        return peer.lines().stream()
                .anyMatch(line -> line.contains("connected directly to peer=") && line.contains(transport));
    }

    /** Over the relay, too, they talk by that alone. */
    @ParameterizedTest
    @CsvSource({"tcp/0, /tcp/", "udp/0/quic-v1, /quic-v1"})
    void peersBehindNatsMeetOverARelayAndThenDoWithoutIt(String listen, String transport) throws Exception {
        try (NatNetwork network = NatNetwork.make(listen);
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
            Eventually.holds(
                    "a direct connection",
                    PeerProcess.PATIENCE,
                    () -> isDirect(one, transport) || isDirect(other, transport));
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
