package dev.flotilla.raft.swarm;

import static dev.flotilla.raft.swarm.Swarm.await;
import static dev.flotilla.raft.swarm.Swarm.note;
import static dev.flotilla.raft.swarm.Swarm.notes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.recovery.GroupRecovery;
import dev.flotilla.raft.recovery.RecoveryException;
import dev.flotilla.raft.recovery.RecoveryPlan;
import dev.flotilla.raft.storage.FileSnapshotStore;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.SnapshotStore;
import dev.flotilla.raft.storage.h2.H2LogStorage;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.memory.Ed25519Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two of three voters are gone for good; the third goes on without them. */
@Timeout(120)
class RecoveryTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    private final List<PeerCredentials> credentials =
            List.of(Ed25519Credentials.generate(), Ed25519Credentials.generate(), Ed25519Credentials.generate());

    private Path home(int peer) throws IOException {
        return Files.createDirectories(directory.resolve("peer" + peer));
    }

    private LogStorage log(int peer) throws IOException {
        return H2LogStorage.open(home(peer).resolve("log"));
    }

    private SnapshotStore snapshots(int peer) throws IOException {
        return FileSnapshotStore.open(home(peer).resolve("snapshots"));
    }

    private Peer start(Swarm swarm, int peer) throws IOException {
        return swarm.add(credentials.get(peer), log(peer), snapshots(peer));
    }

    /** Three voters with a snapshot and more notes behind it; then all of them stop. */
    private GenesisId threeThatStop() throws Exception {
        try (Swarm swarm = new Swarm()) {
            Peer first = start(swarm, 0).create();
            await(first.group.joined());
            for (int i = 1; i < 3; i++) {
                await(start(swarm, i)
                        .join(first.invite(Member.Role.VOTER))
                        .group
                        .joined());
            }
            note(first, "a");
            note(first, "b");
            Peer last = swarm.peers.get(2);
            assertThat(notes(last)).containsExactly("a", "b");
            await(last.group.takeSnapshot());
            note(first, "c");
            assertThat(notes(last)).containsExactly("a", "b", "c");
            return first.group.genesis();
        }
    }

    private interface Act {
        RecoveryPlan on(GroupRecovery recovery, LogStorage log) throws Exception;
    }

    private RecoveryPlan offline(int peer, Act act) throws Exception {
        try (LogStorage log = log(peer)) {
            return act.on(
                    new GroupRecovery(
                            log, snapshots(peer), credentials.get(peer).peerId()),
                    log);
        }
    }

    private RecoveryPlan recover(int peer, GenesisId genesis) throws Exception {
        return offline(peer, (recovery, log) -> {
            RecoveryPlan plan = recovery.plan(genesis);
            recovery.apply(
                    plan,
                    List.of(new GroupWrite.Put("app", "group", plan.successor().value())));
            return plan;
        });
    }

    @Test
    void whoIsLeftGoesOnWithEverythingAndLetsNewcomersIn() throws Exception {
        GenesisId old = threeThatStop();
        RecoveryPlan plan = recover(2, old);
        assertThat(plan.cutOff()).hasSize(2);
        assertThat(plan.snapshot()).isNotNull();
        try (Swarm swarm = new Swarm()) {
            Peer left = start(swarm, 2);
            assertThat(left.node.groups()).containsExactly(plan.successor());
            assertThat(left.node.get("app", "group")).isEqualTo(plan.successor().value());
            left.open(plan.successor());
            assertThat(notes(left)).containsExactly("a", "b", "c");
            long index = note(left, "d");
            assertThat(index).isGreaterThan(plan.last().index());
            Peer newcomer = swarm.add().join(left.invite(Member.Role.VOTER));
            assertThat(await(newcomer.group.joined())).isInstanceOf(Outcome.Applied.class);
            assertThat(notes(newcomer)).containsExactly("a", "b", "c", "d");
        }
    }

    @Test
    void peersOfTheOldGroupThatComeBackHaveNoSayAndJoinAsNewcomers() throws Exception {
        GenesisId old = threeThatStop();
        RecoveryPlan plan = recover(2, old);
        try (Swarm swarm = new Swarm()) {
            Peer left = start(swarm, 2).open(plan.successor());
            note(left, "d");
            long term = await(left.group.status()).term();
            Peer back = start(swarm, 0).open(old);
            Peer other = start(swarm, 1).open(old);
            note(back, "of the old group"); // two of three: it lives on beside its successor, apart from it
            note(left, "e");
            assertThat(await(left.group.status()).term()).isEqualTo(term);
            assertThat(notes(left)).containsExactly("a", "b", "c", "d", "e");
            await(other.node.forget(old));
            other.join(left.invite(Member.Role.VOTER));
            assertThat(await(other.group.joined())).isInstanceOf(Outcome.Applied.class);
            assertThat(notes(other)).containsExactly("a", "b", "c", "d", "e");
        }
    }

    @Test
    void planChangesNothingAndIsTheSameUntilSomethingChanges() throws Exception {
        GenesisId old = threeThatStop();
        RecoveryPlan first = offline(2, (recovery, log) -> recovery.plan(old));
        RecoveryPlan again = offline(2, (recovery, log) -> recovery.plan(old));
        assertThat(again).isEqualTo(first);
        assertThat(again.digest()).isEqualTo(first.digest());
        assertThat(offline(1, (recovery, log) -> recovery.plan(old)).successor())
                .as("two that recover come to two groups")
                .isNotEqualTo(first.successor());
        try (Swarm swarm = new Swarm()) {
            start(swarm, 0).open(old);
            start(swarm, 1).open(old);
            note(start(swarm, 2).open(old), "one more");
        }
        assertThatThrownBy(() -> offline(2, (recovery, log) -> {
                    recovery.apply(first, List.of());
                    return first;
                }))
                .isInstanceOf(RecoveryException.class)
                .hasMessageContaining("has changed since the plan was made");
    }

    /** A storage that dies at a certain write. */
    @Test
    void crashOnTheWayLeavesTheOldGroupAndThePlanCanBeAppliedAgain() throws Exception {
        GenesisId old = threeThatStop();
        for (int writes = 0; ; writes++) {
            int allowed = writes;
            RecoveryPlan plan = offline(2, (recovery, log) -> recovery.plan(old));
            boolean failed = false;
            try (LogStorage log = log(2)) {
                new GroupRecovery(
                                new BrittleLog(log, allowed),
                                snapshots(2),
                                credentials.get(2).peerId())
                        .apply(plan, List.of());
            } catch (IOException e) {
                failed = true;
            }
            if (!failed) {
                break;
            }
        }
        try (Swarm swarm = new Swarm()) {
            Peer left = start(swarm, 2);
            assertThat(left.node.groups()).hasSize(1).doesNotContain(old);
            left.open(left.node.groups().iterator().next());
            assertThat(notes(left)).containsExactly("a", "b", "c");
        }
    }

    @Test
    void onlyVoterHasNothingToRecover() throws Exception {
        GenesisId genesis;
        try (Swarm swarm = new Swarm()) {
            Peer alone = start(swarm, 0).create();
            note(alone, "a");
            genesis = alone.group.genesis();
        }
        assertThatThrownBy(() -> offline(0, (recovery, log) -> recovery.plan(genesis)))
                .isInstanceOf(RecoveryException.class)
                .hasMessageContaining("its quorum is not lost");
        assertThatThrownBy(() -> offline(
                        0, (recovery, log) -> recovery.plan(new GenesisId(Bytes.wrap(new byte[GenesisId.SIZE_BYTES])))))
                .isInstanceOf(RecoveryException.class)
                .hasMessageContaining("there is no group");
    }
}
