package dev.flotilla.swarm;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three daemons, two of which reach each other over the third alone: their direct way is cut from the beginning. */
class RelayIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    private static String place(PeerProcess relay) {
        return relay.address("/ip4/198.51.100.") + "/p2p-circuit";
    }

    private static void set(PeerProcess peer, String key) throws Exception {
        peer.run("set", Swarm.COMMUNITY, "/" + key, "true").succeeded();
    }

    private static void awaitLeader(List<PeerProcess> peers, PeerProcess wanted) throws Exception {
        Eventually.holds("that leader", PeerProcess.PATIENCE, () -> {
            for (PeerProcess peer : peers) {
                if (peer.equals(wanted)
                        != "leader".equals(Swarm.community(peer).path("role").asText())) {
                    return false;
                }
            }
            return true;
        });
    }

    private static void awaitSame(List<PeerProcess> peers, String key) throws Exception {
        for (PeerProcess peer : peers) {
            Eventually.holds("/" + key + " is everywhere", PeerProcess.PATIENCE, () -> Swarm.local(peer)
                    .path(key)
                    .asBoolean());
        }
    }

    @Test
    void membersReachEachOtherOverAMember() throws Exception {
        try (CutNetwork network = CutNetwork.of(3);
                PeerProcess relay = network.peer(1, directory.resolve("relay"));
                PeerProcess one = network.peer(2, directory.resolve("one"));
                PeerProcess other = network.peer(3, directory.resolve("other"))) {
            network.cutBothWays(2, 3);
            List<PeerProcess> peers = List.of(relay, one, other);
            relay.start("--relay");
            one.start("--listen", place(relay));
            other.start("--listen", place(relay));
            relay.run("create", Swarm.COMMUNITY).succeeded();
            for (PeerProcess peer : List.of(one, other)) {
                String ticket = relay.run("invite", Swarm.COMMUNITY).succeeded().line();
                peer.run("join", ticket).succeeded();
            }
            // The leader answers who writes at another peer: the two need each other from here on.
            Eventually.holds(
                    "a leader behind the relay",
                    PeerProcess.PATIENCE,
                    () -> relay.run("transfer", Swarm.COMMUNITY, one.peerId()).exitCode() == 0);
            awaitLeader(peers, one);
            Eventually.holds(
                    "a write over the relay",
                    PeerProcess.PATIENCE,
                    () -> other.run("set", Swarm.COMMUNITY, "/over-the-relay", "true")
                                    .exitCode()
                            == 0);
            set(relay, "from-the-relay");
            awaitSame(peers, "over-the-relay");

            relay.kill();
            relay.start("--relay");
            Eventually.holds(
                    "writes again",
                    PeerProcess.PATIENCE,
                    () -> other.run("set", Swarm.COMMUNITY, "/again", "true").exitCode() == 0);
            awaitSame(peers, "again");
            Eventually.holds("that leader again", PeerProcess.PATIENCE, () -> {
                for (PeerProcess peer : peers) {
                    if (peer.run("transfer", Swarm.COMMUNITY, other.peerId()).exitCode() == 0) {
                        return true;
                    }
                }
                return false;
            });
            awaitLeader(peers, other);
            set(one, "to-the-other");
            awaitSame(peers, "to-the-other");
        }
    }
}
