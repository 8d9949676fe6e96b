package dev.flotilla.raft.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.ReadResult;
import dev.flotilla.raft.message.MembershipChange;
import dev.flotilla.transport.Bytes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The events of the kit do what they say. */
class SimClusterTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final SimCluster<Long, Registers> cluster =
            SimCluster.of(Registers::new).peers(4).voters(3).seed(11).build();

    private SimClusterGroup<Long, Registers> group() {
        return cluster.group();
    }

    private String awaitLeader() {
        cluster.runUntil(() -> group().leader().isPresent(), PATIENCE);
        return group().leader().orElseThrow();
    }

    private <T> T await(CompletableFuture<T> future) {
        cluster.runUntil(future::isDone, PATIENCE);
        return future.join();
    }

    private Outcome<Long> write(String peer, String assignment) {
        return await(group().propose(peer, Bytes.utf8(assignment)));
    }

    private String other(String peer) {
        return List.of("n1", "n2", "n3").stream()
                .filter(each -> !each.equals(peer))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void writeIsReadAtEveryPeer() {
        awaitLeader();
        assertThat(write("n2", "x=1")).isInstanceOf(Outcome.Applied.class);
        for (String peer : List.of("n1", "n2", "n3")) {
            ReadResult<String> read =
                    await(group().read(peer, Consistency.linearizable(), machine -> machine.value("x")));
            assertThat(read.state()).isEqualTo("1");
        }
    }

    @Test
    void disconnectedLeaderIsReplacedAndFindsBack() {
        String leader = awaitLeader();
        cluster.disconnect(leader);
        String rest = other(leader);
        assertThat(write(rest, "x=2")).isInstanceOf(Outcome.Applied.class);
        assertThat(group().leader().orElseThrow()).isNotEqualTo(leader);
        assertThat(group().machine(leader).value("x")).isNull();
        cluster.reconnect(leader);
        cluster.runUntil(() -> "2".equals(group().machine(leader).value("x")), PATIENCE);
    }

    @Test
    void crashedPeerComesBackFromItsDisk() {
        String leader = awaitLeader();
        write(leader, "x=3");
        cluster.crash(leader);
        assertThat(cluster.isUp(leader)).isFalse();
        assertThatThrownBy(() -> group().status(leader)).isInstanceOf(IllegalStateException.class);
        cluster.restart(leader);
        cluster.runUntil(() -> "3".equals(group().machine(leader).value("x")), PATIENCE);
    }

    @Test
    void leadershipIsHandedOver() {
        String leader = awaitLeader();
        String target = other(leader);
        assertThat(await(group().transfer(leader, target))).isInstanceOf(Outcome.Applied.class);
        cluster.runUntil(() -> group().leader().equals(Optional.of(target)), PATIENCE);
    }

    @Test
    void newcomerIsLetInAndBecomesVoter() {
        String leader = awaitLeader();
        write(leader, "x=4");
        group().enter("n4");
        assertThat(await(group().changeMembers(leader, MembershipChange.put(group().member("n4", false)))))
                .isInstanceOf(Outcome.Applied.class);
        cluster.runUntil(() -> "4".equals(group().machine("n4").value("x")), PATIENCE);
        cluster.runUntil(() -> group().status("n4").configuration().isVoter(Names.peer("n4")), PATIENCE);
    }

    @Test
    void clockThatJumpsLosesTheLeaderNothingElse() {
        String leader = awaitLeader();
        cluster.jumpClock(leader, Duration.ofSeconds(60));
        cluster.skewClock(other(leader), -50_000);
        assertThat(write(leader, "x=5")).isInstanceOf(Outcome.Applied.class);
    }

    @Test
    void twoGroupsAgreeBesideEachOther() {
        SimCluster<Long, Registers> two =
                SimCluster.of(Registers::new).groups(2).seed(3).build();
        two.runUntil(() -> two.groups().stream().allMatch(each -> each.leader().isPresent()), PATIENCE);
        CompletableFuture<Outcome<Long>> first = two.group(1).propose("n1", Bytes.utf8("x=one"));
        CompletableFuture<Outcome<Long>> second = two.group(2).propose("n1", Bytes.utf8("x=two"));
        two.runUntil(() -> first.isDone() && second.isDone(), PATIENCE);
        assertThat(two.group(1).machine("n1").value("x")).isEqualTo("one");
        assertThat(two.group(2).machine("n1").value("x")).isEqualTo("two");
        two.crash("n1");
        assertThatThrownBy(() -> two.group(2).status("n1")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void waitingInVainIsAViolation() {
        cluster.partition("n1");
        cluster.partition("n2");
        assertThatThrownBy(() -> cluster.runUntil(() -> group().leader().isPresent(), Duration.ofSeconds(5)))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("in vain");
    }
}
