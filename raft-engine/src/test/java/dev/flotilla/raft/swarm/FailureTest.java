package dev.flotilla.raft.swarm;

import static dev.flotilla.raft.swarm.Swarm.await;
import static dev.flotilla.raft.swarm.Swarm.awaitTrue;
import static dev.flotilla.raft.swarm.Swarm.note;
import static dev.flotilla.raft.swarm.Swarm.notes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.UnavailableException;
import dev.flotilla.raft.RaftGroup;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.driver.NodeSettings;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.InMemorySnapshotStore;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.memory.Ed25519Credentials;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What breaks is reported, and breaks nothing else. */
@Timeout(120)
class FailureTest {
    @Test
    void aNodeWhoseDiskFailsAcknowledgesNothingMore() throws Exception {
        try (Swarm swarm = new Swarm()) {
            BrittleLog log = new BrittleLog(new InMemoryLogStorage());
            Peer broken = swarm.add(Ed25519Credentials.generate(), log, new InMemorySnapshotStore())
                    .create();
            Peer sound = swarm.add().join(broken.invite(Member.Role.VOTER));
            Peer other = swarm.add().join(broken.invite(Member.Role.VOTER));
            await(sound.group.joined());
            await(other.group.joined());
            note(broken, "a");
            CompletableFuture<Throwable> failed = failure(broken.group);
            log.breakDown();
            Outcome<Integer> outcome = await(broken.group.propose(Bytes.utf8("b")));
            assertThat(outcome).isNotInstanceOf(Outcome.Applied.class);
            assertThat(await(failed)).hasMessageContaining("no space left on device");
            assertThatThrownBy(() -> notes(broken)).hasCauseInstanceOf(UnavailableException.class);
            assertThat(await(broken.group.propose(Bytes.utf8("c")))).isInstanceOf(Outcome.Rejected.class);
            awaitTrue(broken.notebook::isStopped);
            note(sound, "d");
            assertThat(notes(other)).contains("a", "d").doesNotContain("c");
        }
    }

    @Test
    void aStateMachineThatThrowsStopsItsGroupAlone() throws Exception {
        try (Swarm swarm = Swarm.of(1)) {
            Peer peer = swarm.peers.get(0);
            Notebook second = new Notebook();
            RaftGroup<Integer> healthy = peer.node.create(second, swarm.config);
            CompletableFuture<Throwable> failed = failure(peer.group);
            Outcome<Integer> outcome = await(peer.group.propose(Bytes.utf8(Notebook.POISON)));
            assertThat(outcome).isInstanceOf(Outcome.Unknown.class);
            assertThat(await(failed)).hasMessageContaining("a poisoned note");
            assertThatThrownBy(() -> notes(peer)).hasCauseInstanceOf(UnavailableException.class);
            assertThat(await(healthy.propose(Bytes.utf8("a")))).isInstanceOf(Outcome.Applied.class);
        }
    }

    /** What cannot be applied on one peer, its leader too, is applied by the others, who go on without it (sofa-jraft 1246). */
    @Test
    void aStateMachineThatFailsOnTheLeaderAloneHoldsUpNobodyElse() throws Exception {
        try (Swarm swarm = Swarm.of(3)) {
            Peer broken = swarm.leader();
            List<Peer> others =
                    swarm.peers.stream().filter(peer -> peer != broken).toList();
            CompletableFuture<Throwable> failed = failure(broken.group);
            broken.notebook.breakDown();
            Outcome<Integer> outcome = await(broken.group.propose(Bytes.utf8("a")));
            assertThat(outcome).isInstanceOf(Outcome.Unknown.class);
            assertThat(await(failed)).hasMessageContaining("a broken notebook");
            note(others.get(0), "b");
            assertThat(notes(others.get(1))).containsExactly("a", "b");
            assertThatThrownBy(() -> notes(broken)).hasCauseInstanceOf(UnavailableException.class);
        }
    }

    @Test
    void anErrorWhileEntriesAreReadBackStopsTheGroup() throws Exception {
        try (Swarm swarm = new Swarm()) {
            swarm.config = RaftConfig.defaults()
                    .withElectionTimeout(Duration.ofMillis(300))
                    .withLogKept(1, 0);
            BrittleLog log = new BrittleLog(new InMemoryLogStorage());
            Peer peer = swarm.add(Ed25519Credentials.generate(), log, new InMemorySnapshotStore())
                    .create();
            note(peer, "a");
            note(peer, "b");
            CompletableFuture<Throwable> failed = failure(peer.group);
            log.failLoadsWith(new LinkageError("a class is missing"));
            swarm.add().join(peer.invite(Member.Role.VOTER));
            assertThat(await(failed)).isInstanceOf(LinkageError.class).hasMessage("a class is missing");
        }
    }

    @Test
    void damageThatIsGoneAgainHoldsUpNobody() throws Exception {
        try (Swarm swarm = new Swarm()) {
            swarm.config = RaftConfig.defaults()
                    .withElectionTimeout(Duration.ofMillis(300))
                    .withLogKept(1, 0);
            BrittleLog log = new BrittleLog(new InMemoryLogStorage());
            Peer peer = swarm.add(Ed25519Credentials.generate(), log, new InMemorySnapshotStore())
                    .create();
            note(peer, "a");
            note(peer, "b");
            log.damageLoads(3);
            Peer learner = swarm.add().join(peer.invite(Member.Role.LEARNER));
            await(learner.group.joined());
            assertThat(log.hasMetDamage()).isTrue();
            assertThat(notes(learner)).containsExactly("a", "b");
        }
    }

    @Test
    void closingCompletesEveryFuture() throws Exception {
        try (Swarm swarm = Swarm.of(2)) {
            Peer left = swarm.peers.get(0);
            swarm.network.cut(left.id(), swarm.peers.get(1).id());
            List<CompletableFuture<?>> futures = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                futures.add(left.group.propose(Bytes.utf8("note " + i)));
                futures.add(left.group.read(Consistency.linearizable(), left.notebook::notes));
            }
            futures.add(left.group.transferLeadership(null));
            left.node.close();
            for (CompletableFuture<?> future : futures) {
                Object ended = await(future.<Object>handle((value, failure) -> value != null ? value : failure));
                assertThat(ended).isNotInstanceOf(Outcome.Applied.class);
            }
            assertThat(await(left.group.propose(Bytes.utf8("late")))).isInstanceOf(Outcome.Rejected.class);
            assertThat(left.notebook.isStopped()).isTrue();
        }
    }

    @Test
    void whatIsTooMuchIsRefusedAtOnce() throws Exception {
        try (Swarm swarm = new Swarm()) {
            swarm.settings = NodeSettings.defaults().withRequests(10, Duration.ofSeconds(10));
            Peer peer = swarm.add().create();
            await(peer.group.joined());
            CountDownLatch gate = new CountDownLatch(1);
            peer.notebook.waitFor(gate);
            List<CompletableFuture<Outcome<Integer>>> outcomes = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                outcomes.add(peer.group.propose(Bytes.utf8("note " + i)));
            }
            assertThat(outcomes.subList(10, 20)).allSatisfy(refused -> {
                assertThat(refused).isDone();
                assertThat(((Outcome.Rejected<Integer>) refused.join()).reason())
                        .isEqualTo(Outcome.Reason.OVERLOADED);
            });
            gate.countDown();
            for (CompletableFuture<Outcome<Integer>> outcome : outcomes.subList(0, 10)) {
                assertThat(await(outcome)).isInstanceOf(Outcome.Applied.class);
            }
        }
    }

    @Test
    void aWriteWithoutALeaderIsRejectedInTime() throws Exception {
        try (Swarm swarm = new Swarm()) {
            swarm.settings = NodeSettings.defaults().withRequests(100, Duration.ofSeconds(2));
            swarm.grow(2);
            Peer alone = swarm.follower();
            swarm.network.cut(swarm.peers.get(0).id(), swarm.peers.get(1).id());
            awaitTrue(() -> alone.group.status().join().leader() == null);
            Outcome<Integer> outcome = await(alone.group.propose(Bytes.utf8("a")));
            assertThat(outcome).isInstanceOf(Outcome.Rejected.class);
            assertThat(((Outcome.Rejected<Integer>) outcome).reason()).isEqualTo(Outcome.Reason.NO_LEADER);
            assertThatThrownBy(() -> notes(alone)).hasCauseInstanceOf(UnavailableException.class);
        }
    }

    @Test
    void aClosedNodeLeavesNoThread() throws Exception {
        try (Swarm swarm = Swarm.of(3)) {
            note(swarm.peers.get(2), "a");
        }
        awaitTrue(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("raft-")));
    }

    private static CompletableFuture<Throwable> failure(RaftGroup<Integer> group) {
        CompletableFuture<Throwable> failed = new CompletableFuture<>();
        group.listener(new RaftGroup.GroupListener() {
            @Override
            public void failed(Throwable cause) {
                failed.complete(cause);
            }
        });
        return failed;
    }
}
