package dev.flotilla.raft.swarm;

import static dev.flotilla.raft.swarm.Swarm.await;
import static dev.flotilla.raft.swarm.Swarm.awaitTrue;
import static dev.flotilla.raft.swarm.Swarm.note;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.RaftGroup;
import dev.flotilla.raft.message.Envelope;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.MessageCodec;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.metrics.Metric;
import dev.flotilla.raft.metrics.Scope;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.Outbound;
import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.memory.Ed25519Credentials;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That what {@link Metric} lists is there, with numbers that follow from what was done. */
@Timeout(120)
final class MetricsTest {
    private static final int NOTES = 20;

    private final Swarm swarm = new Swarm();

    private long peak(Metric metric) {
        return swarm.peers.stream()
                .mapToLong(peer -> peer.metrics.of(metric))
                .max()
                .orElse(0);
    }

    private void awaitSeen(Metric... metrics) throws Exception {
        awaitTrue(() -> {
            swarm.peers.forEach(peer -> peer.metrics.look());
            return Arrays.stream(metrics).allMatch(metric -> peak(metric) > 0);
        });
    }

    private static long now(Peer peer, Metric metric) {
        Scope scope = metric.extent() == Metric.Extent.NODE ? Scope.NODE : Scope.of(peer.group.genesis());
        return peer.metrics.now(metric, scope).value();
    }

    @Test
    void allThatIsListedIsThere() throws Exception {
        swarm.config = swarm.config.withLogKept(1 << 20, 0).withQuietAfter(Duration.ofMillis(300));
        swarm.settings = swarm.settings.withRequests(1_000, Duration.ofSeconds(2));
        try (swarm) {
            Peer first = swarm.add().create();
            for (int i = 0; i < NOTES; i++) {
                note(first, "note " + i);
            }
            await(first.group.takeSnapshot());
            Peer second = swarm.add().join(first.invite(Member.Role.VOTER));
            await(second.group.joined());
            Peer third = swarm.add().join(first.invite(Member.Role.VOTER));
            await(third.group.joined());
            awaitSeen(
                    Metric.SNAPSHOTS_TAKEN,
                    Metric.SNAPSHOTS_SERVED,
                    Metric.SNAPSHOTS_RECEIVED,
                    Metric.SNAPSHOTS_INSTALLED,
                    Metric.SESSIONS,
                    Metric.GROUPS_QUIET,
                    Metric.QUIET_BEGUN);
            Swarm.notes(second, Consistency.linearizable());
            assertThat(await(first.group.propose(Bytes.wrap(new byte[2 << 20]))))
                    .isInstanceOf(Outcome.Rejected.class);
            refuseSnapshots();
            hearStrangers(first);
            applySlowly(first);
            cutOff();
            overrun();
            awaitSeen(Metric.values());
        }
    }

    /** A newcomer that gets no snapshot: whoever had it has lost the file. */
    private void refuseSnapshots() throws Exception {
        Peer first = swarm.peers.get(0);
        for (Peer peer : swarm.peers) {
            peer.snapshots.delete(first.group.genesis());
        }
        swarm.add().join(first.invite(Member.Role.LEARNER));
        awaitSeen(Metric.SNAPSHOTS_NOT_RECEIVED);
    }

    /** Frames that make no sense, for a group that is not here, and from one that is no member. */
    private void hearStrangers(Peer peer) throws Exception {
        Ed25519Credentials stranger = Ed25519Credentials.generate();
        try (PeerTransport transport = swarm.network.join(stranger.peerId())) {
            transport.keepConnected(Set.of(peer.id()));
            Outbound outbound = transport.connect(peer.id(), Lane.CONTROL);
            awaitTrue(() -> outbound.trySend(Bytes.utf8("no frame")));
            GenesisId other = new GenesisId(Bytes.wrap(new byte[GenesisId.SIZE_BYTES]));
            awaitTrue(() -> outbound.trySend(frame(other)));
            awaitTrue(() -> outbound.trySend(frame(peer.group.genesis())));
            awaitSeen(Metric.FRAMES_MALFORMED, Metric.MESSAGES_ASTRAY, Metric.MESSAGES_REFUSED);
        }
    }

    private static Bytes frame(GenesisId group) {
        StoreId storeId = new StoreId(Bytes.wrap(new byte[StoreId.SIZE_BYTES]));
        RaftMessage message = new RaftMessage.CertificateRequest();
        return MessageCodec.encode(
                new Envelope(storeId, 1, FeatureLevel.NEWEST, List.of(new Envelope.Addressed(group, message))));
    }

    private void applySlowly(Peer peer) throws Exception {
        CountDownLatch open = new CountDownLatch(1);
        peer.notebook.waitFor(open);
        for (int i = 0; i < NOTES; i++) {
            var unused = peer.group.propose(Bytes.utf8("slow " + i));
        }
        awaitSeen(Metric.UNAPPLIED_BYTES, Metric.INBOX_BYTES);
        open.countDown();
    }

    /** The leader alone, which then does not learn what becomes of a write, and asks in vain to lead again. */
    private void cutOff() throws Exception {
        Peer leader = swarm.leader();
        for (Peer peer : swarm.peers) {
            if (peer != leader) {
                swarm.network.cut(leader.id(), peer.id());
            }
        }
        Outcome<Integer> outcome = await(leader.group.propose(Bytes.utf8("alone")));
        assertThat(outcome).isInstanceOf(Outcome.Unknown.class);
        awaitSeen(
                Metric.PROPOSALS_UNKNOWN,
                Metric.UNCOMMITTED_BYTES,
                Metric.FOLLOWER_LAG,
                Metric.ELECTIONS_LOST,
                Metric.QUIET_ENDED);
        assertThat(leader.metrics.has(
                        Metric.FOLLOWER_LAG,
                        Scope.of(leader.group.genesis(), swarm.follower().id())))
                .as("of one that leads no more")
                .isFalse();
        swarm.network.heal();
    }

    private void overrun() throws Exception {
        swarm.settings = swarm.settings.withInboxBytesMax(1);
        Peer full = swarm.add().create();
        try (PeerTransport transport =
                swarm.network.join(Ed25519Credentials.generate().peerId())) {
            transport.keepConnected(Set.of(full.id()));
            Outbound outbound = transport.connect(full.id(), Lane.CONTROL);
            awaitTrue(() -> outbound.trySend(frame(full.group.genesis())));
            awaitSeen(Metric.MESSAGES_OVERRUN);
        }
    }

    @Test
    void numbersFollowFromWhatWasDone() throws Exception {
        swarm.config = swarm.config.withElectionTimeout(Duration.ofSeconds(10)); // no leader but the first
        try (swarm) {
            swarm.grow(3);
            Peer leader = swarm.leader();
            for (int i = 0; i < NOTES; i++) {
                note(leader, "note " + i);
            }
            long index = note(leader, "the last");
            assertThat(now(leader, Metric.PROPOSALS_APPLIED)).isEqualTo(NOTES + 1);
            assertThat(leader.metrics
                            .now(Metric.PROPOSALS_APPLIED, Scope.of(leader.group.genesis()))
                            .totalNanos())
                    .isPositive();
            assertThat(now(leader, Metric.ELECTIONS_BEGUN)).isEqualTo(1);
            assertThat(now(leader, Metric.ELECTIONS_WON)).isEqualTo(1);
            assertThat(now(leader, Metric.GROUPS_LED)).isEqualTo(1);
            assertThat(now(leader, Metric.SESSIONS)).isEqualTo(1);
            for (Peer peer : swarm.peers) {
                awaitTrue(() -> now(peer, Metric.APPLIED_INDEX) >= index);
                assertThat(now(peer, Metric.ENTRIES_APPLIED)).isEqualTo(index);
                assertThat(now(peer, Metric.COMMIT_INDEX)).isEqualTo(index);
                assertThat(now(peer, Metric.LEADER_CHANGES)).isEqualTo(1);
                assertThat(now(peer, Metric.TERM))
                        .isEqualTo(await(peer.group.status()).term());
                assertThat(now(peer, Metric.LOG_ENTRIES)).isEqualTo(index);
                assertThat(now(peer, Metric.UNAPPLIED_BYTES)).isZero();
                awaitTrue(() -> now(peer, Metric.UNCOMMITTED_BYTES) == 0);
                assertThat(now(peer, Metric.GROUPS_OPEN)).isEqualTo(1);
            }
        }
    }

    @Test
    void whoeverSharesMetersIsInThoseOfTheNode() throws Exception {
        try (swarm) {
            Peer peer = swarm.add().create();
            RaftGroup<Integer> shared = peer.node.create(new Notebook(), swarm.config);
            await(shared.propose(Bytes.utf8("one")));
            assertThat(peer.metrics.now(Metric.PROPOSALS_APPLIED, Scope.NODE).value())
                    .isEqualTo(1);
            assertThat(now(peer, Metric.PROPOSALS_APPLIED)).isZero();
            assertThat(peer.metrics.has(Metric.TERM, Scope.of(shared.genesis())))
                    .isFalse();
            assertThat(peer.metrics.now(Metric.SESSIONS, Scope.NODE).value()).isEqualTo(1);

            note(peer, "two");
            GenesisId genesis = peer.group.genesis();
            peer.group.close();
            shared.close();
            assertThat(peer.metrics.has(Metric.PROPOSALS_APPLIED, Scope.of(genesis)))
                    .isFalse();
            for (Metric metric : List.of(Metric.GROUPS_OPEN, Metric.GROUPS_LED, Metric.GROUPS_QUIET, Metric.SESSIONS)) {
                assertThat(peer.metrics.now(metric, Scope.NODE).value())
                        .as(metric.label())
                        .isZero();
            }
            peer.open(genesis);
            note(peer, "three");
            assertThat(now(peer, Metric.PROPOSALS_APPLIED)).isEqualTo(1);
        }
    }
}
