package dev.flotilla.peer.daemon;

import dev.flotilla.libp2p.AddressBook;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostService;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.mdns.Mdns;
import dev.flotilla.libp2p.pnet.PreSharedKey;
import dev.flotilla.libp2p.portmapping.PortMapping;
import dev.flotilla.libp2p.transport.Libp2pCredentials;
import dev.flotilla.libp2p.transport.Libp2pTransport;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.control.ControlHandler;
import dev.flotilla.peer.control.ControlServer;
import dev.flotilla.raft.RaftNode;
import dev.flotilla.raft.metrics.InMemoryMetrics;
import dev.flotilla.raft.storage.DataDirectory;
import dev.flotilla.raft.storage.FileSnapshotStore;
import dev.flotilla.raft.storage.LogKind;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.SnapshotStore;
import dev.flotilla.raft.storage.log.NodeLog;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running peer. What was started is closed in the opposite order, also when the start fails half-way. */
public final class Daemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
    private static final int METERED_COMMUNITIES_MAX = 100; // more of them share the meters of the peer

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final DaemonSettings settings;
    private List<Multiaddr> addresses = List.of();
    private boolean closed;

    private Daemon(DaemonSettings settings) {
        this.settings = settings;
    }

    /**
     * Starts a peer in its directory; makes the identity if there is none. Returns when it answers.
     *
     * @throws CommandException if it cannot: the directory is in use, damaged or not writable, or the address is taken
     */
    public static Daemon start(DaemonSettings settings) throws CommandException {
        Daemon daemon = new Daemon(settings);
        try {
            daemon.start();
            return daemon;
        } catch (IOException e) {
            daemon.close();
            throw CommandException.failed(String.valueOf(e.getMessage()));
        } catch (CommandException | RuntimeException e) {
            daemon.close();
            throw e;
        }
    }

    private void start() throws CommandException, IOException {
        PeerDirectory directory = settings.directory();
        PrivateKey identity = directory.identity();
        PrivateKey operator = directory.operator();
        DataDirectory data = closing(open(directory, settings.log()));
        LogStorage log = closing(NodeLog.open(data));
        SnapshotStore snapshots = FileSnapshotStore.open(data.snapshots());
        AddressBook book = AddressBook.open(directory.path());
        SwarmRelay relay = new SwarmRelay();
        List<HostService> services = new ArrayList<>();
        if (settings.network().relay()) {
            services.add(relay.service());
        }
        ReachabilityCheck check =
                settings.network().autonat() ? closing(new ReachabilityCheck(settings.network())) : null;
        if (check != null) {
            services.addAll(check.services());
        }
        Host host = closing(
                new HostStarter(identity, operator.peerId(), RememberedPorts.open(directory.file("listen.json")))
                        .start(settings.network(), services));
        PeerNetwork network = new PeerNetwork(host, book, new Libp2pCredentials(identity));
        Libp2pTransport transport = closing(Libp2pTransport.start(host, book));
        relay.serve(transport::isWanted); // the engine wants a connection to each member
        InMemoryMetrics metrics = new InMemoryMetrics(METERED_COMMUNITIES_MAX);
        RaftNode node = closing(RaftNode.builder()
                .transport(transport)
                .credentials(network.credentials())
                .storage(log, snapshots)
                .metrics(metrics)
                .start());
        Communities communities = Communities.open(node, CommunityNames.open(node), settings.raft());
        started.push(communities::endWatches);
        closing(ControlServer.start(host, operator.peerId(), handlers(communities, network, metrics)));
        addresses = network.ownAddresses();
        announce(directory.daemonFile(), host, settings.network().swarmKey());
        network.dial(settings.network().peers());
        if (settings.network().mdns()) {
            Optional<PreSharedKey> key =
                    Optional.ofNullable(settings.network().swarmKey()).map(SwarmKey::key);
            closing(Mdns.start(host, key, new LocalPeers(book, transport::isWanted)));
        }
        if (settings.network().mapPorts()) {
            closing(PortMapping.start(host));
        }
        if (check != null) {
            closing(check.start(host));
        }
        LOG.info(
                "started peer={} communities={} stopped={}",
                host.peerId(),
                communities.all().size(),
                communities.allStopped().size());
    }

    private static Map<String, ControlHandler> handlers(
            Communities communities, Network network, InMemoryMetrics metrics) {
        Map<String, ControlHandler> handlers = new HashMap<>();
        handlers.putAll(new DocumentOperations(communities).handlers());
        handlers.putAll(new MembershipOperations(communities, network).handlers());
        handlers.putAll(new TicketOperations(communities, network).handlers());
        handlers.putAll(new ForgetOperations(communities, network.peerId()).handlers());
        handlers.putAll(new BackupOperations(communities).handlers());
        handlers.putAll(new StatusOperations(communities, network, metrics).handlers());
        return handlers;
    }

    private static DataDirectory open(PeerDirectory directory, @Nullable LogKind log) throws IOException {
        return log == null ? DataDirectory.open(directory.path()) : DataDirectory.open(directory.path(), log);
    }

    private void announce(DaemonFile file, Host host, @Nullable SwarmKey key) throws IOException {
        file.write(new DaemonFile.Running(host.peerId(), host.reachableAddresses(), key == null ? null : key.file()));
        started.push(file::delete);
    }

    private <T extends AutoCloseable> T closing(T resource) {
        started.push(resource);
        return resource;
    }

    /** Where the peer listens, each address with the peer id. */
    public List<Multiaddr> addresses() {
        return addresses;
    }

    /** Ends everything; what is on disk is complete. Idempotent. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (Exception e) { // the rest must be closed all the same
                LOG.warn("closing failed", e);
            }
        }
    }
}
