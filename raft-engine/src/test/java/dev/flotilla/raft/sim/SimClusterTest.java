package dev.flotilla.raft.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.ReadResult;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.MembershipChange;
import dev.flotilla.raft.message.SnapshotMarker;
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
    void peerWhoseDiskIsFullStopsAndLosesNothing() {
        String leader = awaitLeader();
        write(leader, "x=6");
        cluster.fillDisk(leader);
        CompletableFuture<Outcome<Long>> refused = group().propose(leader, Bytes.utf8("x=7"));
        cluster.runUntil(() -> !cluster.isUp(leader), PATIENCE);
        assertThat(refused).isCompleted();
        assertThat(write(other(leader), "y=8")).isInstanceOf(Outcome.Applied.class);
        cluster.restart(leader);
        cluster.runUntil(() -> "8".equals(group().machine(leader).value("y")), PATIENCE);
        assertThat(group().machine(leader).value("x")).isIn("6", "7");
    }

    @Test
    void levelOfTheGroupRisesOnceAllAreUpgraded() {
        SimCluster<Long, Registers> old = SimCluster.of(Registers::new)
                .config(RaftConfig.defaults().withFeatureLevel(FeatureLevel.FIRST))
                .build();
        SimClusterGroup<Long, Registers> group = old.group();
        for (String peer : old.peers()) {
            old.runUntil(() -> group.leader().isPresent(), PATIENCE);
            assertThat(group.status(group.leader().orElseThrow())
                            .configuration()
                            .featureLevel())
                    .isEqualTo(FeatureLevel.FIRST);
            old.upgrade(peer, FeatureLevel.PRIORITIES);
        }
        old.runUntil(
                () -> group.leader().isPresent()
                        && group.status(group.leader().orElseThrow())
                                        .configuration()
                                        .featureLevel()
                                == FeatureLevel.PRIORITIES,
                PATIENCE);
        assertThatThrownBy(() -> old.upgrade("n1", FeatureLevel.FIRST)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void snapshotThatIsBegunHoldsWhatTheStateHeldThen() {
        String leader = awaitLeader();
        write(leader, "x=9");
        SnapshotMarker marker = group().beginSnapshot(leader);
        write(leader, "x=10");
        assertThat(group().endSnapshot(leader, marker)).isTrue();
        assertThat(group().endSnapshot(leader, marker)).isFalse();
        cluster.runUntil(
                () -> marker.index() == group().status(leader).snapshot().index(), PATIENCE);
        SnapshotMarker lost = group().beginSnapshot(leader);
        cluster.crash(leader);
        cluster.restart(leader);
        assertThat(group().endSnapshot(leader, lost)).isFalse();
        cluster.runUntil(() -> "10".equals(group().machine(leader).value("x")), PATIENCE);
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
