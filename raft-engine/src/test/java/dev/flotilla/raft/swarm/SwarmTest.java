package dev.flotilla.raft.swarm;

import static dev.flotilla.raft.swarm.Swarm.await;
import static dev.flotilla.raft.swarm.Swarm.note;
import static dev.flotilla.raft.swarm.Swarm.notes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.ReadResult;
import dev.flotilla.consensus.UnavailableException;
import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.MembershipChange;
import dev.flotilla.transport.Bytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A group of peers does what it is there for. */
@Timeout(120)
class SwarmTest {
    @Test
    void onePeerAgreesWithItself() throws Exception {
        try (Swarm swarm = Swarm.of(1)) {
            Peer peer = swarm.peers.get(0);
            assertThat(await(peer.group.joined())).isInstanceOf(Outcome.Applied.class);
            note(peer, "a");
            assertThat(notes(peer)).containsExactly("a");
        }
    }

    @Test
    void everyPeerWritesAndReadsWhatAllWrote() throws Exception {
        try (Swarm swarm = Swarm.of(3)) {
            List<String> written = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                note(swarm.peers.get(i % 3), "note " + i);
                written.add("note " + i);
                for (Peer peer : swarm.peers) {
                    assertThat(notes(peer)).isEqualTo(written);
                }
            }
        }
    }

    @Test
    void aCallbackMayWaitForWritesThatEndWithItsOwn() throws Exception {
        try (Swarm swarm = Swarm.of(1)) {
            List<CompletableFuture<Outcome<Integer>>> others = new ArrayList<>();
            Peer peer = swarm.peers.get(0);
            CompletableFuture<Integer> waited = peer.group
                    .propose(Bytes.utf8("first"))
                    .thenCompose(outcome -> {
                        for (int i = 0; i < 100; i++) {
                            others.add(peer.group.propose(Bytes.utf8("other " + i)));
                        }
                        return others.get(0).thenApply(other -> {
                            others.forEach(CompletableFuture::join);
                            return others.size();
                        });
                    });
            assertThat(await(waited)).isEqualTo(100);
        }
    }

    @Test
    void manyWritesAtOnceAreAppliedOnceEach() throws Exception {
        try (Swarm swarm = Swarm.of(3)) {
            List<CompletableFuture<Outcome<Integer>>> outcomes = new ArrayList<>();
            for (int i = 0; i < 3_000; i++) {
                outcomes.add(swarm.peers.get(i % 3).group.propose(Bytes.utf8("note " + i)));
            }
            for (CompletableFuture<Outcome<Integer>> outcome : outcomes) {
                assertThat(await(outcome)).isInstanceOf(Outcome.Applied.class);
            }
            for (Peer peer : swarm.peers) {
                assertThat(notes(peer)).hasSize(3_000).doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void aReadSaysHowOldItIs() throws Exception {
        try (Swarm swarm = Swarm.of(3)) {
            Peer follower = swarm.follower();
            long index = note(follower, "a");
            ReadResult<List<String>> fresh =
                    await(follower.group.read(Consistency.linearizable(), follower.notebook::notes));
            assertThat(fresh.index()).isGreaterThanOrEqualTo(index);
            assertThat(fresh.age()).isNotNull();
            assertThat(notes(follower, Consistency.atLeast(index))).containsExactly("a");
            assertThat(notes(follower, Consistency.atMost(Duration.ofHours(1)))).containsExactly("a");
            assertThat(notes(follower, Consistency.atMost(Duration.ZERO))).containsExactly("a");
            assertThat(notes(follower, Consistency.local())).containsExactly("a");
            assertThatThrownBy(() -> notes(follower, Consistency.lease()))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(UnavailableException.class)
                    .hasMessageContaining("the members of this group have not agreed on lease reads");
            assertThatThrownBy(() -> await(follower.group.read(Consistency.local(), () -> {
                        throw new IllegalArgumentException("a query of its own mind");
                    })))
                    .hasCauseInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aLearnerReadsAndWrites() throws Exception {
        try (Swarm swarm = Swarm.of(1)) {
            Peer learner = swarm.add().join(swarm.peers.get(0).invite(Member.Role.LEARNER));
            assertThat(await(learner.group.joined())).isInstanceOf(Outcome.Applied.class);
            note(learner, "a");
            assertThat(notes(learner)).containsExactly("a");
            CoreStatus status = await(learner.group.status());
            assertThat(status.configuration().isVoter(learner.id())).isFalse();
        }
    }

    @Test
    void aTicketIsGoodForOnePeer() throws Exception {
        try (Swarm swarm = Swarm.of(1)) {
            var ticket = swarm.peers.get(0).invite(Member.Role.VOTER);
            assertThat(await(swarm.add().join(ticket).group.joined())).isInstanceOf(Outcome.Applied.class);
            assertThat(await(swarm.add().join(ticket).group.joined())).isInstanceOf(Outcome.Rejected.class);
        }
    }

    @Test
    void aForgedTicketIsRefused() throws Exception {
        try (Swarm swarm = Swarm.of(1)) {
            var forged = swarm.peers.get(0).invite(Member.Role.VOTER).withSignature(Bytes.wrap(new byte[64]));
            assertThat(await(swarm.add().join(forged).group.joined())).isInstanceOf(Outcome.Rejected.class);
        }
    }

    @Test
    void leadershipMovesWhereItIsAsked() throws Exception {
        try (Swarm swarm = Swarm.of(3)) {
            Peer target = swarm.follower();
            assertThat(await(swarm.leader().group.transferLeadership(target.id())))
                    .isInstanceOf(Outcome.Applied.class);
            note(target, "a");
            assertThat(swarm.leader()).isSameAs(target);
        }
    }

    @Test
    void aRemovedPeerIsToldAndTheOthersGoOn() throws Exception {
        try (Swarm swarm = Swarm.of(3)) {
            Peer leader = swarm.leader();
            Peer removed = swarm.follower();
            assertThat(await(leader.group.changeMembers(MembershipChange.remove(removed.id()))))
                    .isInstanceOf(Outcome.Applied.class);
            note(leader, "a");
            Outcome<Integer> outcome = await(removed.group.propose(Bytes.utf8("b")));
            assertThat(outcome).isInstanceOf(Outcome.Rejected.class);
            assertThat(((Outcome.Rejected<Integer>) outcome).reason()).isEqualTo(Outcome.Reason.NOT_A_MEMBER);
            assertThat(await(removed.group.status()).left()).isTrue();
        }
    }

    @Test
    void whoTurnsToARemovedPeerIsRefused() throws Exception {
        try (Swarm swarm = Swarm.of(3)) {
            Peer removed = swarm.follower();
            var ticket = removed.invite(Member.Role.VOTER);
            await(swarm.leader().group.changeMembers(MembershipChange.remove(removed.id())));
            await(removed.group.propose(Bytes.utf8("a"))); // it knows by now
            assertThat(await(swarm.add().join(ticket).group.joined())).isInstanceOf(Outcome.Rejected.class);
        }
    }

    @Test
    void aLeaderThatIsCutOffIsReplacedAndComesBack() throws Exception {
        try (Swarm swarm = Swarm.of(3)) {
            note(swarm.leader(), "a");
            Peer old = swarm.leader();
            List<Peer> others = swarm.peers.stream().filter(peer -> peer != old).toList();
            CompletableFuture<Outcome<Integer>> lost;
            swarm.network.cut(List.of(old.id()), others.stream().map(Peer::id).toList());
            lost = old.group.propose(Bytes.utf8("lost"));
            note(others.get(0), "b");
            swarm.network.heal();
            assertThat(await(lost)).isInstanceOf(Outcome.Applied.class); // under the next leader
            assertThat(notes(old)).containsExactly("a", "b", "lost");
        }
    }
}
