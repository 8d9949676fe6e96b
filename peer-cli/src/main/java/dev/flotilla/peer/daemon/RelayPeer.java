package dev.flotilla.peer.daemon;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.relay.RelayService;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.raft.storage.DirectoryLock;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A running peer that does nothing but relay. It has an identity and the ports of the last time, and no communities. */
public final class RelayPeer implements AutoCloseable {
    private final DirectoryLock lock;
    private final Host host;

    private RelayPeer(DirectoryLock lock, Host host) {
        this.lock = lock;
        this.host = host;
    }

    /**
     * Starts one in its directory; makes the identity if there is none.
     *
     * @param listen where; loopback if nothing is named
     * @param swarmKey of the private network that it belongs to; null for the open network
     * @param members whom it is for: they get in however many others are connected
     * @throws CommandException if it cannot: the directory is in use or not writable, or an address is taken
     */
    public static RelayPeer start(
            PeerDirectory directory,
            List<Multiaddr> listen,
            @Nullable SwarmKey swarmKey,
            RelayService relay,
            Collection<PeerId> members)
            throws CommandException {
        PrivateKey identity = directory.identity();
        try {
            DirectoryLock lock = DirectoryLock.acquire(directory.path());
            try {
                RememberedPorts ports = RememberedPorts.open(directory.file("listen.json"));
                NetworkSettings network =
                        NetworkSettings.defaults().withListen(listen).withSwarmKey(swarmKey);
                PeerId operator = directory.operator().peerId();
                Host host = new HostStarter(identity, operator, ports).start(network, List.of(relay));
                members.forEach(member -> host.peerTags().protect(member, "relay"));
                return new RelayPeer(lock, host);
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw CommandException.failed(String.valueOf(e.getMessage()));
        }
    }

    /** Where it listens, each address with the peer id. */
    public List<Multiaddr> addresses() {
        return host.reachableAddresses().stream()
                .map(address -> address.withPeerId(host.peerId()))
                .toList();
    }

    /** Whether {@code peer} gets in however many others are connected; for tests. */
    boolean isProtected(PeerId peer) {
        return host.peerTags().isProtected(peer);
    }

    @Override
    public void close() throws IOException {
        host.close();
        lock.close();
    }
}
