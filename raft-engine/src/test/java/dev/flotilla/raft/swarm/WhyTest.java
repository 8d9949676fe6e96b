package dev.flotilla.raft.swarm;

import static dev.flotilla.raft.swarm.Swarm.await;
import static dev.flotilla.raft.swarm.Swarm.awaitTrue;

import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.Role;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Peers that say what they wait for, and for whom. */
@Timeout(120)
final class WhyTest {
    @Test
    void whoIsCutOffIsNamedByTheOthersAndNamesThem() throws Exception {
        try (Swarm swarm = Swarm.of(3)) {
            awaitTrue(() -> swarm.peers.stream().allMatch(peer -> why(peer).equals("nothing is blocked")));
            Peer alone = swarm.follower();
            List<Peer> others =
                    swarm.peers.stream().filter(peer -> peer != alone).toList();
            swarm.network.cut(List.of(alone.id()), others.stream().map(Peer::id).toList());
            awaitTrue(() -> others.stream()
                    .map(WhyTest::why)
                    .anyMatch(text -> text.contains("the others are enough to decide: "
                                    + alone.id().shortText() + " does not answer")
                            && text.contains("the way to it is cut")));
            awaitTrue(() -> {
                String text = why(alone);
                return text.startsWith("no leader: this peer asked for votes")
                        && others.stream()
                                .allMatch(other -> text.contains(other.id().shortText()
                                        + " did not answer (not reachable: the way to it is cut)"));
            });
            swarm.network.heal();
            awaitTrue(() -> swarm.peers.stream().allMatch(peer -> why(peer).equals("nothing is blocked")));
        }
    }

    @Test
    void aFollowerKnowsWhenItHeardOfItsLeader() throws Exception {
        try (Swarm swarm = Swarm.of(2)) {
            awaitTrue(() -> swarm.peers.stream().map(WhyTest::status).anyMatch(WhyTest::hasHeardOfItsLeader));
        }
    }

    private static boolean hasHeardOfItsLeader(CoreStatus status) {
        return status.role() == Role.FOLLOWER
                && status.members().stream()
                        .anyMatch(member ->
                                member.member().peerId().equals(status.leader()) && member.lastContactNanos() >= 0);
    }

    private static CoreStatus status(Peer peer) {
        try {
            return await(peer.group.status());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String why(Peer peer) {
        try {
            return await(peer.group.why()).toString();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
