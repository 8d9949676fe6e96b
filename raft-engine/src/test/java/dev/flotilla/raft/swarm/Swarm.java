package dev.flotilla.raft.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.driver.NodeSettings;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.InMemorySnapshotStore;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.SnapshotStore;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.memory.Ed25519Credentials;
import dev.flotilla.transport.memory.InMemoryNetwork;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Peers in one process, over a network in memory. */
final class Swarm implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    final InMemoryNetwork network = new InMemoryNetwork();
    final List<Peer> peers = new ArrayList<>();
    NodeSettings settings = NodeSettings.defaults();
    RaftConfig config = RaftConfig.defaults().withElectionTimeout(Duration.ofMillis(300));

    /** A peer with storage in memory and no group yet. */
    Peer add() throws IOException {
        return add(Ed25519Credentials.generate(), new InMemoryLogStorage(), new InMemorySnapshotStore());
    }

    Peer add(PeerCredentials credentials, LogStorage log, SnapshotStore snapshots) throws IOException {
        Peer peer = new Peer(network, credentials, log, snapshots, settings, config);
        peers.add(peer);
        return peer;
    }

    /** A new group of that many voters. */
    static Swarm of(int voters) throws Exception {
        Swarm swarm = new Swarm();
        swarm.grow(voters);
        return swarm;
    }

    /** Creates a group on the first new peer and lets others join by ticket. */
    void grow(int voters) throws Exception {
        Peer first = add().create();
        for (int i = 1; i < voters; i++) {
            await(add().join(first.invite(Member.Role.VOTER)).group.joined());
        }
    }

    /** Not those who have it not open yet, or were refused it. */
    private List<Peer> inGroup() {
        return peers.stream().filter(peer -> peer.group != null).toList();
    }

    Peer leader() throws Exception {
        for (long end = System.nanoTime() + PATIENCE.toNanos(); System.nanoTime() < end; Thread.onSpinWait()) {
            for (Peer peer : inGroup()) {
                CompletableFuture<CoreStatus> status = peer.group.status();
                try {
                    if (status.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).role() == Role.LEADER) {
                        return peer;
                    }
                } catch (java.util.concurrent.ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(IllegalStateException.class);
                }
            }
        }
        throw new TimeoutException("no leader");
    }

    Peer follower() throws Exception {
        Peer leader = leader();
        return inGroup().stream().filter(peer -> peer != leader).findFirst().orElseThrow();
    }

    static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    static void awaitTrue(BooleanSupplier condition) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new TimeoutException("not within " + PATIENCE);
            }
            Thread.onSpinWait();
        }
    }

    /** Proposes and expects it to be applied. */
    static long note(Peer peer, String note) throws Exception {
        Outcome<Integer> outcome = await(peer.group.propose(Bytes.utf8(note)));
        assertThat(outcome).isInstanceOf(Outcome.Applied.class);
        return ((Outcome.Applied<Integer>) outcome).index();
    }

    static List<String> notes(Peer peer, Consistency consistency) throws Exception {
        return await(peer.group.read(consistency, peer.notebook::notes)).state();
    }

    static List<String> notes(Peer peer) throws Exception {
        return notes(peer, Consistency.linearizable());
    }

    @Override
    public void close() throws IOException {
        for (Peer peer : peers) {
            peer.stop();
        }
    }
}
