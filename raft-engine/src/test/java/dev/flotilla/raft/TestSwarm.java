package dev.flotilla.raft;

import dev.flotilla.raft.driver.NodeSettings;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.InMemorySnapshotStore;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.SnapshotStore;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.memory.InMemoryNetwork;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Nodes over a network, logs and snapshots in memory. */
final class TestSwarm implements AutoCloseable {
    private static final int MULTIHASH_BYTES = 34;

    private record Machine(PeerTransport transport, LogStorage log, SnapshotStore snapshots, RaftNode node) {}

    private final NodeSettings settings;
    private final InMemoryNetwork network = new InMemoryNetwork();
    private final Map<PeerId, Machine> machines = new LinkedHashMap<>();

    TestSwarm() {
        this(NodeSettings.defaults());
    }

    TestSwarm(NodeSettings settings) {
        this.settings = settings;
    }

    InMemoryNetwork network() {
        return network;
    }

    /** One more node, with an identity of its own. */
    RaftNode start() throws IOException {
        byte[] multihash = new byte[MULTIHASH_BYTES];
        multihash[0] = 0x12;
        multihash[1] = MULTIHASH_BYTES - 2;
        multihash[2] = (byte) (machines.size() + 1);
        return start(PeerId.fromBytes(multihash), new InMemoryLogStorage(), new InMemorySnapshotStore());
    }

    /** Stops the node and starts it again over what it has stored. */
    RaftNode restart(RaftNode node) throws IOException {
        Machine before = Objects.requireNonNull(machines.get(node.peerId()));
        node.close();
        before.transport.close();
        return start(node.peerId(), before.log, before.snapshots);
    }

    private RaftNode start(PeerId peer, LogStorage log, SnapshotStore snapshots) throws IOException {
        PeerTransport transport = network.join(peer);
        RaftNode node = RaftNode.builder()
                .transport(transport)
                .credentials(new TrustingCredentials(peer))
                .storage(log, snapshots)
                .settings(settings)
                .start();
        machines.put(peer, new Machine(transport, log, snapshots, node));
        return node;
    }

    /** The one that was started last as that peer; null if none was. */
    @Nullable
    RaftNode node(PeerId peer) {
        Machine machine = machines.get(peer);
        return machine == null ? null : machine.node;
    }

    /** Where the node can be reached: in a network in memory its name is enough. */
    static List<Ticket.Contact> contact(RaftNode node) {
        return List.of(new Ticket.Contact(node.peerId(), List.of()));
    }

    @Override
    public void close() {
        for (Machine machine : machines.values()) {
            machine.node.close();
            machine.transport.close();
        }
    }

    /** Signs with its name. */
    private record TrustingCredentials(PeerId peerId) implements PeerCredentials {
        @Override
        public Bytes sign(Bytes payload) {
            return signature(peerId, payload);
        }

        @Override
        public boolean verify(PeerId signer, Bytes payload, Bytes signature) {
            return signature.equals(signature(signer, payload));
        }

        private static Bytes signature(PeerId signer, Bytes payload) {
            return Bytes.utf8(signer + " signed " + payload.hashCode());
        }
    }
}
