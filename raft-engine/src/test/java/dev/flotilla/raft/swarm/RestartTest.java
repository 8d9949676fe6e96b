package dev.flotilla.raft.swarm;

import static dev.flotilla.raft.swarm.Swarm.await;
import static dev.flotilla.raft.swarm.Swarm.awaitTrue;
import static dev.flotilla.raft.swarm.Swarm.note;
import static dev.flotilla.raft.swarm.Swarm.notes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.driver.NodeSettings;
import dev.flotilla.raft.driver.Tables;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.storage.FileSnapshotStore;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.h2.H2LogStorage;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.memory.Ed25519Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What was agreed on survives restarts, and reaches those who come late. */
@Timeout(120)
class RestartTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    /** The log that all peers on disk have. */
    LogStorage openLog(Path path) throws IOException {
        return H2LogStorage.open(path);
    }

    private Peer onDisk(Swarm swarm, PeerCredentials credentials) throws IOException {
        Path home = Files.createDirectories(
                directory.resolve(credentials.peerId().shortText().substring(2)));
        return onDisk(swarm, credentials, home);
    }

    private Peer onDisk(Swarm swarm, PeerCredentials credentials, Path home) throws IOException {
        return swarm.add(
                credentials,
                openLog(home.resolve("log")),
                FileSnapshotStore.open(Files.createDirectories(home.resolve("snapshots"))));
    }

    @Test
    void allStopAndComeBackWithEverything() throws Exception {
        List<PeerCredentials> credentials = new ArrayList<>();
        List<StoreId> storeIds = new ArrayList<>();
        GenesisId genesis;
        List<String> written = new ArrayList<>();
        try (Swarm swarm = new Swarm()) {
            for (int i = 0; i < 3; i++) {
                credentials.add(Ed25519Credentials.generate());
                Peer peer = onDisk(swarm, credentials.get(i));
                storeIds.add(peer.node.storeId());
                if (i == 0) {
                    peer.create();
                } else {
                    peer.join(swarm.peers.get(0).invite(Member.Role.VOTER));
                }
                await(peer.group.joined());
            }
            genesis = swarm.peers.get(0).group.genesis();
            for (int i = 0; i < 30; i++) {
                written.add("note " + i);
                note(swarm.peers.get(i % 3), "note " + i);
                if (i == 10) {
                    await(swarm.peers.get(0).group.takeSnapshot());
                }
            }
        }
        try (Swarm swarm = new Swarm()) {
            for (PeerCredentials each : credentials) {
                Peer peer = onDisk(swarm, each);
                assertThat(peer.node.groups()).containsExactly(genesis);
                peer.open(genesis);
            }
            assertThat(swarm.peers.stream().map(peer -> peer.node.storeId()).toList())
                    .isEqualTo(storeIds);
            for (Peer peer : swarm.peers) {
                assertThat(notes(peer)).isEqualTo(written);
                assertThat(await(peer.group.joined())).isInstanceOf(Outcome.Applied.class);
            }
            assertThat(swarm.peers.get(0).notebook.restores()).isEqualTo(1);
            note(swarm.peers.get(1), "after");
        }
    }

    @Test
    void aNewcomerStartsFromASnapshot() throws Exception {
        try (Swarm swarm = new Swarm()) {
            swarm.config = RaftConfig.defaults()
                    .withElectionTimeout(Duration.ofMillis(300))
                    .withLogKept(1 << 10, 0);
            swarm.settings = NodeSettings.defaults().withSnapshots(50, 1 << 20);
            Peer first = onDisk(swarm, Ed25519Credentials.generate()).create();
            for (int i = 0; i < 120; i++) {
                note(first, "note " + i);
            }
            awaitTrue(() -> first.group.status().join().snapshot().index() > 0);
            Peer late = onDisk(swarm, Ed25519Credentials.generate()).join(first.invite(Member.Role.VOTER));
            assertThat(await(late.group.joined())).isInstanceOf(Outcome.Applied.class);
            assertThat(notes(late)).isEqualTo(notes(first)).hasSize(120);
            assertThat(late.notebook.restores()).isEqualTo(1);
            note(late, "after");
            assertThat(notes(first)).hasSize(121);
        }
    }

    /** The file of a received snapshot is in place, and the log still ends before it: the log follows at the next start. */
    @Test
    void aCrashBetweenASnapshotsFileAndItsLogLosesNothing() throws Exception {
        PeerCredentials credentials = Ed25519Credentials.generate();
        Path home = Files.createDirectories(directory.resolve("late"));
        try (Swarm swarm = new Swarm()) {
            swarm.config = RaftConfig.defaults()
                    .withElectionTimeout(Duration.ofMillis(300))
                    .withLogKept(1 << 10, 0);
            Peer first = swarm.add().create();
            for (int i = 0; i < 40; i++) {
                note(first, "note " + i);
            }
            await(first.group.takeSnapshot());
            BrittleLog log = new BrittleLog(openLog(home.resolve("log")));
            log.breakDownAtRebase();
            Peer late = swarm.add(credentials, log, FileSnapshotStore.open(home.resolve("snapshots")));
            GenesisId genesis = first.group.genesis();
            late.join(first.invite(Member.Role.LEARNER));
            awaitTrue(log::isBroken);
            swarm.peers.remove(late);
            late.stop();
            assertThat(late.snapshots.newest(genesis)).isPresent();
            assertThat(late.notebook.restores()).isZero();

            Peer again = onDisk(swarm, credentials, home);
            assertThat(again.log.read(genesis).orElseThrow().last()).isEqualTo(EntryId.NONE);
            again.open(genesis);
            assertThat(again.notebook.restores()).isEqualTo(1);
            assertThat(again.log.read(genesis).orElseThrow().base().index()).isPositive();
            note(first, "after");
            assertThat(notes(again)).isEqualTo(notes(first)).hasSize(41);
        }
    }

    @Test
    void aSnapshotIsTakenOnceItIsTime() throws Exception {
        try (Swarm swarm = new Swarm()) {
            swarm.settings = NodeSettings.defaults()
                    .withSnapshots(Long.MAX_VALUE, Long.MAX_VALUE)
                    .withSnapshotInterval(Duration.ofMillis(50));
            swarm.grow(1);
            Peer peer = swarm.peers.get(0);
            long index = note(peer, "a");
            awaitTrue(() -> peer.group.status().join().snapshot().index() >= index);
            long next = note(peer, "b");
            awaitTrue(() -> peer.group.status().join().snapshot().index() >= next);
        }
    }

    @Test
    void aPeerThatWasAwayCatchesUpFromASnapshot() throws Exception {
        try (Swarm swarm = new Swarm()) {
            swarm.config = RaftConfig.defaults()
                    .withElectionTimeout(Duration.ofMillis(300))
                    .withLogKept(1 << 10, 0);
            swarm.settings = NodeSettings.defaults().withSnapshots(50, 1 << 20);
            swarm.grow(3);
            Peer away = swarm.follower();
            List<Peer> others =
                    swarm.peers.stream().filter(peer -> peer != away).toList();
            swarm.network.cut(List.of(away.id()), others.stream().map(Peer::id).toList());
            for (int i = 0; i < 120; i++) {
                note(others.get(i % 2), "note " + i);
            }
            for (Peer other : others) {
                awaitTrue(() -> other.group.status().join().snapshot().index() > 0);
            }
            swarm.network.heal();
            assertThat(notes(away)).hasSize(120);
            assertThat(away.notebook.restores()).isEqualTo(1);
        }
    }

    @Test
    void aSnapshotHoldsWhatWasAgreedOnWhenItWasAskedFor() throws Exception {
        try (Swarm swarm = Swarm.of(1)) {
            Peer peer = swarm.peers.get(0);
            long index = note(peer, "a");
            SnapshotMeta taken = await(peer.group.takeSnapshot());
            assertThat(taken.index()).isGreaterThanOrEqualTo(index);
            assertThat(await(peer.group.takeSnapshot())).isEqualTo(taken);
            assertThat(taken.configuration().isVoter(peer.id())).isTrue();
        }
    }

    @Test
    void aGroupIsClosedAndOpenedAgain() throws Exception {
        try (Swarm swarm = Swarm.of(1)) {
            Peer peer = swarm.peers.get(0);
            note(peer, "a");
            GenesisId genesis = peer.group.genesis();
            assertThatThrownBy(() -> peer.node.open(genesis, new Notebook(), swarm.config))
                    .isInstanceOf(IllegalArgumentException.class);
            peer.group.close();
            peer.open(genesis);
            assertThat(notes(peer)).containsExactly("a");
        }
    }

    @Test
    void aForgottenGroupIsGone() throws Exception {
        try (Swarm swarm = Swarm.of(1)) {
            Peer peer = swarm.peers.get(0);
            note(peer, "a");
            await(peer.group.takeSnapshot());
            GenesisId genesis = peer.group.genesis();
            await(peer.node.forget(genesis));
            assertThat(peer.node.groups()).isEmpty();
            assertThat(peer.snapshots.newest(genesis)).isEmpty();
            assertThatThrownBy(() -> peer.node.open(genesis, new Notebook(), swarm.config))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** The process ended when the group was gone from the log, and its snapshot was not yet. */
    @Test
    void whatWasBegunToBeForgottenIsGoneAfterARestart() throws Exception {
        try (Swarm swarm = Swarm.of(2)) {
            Peer peer = swarm.peers.get(0);
            note(peer, "a");
            await(peer.group.takeSnapshot());
            GenesisId genesis = peer.group.genesis();
            Peer untouched = swarm.peers.get(1);
            await(untouched.group.takeSnapshot());
            for (Peer each : List.of(peer, untouched)) {
                each.node.close();
                each.transport.close();
            }
            swarm.peers.clear();
            peer.log.write(Tables.forget(genesis, peer.node.storeId()));

            swarm.add(peer.credentials, peer.log, peer.snapshots);
            swarm.add(untouched.credentials, untouched.log, untouched.snapshots);

            assertThat(peer.snapshots.newest(genesis)).isEmpty();
            assertThat(untouched.snapshots.newest(genesis)).isPresent();
        }
    }

    @Test
    void aJoinThatWasInterruptedGoesOn() throws Exception {
        PeerCredentials late = Ed25519Credentials.generate();
        try (Swarm swarm = Swarm.of(1)) {
            Peer first = swarm.peers.get(0);
            note(first, "a");
            swarm.network.cut(first.id(), late.peerId());
            Peer joining = onDisk(swarm, late).join(first.invite(Member.Role.VOTER));
            GenesisId genesis = joining.group.genesis();
            joining.stop();
            assertThat(await(joining.group.joined())).isInstanceOf(Outcome.Unknown.class);
            swarm.peers.remove(joining);
            swarm.network.heal();
            Peer again = onDisk(swarm, late).open(genesis);
            assertThat(await(again.group.joined())).isInstanceOf(Outcome.Applied.class);
            assertThat(notes(again)).containsExactly("a");
        }
    }
}
