package dev.flotilla.libp2p.dcutr;

import com.google.protobuf.ByteString;
import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionListener;
import dev.flotilla.libp2p.DialOptions;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostService;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.StreamOptions;
import dev.flotilla.libp2p.dcutr.pb.HolePunch;
import dev.flotilla.libp2p.delimited.DelimitedMessages;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces relayed connections by direct ones where that can be done: by an ordinary dial, or by punching holes into NATs
 * with TCP or QUIC. Attached to a host it begins on its own and answers others. For one host.
 */
public final class Dcutr implements HostService {
    public static final ProtocolId PROTOCOL = new ProtocolId("/libp2p/dcutr");

    static final StreamOptions LIMITED_TOO = StreamOptions.defaults().withLimitedAllowed();
    static final Duration ANSWER_MAX = Duration.ofSeconds(10);
    private static final Logger LOG = LoggerFactory.getLogger(Dcutr.class);
    private static final int MESSAGE_BYTES_MAX = 4096;
    private static final int PEERS_MAX = 64; // at a time, in each role
    private static final int EFFORTS_MAX = 1; // that this side begins; what the peer tells later begins no other
    private static final int ANSWERS_MAX = 3; // libp2p spec, DCUtR: an effort has up to three tries

    private final Predicate<Multiaddr> usable;
    private final Set<PeerId> punching = ConcurrentHashMap.newKeySet(); // where this side began
    private final Set<PeerId> answering = ConcurrentHashMap.newKeySet();
    private final Map<Connection, AtomicInteger> left = new ConcurrentHashMap<>(); // of each open relayed connection
    private final LongAdder punched = new LongAdder();

    /** Tells and dials public addresses alone. */
    public Dcutr() {
        this(PunchAddresses::isPublic);
    }

    /** @param usable which addresses are told and dialled; relays' never are */
    public Dcutr(Predicate<Multiaddr> usable) {
        this.usable = usable;
    }

    /** How many direct connections this side's efforts have ended in. */
    public long upgraded() {
        return punched.sum();
    }

    @Override
    public void attach(Host host) {
        PunchAddresses addresses = new PunchAddresses(host, usable);
        host.handle(PROTOCOL, stream -> answer(host, addresses, stream), LIMITED_TOO);
        host.addListener(new ConnectionListener() {
            @Override
            public void opened(Connection connection) {
                if (connection.isRelayed()) {
                    boolean begins = connection.direction() == Direction.INBOUND;
                    left.put(connection, new AtomicInteger(begins ? EFFORTS_MAX : ANSWERS_MAX));
                }
            }

            @Override
            public void closed(Connection connection, boolean closedByPeer) {
                left.remove(connection);
            }

            @Override
            public void identified(Connection connection) {
                if (connection.isRelayed() && connection.direction() == Direction.INBOUND) {
                    upgrade(host, addresses, connection);
                }
            }
        });
    }

    private void upgrade(Host host, PunchAddresses addresses, Connection relayed) {
        PeerId peer = relayed.remotePeerId();
        if (hasDirect(host, peer) || !enter(punching, relayed)) {
            return;
        }
        new PunchAttempt(host, relayed, addresses).run().whenComplete((direct, failure) -> {
            punching.remove(peer);
            if (failure == null) {
                punched.increment();
                LOG.info("connected directly to peer={} at {}", peer, direct.remoteAddress());
            } else {
                LOG.debug("no direct connection to peer={}: {}", peer, failure.getMessage());
            }
        });
    }

    /** Whether the connection may be used once more: each time is up to so many dials of places that the peer names. */
    private boolean enter(Set<PeerId> peers, Connection relayed) {
        PeerId peer = relayed.remotePeerId();
        AtomicInteger times = left.get(relayed); // null of direct ones
        if (times == null || peers.size() >= PEERS_MAX || !peers.add(peer)) {
            return false;
        }
        if (times.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            return true;
        }
        peers.remove(peer);
        return false;
    }

    static boolean hasDirect(Host host, PeerId peer) {
        return host.connections(peer).stream().anyMatch(connection -> connection.isOpen() && !connection.isRelayed());
    }

    /** The side that dialled the relayed connection: tells its addresses, and dials as soon as it is told to. */
    private void answer(Host host, PunchAddresses addresses, Stream stream) {
        PeerId peer = stream.remotePeerId();
        boolean ownDial = stream.connection().direction() == Direction.OUTBOUND;
        if (!ownDial || !enter(answering, stream.connection())) {
            stream.reset();
            return;
        }
        read(stream, HolePunch.Type.CONNECT)
                .thenCompose(theirs -> {
                    write(stream, HolePunch.Type.CONNECT, addresses.own());
                    return read(stream, HolePunch.Type.SYNC).thenCompose(sync -> {
                        stream.close();
                        return host.connect(
                                peer,
                                addresses.theirs(theirs),
                                DialOptions.defaults().withSimultaneousConnect(true));
                    });
                })
                .whenComplete((direct, failure) -> {
                    answering.remove(peer);
                    if (failure != null) {
                        stream.reset();
                        LOG.debug("no direct connection to peer={}: {}", peer, failure.getMessage());
                    }
                });
    }

    static CompletableFuture<Void> write(Stream stream, HolePunch.Type type, List<Multiaddr> addresses) {
        HolePunch.Builder message = HolePunch.newBuilder().setType(type);
        addresses.forEach(address -> message.addObsAddrs(ByteString.copyFrom(address.toBytes())));
        return DelimitedMessages.write(stream, message.build());
    }

    /** The next message, which must be of that type. */
    static CompletableFuture<HolePunch> read(Stream stream, HolePunch.Type type) {
        return DelimitedMessages.read(stream, HolePunch.parser(), MESSAGE_BYTES_MAX)
                .orTimeout(ANSWER_MAX.toNanos(), TimeUnit.NANOSECONDS)
                .thenCompose(message -> message.getType() == type
                        ? CompletableFuture.completedFuture(message)
                        : CompletableFuture.failedFuture(new IOException(
                                "the peer sent " + message.getType() + " where " + type + " was expected")));
    }
}
