package dev.flotilla.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three daemons in three processes, joined by tickets. */
class SwarmIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    @Test
    void whatIsSetAtAnyPeerIsReadAtEveryOther() throws Exception {
        try (Swarm swarm = Swarm.of(3, directory)) {
            for (PeerProcess writer : swarm.peers()) {
                writer.run("set", Swarm.COMMUNITY, "/by", '"' + writer.peerId() + '"')
                        .succeeded();
                for (PeerProcess reader : swarm.peers()) {
                    assertThat(Swarm.linearizable(reader).path("by").asText()).isEqualTo(writer.peerId());
                }
            }
        }
    }

    @Test
    void killingTheLeaderLosesNothingAndTheKilledPeerCatchesUp() throws Exception {
        try (Swarm swarm = Swarm.of(3, directory);
                Workload workload = new Workload(swarm, "kill", 1)) {
            PeerProcess leader = swarm.leader();
            workload.awaitMore(swarm.peers(), 20);
            leader.kill();
            workload.awaitMore(others(swarm, leader), 20); // the next leader takes writes
            leader.start();
            workload.awaitMore(List.of(leader), 20);
            workload.finish();
        }
    }

    @Test
    void leaderThatWasStoppedAndGoesOnSaysNothingStale() throws Exception {
        try (Swarm swarm = Swarm.of(3, directory);
                Workload workload = new Workload(swarm, "pause", 1)) {
            PeerProcess leader = swarm.leader();
            workload.awaitMore(swarm.peers(), 20);
            leader.pause();
            try {
                workload.awaitMore(others(swarm, leader), 20);
            } finally {
                leader.resume();
            }
            workload.awaitMore(swarm.peers(), 20);
            workload.finish();
        }
    }

    private static List<PeerProcess> others(Swarm swarm, PeerProcess peer) {
        List<PeerProcess> others = new ArrayList<>(swarm.peers());
        others.remove(peer);
        return others;
    }

    @Test
    void allKilledAndRestartedComeBackWithEverythingOnAnotherPortToo() throws Exception {
        try (Swarm swarm = Swarm.of(3, directory)) {
            swarm.peer(1).run("set", Swarm.COMMUNITY, "/kept", "[1,2,3]").succeeded();
            JsonNode document = Swarm.linearizable(swarm.peer(2));
            String before = swarm.peer(0).address();
            String moved = swarm.peer(2).address();
            for (PeerProcess peer : swarm.peers()) {
                peer.kill();
            }
            swarm.peer(0).launch();
            swarm.peer(1).launch();
            swarm.peer(2).launch("--listen", "/ip4/127.0.0.2/tcp/0");
            swarm.peers().forEach(PeerProcess::awaitReady);
            assertThat(swarm.peer(0).address()).as("the port is remembered").isEqualTo(before);
            assertThat(swarm.peer(2).address()).isNotEqualTo(moved);
            for (PeerProcess peer : swarm.peers()) {
                assertThat(Swarm.linearizable(peer)).isEqualTo(document);
            }
            for (PeerProcess peer : swarm.peers()) {
                peer.run("set", Swarm.COMMUNITY, "/after", "true").succeeded();
            }
        }
    }
}
