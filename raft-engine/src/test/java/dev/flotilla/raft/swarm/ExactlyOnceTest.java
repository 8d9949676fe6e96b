package dev.flotilla.raft.swarm;

import static dev.flotilla.raft.swarm.Swarm.await;
import static dev.flotilla.raft.swarm.Swarm.note;
import static dev.flotilla.raft.swarm.Swarm.notes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.driver.NodeSettings;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.storage.FileSnapshotStore;
import dev.flotilla.raft.storage.h2.H2LogStorage;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.memory.Ed25519Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A write that is made again by its token is applied once, whatever happened to peers, leaders and logs meanwhile. */
@Timeout(120)
class ExactlyOnceTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    private final PeerCredentials credentials = Ed25519Credentials.generate();

    private Peer onDisk(Swarm swarm) throws IOException {
        return swarm.add(
                credentials,
                H2LogStorage.open(directory.resolve("log.mv.db")),
                FileSnapshotStore.open(Files.createDirectories(directory.resolve("snapshots"))));
    }

    private static List<CompletableFuture<Outcome<Integer>>> propose(Peer peer, String prefix, int count) {
        List<CompletableFuture<Outcome<Integer>>> writes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            writes.add(peer.group.propose(Bytes.utf8(prefix + i)));
        }
        return writes;
    }

    /** What was written, and the tokens of what may have been. */
    private static final class Fates {
        final List<String> written = new ArrayList<>();
        final Map<String, Outcome.RetryToken> unknown = new LinkedHashMap<>();

        Fates(String prefix, List<CompletableFuture<Outcome<Integer>>> writes) throws Exception {
            for (int i = 0; i < writes.size(); i++) {
                Outcome<Integer> outcome = await(writes.get(i));
                if (outcome instanceof Outcome.Applied) {
                    written.add(prefix + i);
                } else if (outcome instanceof Outcome.Unknown<Integer> left) {
                    unknown.put(prefix + i, Objects.requireNonNull(left.token(), left.detail()));
                }
            }
        }

        void retry(Peer peer) throws Exception {
            for (Map.Entry<String, Outcome.RetryToken> each : unknown.entrySet()) {
                assertThat(await(peer.group.retry(each.getValue(), Bytes.utf8(each.getKey()))))
                        .isInstanceOf(Outcome.Applied.class);
                written.add(each.getKey());
            }
        }
    }

    @Test
    void aClientThatCrashedMakesItsWritesAgainByTheirTokens() throws Exception {
        GenesisId genesis;
        Fates fates;
        try (Swarm swarm = new Swarm()) {
            Peer peer = onDisk(swarm).create();
            genesis = peer.group.genesis();
            note(peer, "before");
            List<CompletableFuture<Outcome<Integer>>> writes = propose(peer, "note ", 200);
            await(writes.get(20));
            await(peer.group.takeSnapshot());
            peer.node.close();
            fates = new Fates("note ", writes);
        }
        try (Swarm swarm = new Swarm()) {
            Peer peer = onDisk(swarm).open(genesis);
            fates.retry(peer);
            fates.written.add("before");
            assertThat(notes(peer)).containsExactlyInAnyOrderElementsOf(fates.written);
            fates.unknown.keySet().forEach(fates.written::remove);
            fates.retry(peer); // once more
            assertThat(notes(peer)).containsExactlyInAnyOrderElementsOf(fates.written);
        }
    }

    @Test
    void aLeaderThatNeverHeardOfItsWritesAgainLeavesThemToAnother() throws Exception {
        try (Swarm swarm = Swarm.of(3)) {
            Peer old = swarm.leader();
            note(old, "before");
            List<Peer> others = swarm.peers.stream().filter(peer -> peer != old).toList();
            swarm.network.cut(List.of(old.id()), others.stream().map(Peer::id).toList());
            List<CompletableFuture<Outcome<Integer>>> writes = propose(old, "note ", 5);
            old.group.status().join(); // it has appended them by now
            old.node.close();
            Fates fates = new Fates("note ", writes);
            assertThat(fates.unknown).hasSize(5);
            fates.retry(others.get(0));
            fates.written.clear();
            fates.retry(others.get(1));
            fates.written.add("before");
            assertThat(notes(others.get(0))).containsExactlyInAnyOrderElementsOf(fates.written);
        }
    }

    @Test
    void whatWasWrittenBeforeASnapshotIsKnownToWhoStartsFromIt() throws Exception {
        try (Swarm swarm = new Swarm()) {
            swarm.config = RaftConfig.defaults()
                    .withElectionTimeout(Duration.ofMillis(300))
                    .withLogKept(1 << 10, 0);
            swarm.settings = NodeSettings.defaults().withSnapshots(50, 1 << 20);
            swarm.grow(3);
            Peer old = swarm.leader();
            note(old, "before");
            List<Peer> others = swarm.peers.stream().filter(peer -> peer != old).toList();
            Peer away = others.get(0);
            Peer near = others.get(1);
            swarm.network.cut(List.of(away.id()), List.of(old.id(), near.id()));
            List<CompletableFuture<Outcome<Integer>>> writes = propose(near, "note ", 100);
            near.node.close();
            Fates fates = new Fates("note ", writes);
            swarm.network.heal();
            fates.retry(away);
            fates.written.add("before");
            assertThat(notes(away)).containsExactlyInAnyOrderElementsOf(fates.written);
        }
    }

    @Test
    void aGroupThatIsOpenedAgainTakesTheSameCommandForAnotherWrite() throws Exception {
        try (Swarm swarm = Swarm.of(1)) {
            Peer peer = swarm.peers.get(0);
            note(peer, "a");
            note(peer, "a");
            GenesisId genesis = peer.group.genesis();
            peer.group.close();
            peer.open(genesis);
            note(peer, "a");
            assertThat(notes(peer)).containsExactly("a", "a", "a");
        }
    }

    @Test
    void aTokenIsGoodForItsCommandInItsGroupAlone() throws Exception {
        try (Swarm swarm = Swarm.of(2)) {
            Peer old = swarm.leader();
            Peer other = swarm.follower();
            note(old, "before");
            swarm.network.cut(old.id(), other.id());
            CompletableFuture<Outcome<Integer>> write = old.group.propose(Bytes.utf8("a"));
            old.group.status().join();
            GenesisId genesis = old.group.genesis();
            old.group.close();
            Outcome.RetryToken token = Objects.requireNonNull(((Outcome.Unknown<Integer>) await(write)).token());
            swarm.network.heal();
            old.open(genesis);
            assertThat(await(other.group.retry(token, Bytes.utf8("b"))))
                    .isInstanceOfSatisfying(Outcome.Rejected.class, refused -> assertThat(refused.reason())
                            .isEqualTo(Outcome.Reason.REFUSED));
            var foreign = other.node.create(new Notebook(), swarm.config);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> foreign.retry(token, Bytes.utf8("a")))
                    .withMessageContaining("the token is of group " + genesis);
            assertThat(await(other.group.retry(token, Bytes.utf8("a")))).isInstanceOf(Outcome.Applied.class);
            assertThat(notes(other)).containsExactly("before", "a");
        }
    }
}
