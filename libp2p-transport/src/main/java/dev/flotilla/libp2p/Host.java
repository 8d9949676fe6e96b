package dev.flotilla.libp2p;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.limits.PeerTags;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * A libp2p peer: one identity, its listeners, its connections, and the protocols that it answers (libp2p specifications).
 * Thread-safe. Callbacks and future completions come on the host's event loops and must not block.
 */
public interface Host extends AutoCloseable {
    /** A builder of hosts that are {@code identity}. */
    static HostBuilder builder(PrivateKey identity) {
        return new HostBuilder(identity);
    }

    /**
     * Binds the listeners. Fails with an {@link IOException} that names the address that cannot be had; then nothing
     * listens.
     *
     * @throws IllegalStateException if it was started before
     */
    CompletableFuture<Void> start();

    PeerId peerId();

    /** The key that proves {@link #peerId}. */
    PrivateKey identity();

    /** What identify calls this program. */
    String agentVersion();

    HostConfig config();

    HostCounters counters();

    /** Whom the application protects, and what it holds connections to be worth where there are too many. */
    PeerTags peerTags();

    /** Where the host listens, with the real ports, as it was told: {@code 0.0.0.0} stays. Without the peer id. */
    List<Multiaddr> listenAddresses();

    /**
     * Listens there, too.
     *
     * @throws IllegalArgumentException if no transport takes the address
     */
    CompletableFuture<Void> listen(Multiaddr address);

    /** No longer listens on {@code address}, one that the host was told to; connections live on. */
    CompletableFuture<Void> unlisten(Multiaddr address);

    /**
     * {@link #listenAddresses} as others might dial them: wildcards are replaced by the interfaces' addresses, and those that
     * are {@link #advertise advertised} come last.
     */
    List<Multiaddr> possibleAddresses();

    /**
     * What others are told: the {@link #possibleAddresses}, first those at which others reach this host, and without those
     * at which they do not, as far as that is {@link #confirm known}.
     */
    List<Multiaddr> reachableAddresses();

    /**
     * Says at which addresses others reach this host and at which they tried in vain, which replaces what was said before.
     * Called by AutoNAT.
     */
    void confirm(Collection<Multiaddr> reachable, Collection<Multiaddr> unreachable);

    /**
     * Has the host tell others of addresses that lead to it though it does not listen on them itself, such as a router's.
     *
     * @param source who knows of them; it names all that it knows each time, which replaces what it said before
     * @param addresses the first 16 count
     */
    void advertise(String source, Collection<Multiaddr> addresses);

    /** Tells {@code told}, on any thread, whenever {@link #reachableAddresses} change after the start. It must not block. */
    void onAddressesChanged(Runnable told);

    /** Tells {@code told}, on any thread, whenever {@link #protocols} change after the start. It must not block. */
    void onProtocolsChanged(Runnable told);

    /**
     * Answers {@code protocol}.
     *
     * @throws IllegalArgumentException if it has a handler already
     */
    void handle(ProtocolId protocol, StreamHandler handler, StreamOptions options);

    /** {@link #handle(ProtocolId, StreamHandler, StreamOptions)} with the usual options. */
    default void handle(ProtocolId protocol, StreamHandler handler) {
        handle(protocol, handler, StreamOptions.defaults());
    }

    /** No longer answers {@code protocol}; open streams live on. */
    void unhandle(ProtocolId protocol);

    /** The protocols that are answered, in order. */
    Set<String> protocols();

    void addListener(ConnectionListener listener);

    /**
     * The connection to {@code peer}; if there is none, the addresses are tried until one of them is that peer's. Calls
     * at the same time share one dial, with the addresses of the first. Addresses that failed lately are passed over for
     * a while, unless {@code options} say otherwise. A limited connection that is open counts as none, but what is
     * dialled may be one. Fails with a {@link DialException} that says for each address what went wrong.
     */
    CompletableFuture<Connection> connect(PeerId peer, Collection<Multiaddr> addresses, DialOptions options);

    /** {@link #connect(PeerId, Collection, DialOptions)} with the usual options. */
    default CompletableFuture<Connection> connect(PeerId peer, Collection<Multiaddr> addresses) {
        return connect(peer, addresses, DialOptions.defaults());
    }

    /**
     * Connects to the peer that {@code address} names by its {@code /p2p} part.
     *
     * @throws IllegalArgumentException if it names none
     */
    default CompletableFuture<Connection> connect(Multiaddr address) {
        PeerId peer = address.peerId()
                .orElseThrow(() -> new IllegalArgumentException(
                        "the multiaddr names no peer: " + address + " lacks /p2p/PEER_ID"));
        return connect(peer, List.of(address));
    }

    /** Whether a transport takes {@code address}, and the connection gater lets {@code peer} be dialled there. */
    boolean canDial(PeerId peer, Multiaddr address);

    /** A stream over the connection to {@code peer}; fails with an {@link IOException} if there is none. */
    CompletableFuture<Stream> newStream(PeerId peer, ProtocolId protocol, StreamOptions options);

    /** {@link #newStream(PeerId, ProtocolId, StreamOptions)} with the usual options. */
    default CompletableFuture<Stream> newStream(PeerId peer, ProtocolId protocol) {
        return newStream(peer, protocol, StreamOptions.defaults());
    }

    /**
     * All open connections; two to one peer for a short time after both sides dialled at once, or after a direct one has
     * come up beside a relayed one.
     */
    List<Connection> connections();

    /** The open connections to {@code peer}, the one for new streams first. */
    List<Connection> connections(PeerId peer);

    /** Says on whose behalf {@code connection}'s peer has described itself; called by the identify protocol. */
    void identified(Connection connection, PeerInfo info);

    /** Closes everything; all futures complete. The future completes when the last thread has nothing more to do. */
    CompletableFuture<Void> closeAsync();

    /** {@link #closeAsync}, and waits for it. Not to be called on one of the host's own threads. */
    @Override
    void close();
}
