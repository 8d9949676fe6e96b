package dev.flotilla.raft.swarm;

import static dev.flotilla.raft.swarm.Swarm.await;
import static dev.flotilla.raft.swarm.Swarm.awaitTrue;
import static dev.flotilla.raft.swarm.Swarm.note;
import static dev.flotilla.raft.swarm.Swarm.notes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.driver.NodeSettings;
import dev.flotilla.raft.message.GenesisId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A group with nothing to do falls silent on all peers, and wakes when there is something. */
@Timeout(120)
class QuietTest {
    private static Swarm swarm() throws Exception {
        Swarm swarm = new Swarm();
        swarm.settings = NodeSettings.defaults().withNodeTimeout(Duration.ofMillis(500));
        swarm.config = swarm.config.withQuietAfter(Duration.ofMillis(100));
        swarm.grow(3);
        return swarm;
    }

    private static boolean isQuiet(Peer peer) {
        try {
            return peer.group.status().join().quiet();
        } catch (CompletionException e) {
            return false; // closed
        }
    }

    private static void awaitSilence(Swarm swarm) throws Exception {
        awaitTrue(() -> swarm.peers.stream().allMatch(QuietTest::isQuiet));
    }

    @Test
    void anIdleGroupFallsSilentAndARequestWakesIt() throws Exception {
        try (Swarm swarm = swarm()) {
            awaitSilence(swarm);
            Peer leader = swarm.leader();
            note(swarm.follower(), "a");
            assertThat(swarm.leader()).isSameAs(leader);
            awaitSilence(swarm);
            assertThat(notes(swarm.follower())).containsExactly("a");
            awaitSilence(swarm);
            assertThat(swarm.leader()).isSameAs(leader);
        }
    }

    @Test
    void aSilentGroupWhoseLeaderEndsAloneFindsAnother() throws Exception {
        try (Swarm swarm = swarm()) {
            awaitSilence(swarm);
            Peer leader = swarm.leader();
            leader.group.close(); // its node goes on with its heartbeats
            List<Peer> others =
                    swarm.peers.stream().filter(peer -> peer != leader).toList();
            awaitTrue(() -> others.stream().anyMatch(peer -> isLeader(peer)));
            note(others.get(0), "a");
            assertThat(notes(others.get(1))).containsExactly("a");
        }
    }

    @Test
    void aSilentGroupWhoseLeaderIsCutOffFindsAnother() throws Exception {
        try (Swarm swarm = swarm()) {
            awaitSilence(swarm);
            Peer leader = swarm.leader();
            List<Peer> others =
                    swarm.peers.stream().filter(peer -> peer != leader).toList();
            swarm.network.cut(
                    List.of(leader.id()), others.stream().map(Peer::id).toList());
            awaitTrue(() -> others.stream().anyMatch(QuietTest::isLeader));
            awaitTrue(() -> !isLeader(leader));
            swarm.network.heal();
            note(leader, "a");
            awaitSilence(swarm);
        }
    }

    private static boolean isLeader(Peer peer) {
        return peer.group.status().join().role() == Role.LEADER;
    }

    @Test
    void aMemberThatRestartsIsFoundByItsSilentLeader() throws Exception {
        try (Swarm swarm = swarm()) {
            awaitSilence(swarm);
            Peer follower = swarm.follower();
            GenesisId genesis = follower.group.genesis();
            follower.group.close();
            follower.open(genesis);
            awaitSilence(swarm);
            await(follower.group.status());
            note(follower, "a");
        }
    }
}
