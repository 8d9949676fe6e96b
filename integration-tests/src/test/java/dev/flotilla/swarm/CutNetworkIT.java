package dev.flotilla.swarm;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three daemons whose network is cut without a word to either side, under load; the clients' histories are judged. */
class CutNetworkIT {
    private static final int PEERS = 3;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    /** What is done to the network while the clients work. */
    private interface Story {
        void happen(CutNetwork network, Swarm swarm, Workload workload) throws Exception;
    }

    private void tell(Story story) throws Exception {
        try (CutNetwork network = CutNetwork.of(PEERS);
                Swarm swarm = Swarm.of(PEERS, number -> network.peer(number, directory.resolve("peer" + number)));
                Workload workload = new Workload(swarm, "cut", 1)) {
            workload.awaitMore(swarm.peers(), 10);
            story.happen(network, swarm, workload);
            network.heal();
            workload.awaitMore(swarm.peers(), 10);
            workload.finish();
        }
    }

    private static int number(Swarm swarm, PeerProcess peer) {
        return swarm.peers().indexOf(peer) + 1;
    }

    private static List<PeerProcess> others(Swarm swarm, PeerProcess peer) {
        List<PeerProcess> others = new ArrayList<>(swarm.peers());
        others.remove(peer);
        return others;
    }

    @Test
    void leaderThatIsCutOffIsReplacedAndSaysNothingStale() throws Exception {
        tell((network, swarm, workload) -> {
            PeerProcess leader = swarm.leader();
            for (PeerProcess other : others(swarm, leader)) {
                network.cutBothWays(number(swarm, leader), number(swarm, other));
            }
            workload.awaitMore(others(swarm, leader), 20);
        });
    }

    @Test
    void leaderThatCanOnlySendIsReplaced() throws Exception {
        tell((network, swarm, workload) -> {
            PeerProcess leader = swarm.leader();
            for (PeerProcess other : others(swarm, leader)) {
                network.cut(number(swarm, other), number(swarm, leader));
            }
            workload.awaitMore(others(swarm, leader), 20);
        });
    }

    @Test
    void followerThatReachesTheOtherFollowerAloneNeitherDisturbsNorBlocks() throws Exception {
        tell((network, swarm, workload) -> {
            PeerProcess leader = swarm.leader();
            List<PeerProcess> others = others(swarm, leader);
            network.cutBothWays(number(swarm, leader), number(swarm, others.get(0)));
            workload.awaitMore(List.of(others.get(1)), 20);
        });
    }

    @Test
    void manyCutsInARow() throws Exception {
        Random random = new Random(7);
        tell((network, swarm, workload) -> {
            for (int i = 0; i < 4; i++) {
                int peer = 1 + random.nextInt(PEERS);
                for (int other = 1; other <= PEERS; other++) {
                    if (other != peer && random.nextInt(4) > 0) {
                        network.cut(peer, other);
                    }
                }
                List<PeerProcess> rest = others(swarm, swarm.peer(peer - 1));
                workload.awaitMore(List.of(rest.get(random.nextInt(rest.size()))), 5);
                network.heal();
                workload.awaitMore(swarm.peers(), 5);
            }
        });
    }
}
