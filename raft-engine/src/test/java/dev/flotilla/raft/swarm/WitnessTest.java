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
import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.driver.NodeSettings;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.storage.FileSnapshotStore;
import dev.flotilla.raft.storage.InMemorySnapshotStore;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.h2.H2LogStorage;
import dev.flotilla.raft.storage.segment.SegmentedLogStorage;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.memory.Ed25519Credentials;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two voters and a witness, which votes and keeps no state. */
@Timeout(120)
class WitnessTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    private static Peer joinAsWitness(Swarm swarm, Peer witness) throws Exception {
        witness.join(swarm.leader().invite(Member.Role.WITNESS));
        assertThat(await(witness.group.joined())).isInstanceOf(Outcome.Applied.class);
        return witness;
    }

    @Test
    void twoVotersAndAWitnessSurviveTheLossOfOne() throws Exception {
        try (Swarm swarm = Swarm.of(2)) {
            List<Peer> voters = List.copyOf(swarm.peers);
            Peer witness = joinAsWitness(swarm, swarm.add());
            note(voters.get(0), "before");
            Peer lost = swarm.leader();
            swarm.peers.remove(lost);
            lost.stop();

            Peer left = voters.get(0) == lost ? voters.get(1) : voters.get(0);
            assertThat(swarm.leader()).isSameAs(left);
            note(left, "after");
            assertThat(notes(left)).containsExactly("before", "after");
            assertThat(witness.notebook.notes()).isEmpty();
        }
    }

    @Test
    void aWitnessRefusesReadsAndWritesWithTheReason() throws Exception {
        try (Swarm swarm = Swarm.of(2)) {
            Peer witness = joinAsWitness(swarm, swarm.add());
            note(swarm.leader(), "a");

            assertThat(await(witness.group.propose(Bytes.utf8("b"))))
                    .isInstanceOfSatisfying(Outcome.Rejected.class, rejected -> assertThat(rejected.detail())
                            .contains("is a witness"));
            for (Consistency consistency : List.of(Consistency.linearizable(), Consistency.local())) {
                assertThatThrownBy(() -> notes(witness, consistency))
                        .hasCauseInstanceOf(UnavailableException.class)
                        .hasMessageContaining("is a witness");
            }
            assertThatThrownBy(() -> await(witness.group.takeSnapshot())).hasMessageContaining("is a witness");
        }
    }

    /** Its own snapshots, and those that it is told of, hold no state: nothing is restored from them. */
    @Test
    void aWitnessComesBackAfterItsLogWasCompacted() throws Exception {
        PeerCredentials credentials = Ed25519Credentials.generate();
        try (Swarm swarm = new Swarm()) {
            swarm.config = RaftConfig.defaults()
                    .withElectionTimeout(Duration.ofMillis(300))
                    .withLogKept(1 << 10, 0);
            swarm.settings = NodeSettings.defaults().withSnapshots(20, 1 << 20);
            swarm.grow(2);
            GenesisId genesis = swarm.peers.get(0).group.genesis();
            for (int i = 0; i < 60; i++) {
                note(swarm.peers.get(0), "note " + i);
            }
            Peer witness = joinAsWitness(swarm, onDisk(swarm, credentials));
            for (int i = 60; i < 120; i++) {
                note(swarm.peers.get(0), "note " + i);
            }
            awaitTrue(() -> snapshotIndex(witness) > 60);
            swarm.peers.remove(witness);
            witness.stop();
            for (int i = 120; i < 180; i++) {
                note(swarm.peers.get(0), "note " + i);
            }

            Peer back = onDisk(swarm, credentials).open(genesis);
            long index = note(swarm.peers.get(0), "last");
            awaitTrue(() -> status(back).lastApplied() >= index);
            assertThat(back.notebook.restores()).isZero();
            assertThat(back.notebook.notes()).isEmpty();
            assertThatThrownBy(() -> notes(back, Consistency.local())).hasMessageContaining("is a witness");
        }
    }

    /** The next leader never heard that it was let in as a witness, and lets it in as a voter, with the same store. */
    private void whoWasNearlyAWitnessBecomesAVoter(LogOpener opener) throws Exception {
        PeerCredentials credentials = Ed25519Credentials.generate();
        try (Swarm swarm = new Swarm()) {
            swarm.config = RaftConfig.defaults().withElectionTimeout(Duration.ofSeconds(2));
            swarm.grow(3);
            Peer old = swarm.leader();
            long index = note(old, "first");
            swarm.peers.remove(old);
            List<Peer> others = List.copyOf(swarm.peers);
            swarm.network.cut(List.of(old.id()), others.stream().map(Peer::id).toList());
            Peer nearly = swarm.add(credentials, opener.open(), new InMemorySnapshotStore());
            swarm.peers.remove(nearly);
            nearly.join(old.invite(Member.Role.WITNESS));
            awaitTrue(() -> status(nearly).lastEntry().index() >= index);
            nearly.stop();
            old.stop();

            Peer next = swarm.leader();
            note(next, "second");
            Peer back = swarm.add(credentials, opener.open(), new InMemorySnapshotStore());
            await(back.join(next.invite(Member.Role.VOTER)).group.joined());
            note(back, "third");
            assertThat(notes(back)).containsExactly("first", "second", "third");
            await(next.group.transferLeadership(back.id()));
            assertThat(swarm.leader()).isSameAs(back);
            note(back, "fourth");
            for (Peer peer : swarm.peers) {
                assertThat(notes(peer)).containsExactly("first", "second", "third", "fourth");
            }
        }
    }

    private interface LogOpener {
        LogStorage open() throws IOException;
    }

    @Test
    void whoWasNearlyAWitnessBecomesAVoterWithALogInH2() throws Exception {
        whoWasNearlyAWitnessBecomesAVoter(() -> H2LogStorage.open(directory.resolve("log.mv.db")));
    }

    @Test
    void whoWasNearlyAWitnessBecomesAVoterWithALogInSegments() throws Exception {
        whoWasNearlyAWitnessBecomesAVoter(() -> SegmentedLogStorage.open(directory.resolve("log")));
    }

    private static long snapshotIndex(Peer peer) {
        return status(peer).snapshot().index();
    }

    private static CoreStatus status(Peer peer) {
        try {
            return await(peer.group.status());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private Peer onDisk(Swarm swarm, PeerCredentials credentials) throws IOException {
        return swarm.add(
                credentials,
                H2LogStorage.open(directory.resolve("log.mv.db")),
                FileSnapshotStore.open(directory.resolve("snapshots")));
    }
}
