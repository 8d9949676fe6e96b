package dev.flotilla.raft.swarm;

import dev.flotilla.raft.RaftGroup;
import dev.flotilla.raft.RaftNode;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.driver.NodeSettings;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.metrics.InMemoryMetrics;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.SnapshotStore;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.memory.InMemoryNetwork;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** One peer of a {@link Swarm}: a node, and the group and state machine that a test is about. */
final class Peer {
    final PeerCredentials credentials;
    final LogStorage log;
    final SnapshotStore snapshots;
    final PeerTransport transport;
    final RaftNode node;
    final Peaks metrics = new Peaks(new InMemoryMetrics(1));
    Notebook notebook = new Notebook();
    private final RaftConfig config;

    @SuppressWarnings("NullAway.Init") // set by create, join or open
    RaftGroup<Integer> group;

    Peer(
            InMemoryNetwork network,
            PeerCredentials credentials,
            LogStorage log,
            SnapshotStore snapshots,
            NodeSettings settings,
            RaftConfig config)
            throws IOException {
        this.credentials = credentials;
        this.log = log;
        this.snapshots = snapshots;
        this.config = config;
        this.transport = network.join(credentials.peerId());
        this.node = RaftNode.builder()
                .transport(transport)
                .credentials(credentials)
                .storage(log, snapshots)
                .settings(settings)
                .metrics(metrics)
                .start();
    }

    PeerId id() {
        return credentials.peerId();
    }

    Peer create() throws IOException {
        group = node.create(notebook, config);
        return this;
    }

    Peer open(GenesisId genesis) throws IOException {
        notebook = new Notebook();
        group = node.open(genesis, notebook, config);
        return this;
    }

    Peer join(Ticket ticket) throws IOException {
        group = node.join(ticket, notebook, config);
        return this;
    }

    Ticket invite(Member.Role role) {
        return group.invite("notes", role, Duration.ofHours(1), List.of(new Ticket.Contact(id(), List.of())));
    }

    /** Ends the node as a process ends: transport and storage with it. */
    void stop() throws IOException {
        node.close();
        transport.close();
        log.close();
    }
}
