package dev.flotilla.libp2p.identify;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionListener;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostService;
import dev.flotilla.libp2p.PeerInfo;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.StreamOptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The identify protocol of one host. Asks each new connection once, answers who asks, takes pushes, and pushes what has
 * changed to whoever takes that. What several peers see of this host's address is advertised. What a peer says reaches {@link Connection#peerInfo} and {@link ConnectionListener#identified}.
 */
public final class Identify implements HostService {
    public static final ProtocolId PROTOCOL = new ProtocolId("/ipfs/id/1.0.0");
    public static final ProtocolId PUSH = new ProtocolId("/ipfs/id/push/1.0.0");

    private static final Logger LOG = LoggerFactory.getLogger(Identify.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration OBSERVED_PAUSE = Duration.ofSeconds(30);
    private static final Duration PUSH_DELAY = Duration.ofMillis(500);
    private static final int BYTES_MAX = 64 * 1024;
    private static final StreamOptions LIMITED_TOO = StreamOptions.defaults().withLimitedAllowed();

    @Override
    public void attach(Host host) {
        OwnRecord record = new OwnRecord(host.identity(), System::currentTimeMillis);
        ObservedAddresses observed = new ObservedAddresses();
        ObservedAdvertisement advertisement = new ObservedAdvertisement(host, observed::confirmed, OBSERVED_PAUSE);
        IdentifyRates rates = new IdentifyRates(host);
        host.addListener(rates);
        host.handle(
                PROTOCOL,
                stream -> {
                    if (rates.permitsQuestion(stream)) {
                        tell(host, record, stream);
                    }
                },
                LIMITED_TOO);
        host.handle(
                PUSH,
                stream -> {
                    if (rates.permitsPush(stream)) {
                        learn(host, stream).exceptionally(Identify::ignore);
                    }
                },
                LIMITED_TOO);
        host.addListener(new ConnectionListener() {
            @Override
            public void opened(Connection connection) {
                identify(host, connection).exceptionally(Identify::ignore);
            }

            @Override
            public void identified(Connection connection) {
                if (observed.identified(connection)) {
                    advertisement.update();
                }
            }

            @Override
            public void closed(Connection connection, boolean closedByPeer) {
                if (observed.closed(connection)) {
                    advertisement.update();
                }
            }
        });
        Runnable push = afterAWhile(() -> host.connections().forEach(connection -> push(host, record, connection)));
        host.onAddressesChanged(push);
        host.onProtocolsChanged(push);
    }

    /** What is asked for several times within the delay is done once, at its end. */
    private static Runnable afterAWhile(Runnable action) {
        AtomicBoolean waiting = new AtomicBoolean();
        Executor later = CompletableFuture.delayedExecutor(PUSH_DELAY.toNanos(), TimeUnit.NANOSECONDS);
        return () -> {
            if (waiting.compareAndSet(false, true)) {
                later.execute(() -> {
                    waiting.set(false);
                    action.run();
                });
            }
        };
    }

    /** Tells a peer that takes it what has changed (libp2p spec, identify push). */
    private static void push(Host host, OwnRecord record, Connection connection) {
        boolean taken = connection
                .peerInfo()
                .filter(info -> info.protocols().contains(PUSH.value()))
                .isPresent();
        if (taken) {
            connection
                    .newStream(PUSH, LIMITED_TOO)
                    .thenAccept(stream -> tell(host, record, stream))
                    .exceptionally(failure -> {
                        LOG.debug("no identify push to peer={}: {}", connection.remotePeerId(), failure.getMessage());
                        return null;
                    });
        }
    }

    private static PeerInfo ignore(Throwable failure) {
        LOG.debug("identify failed: {}", failure.getMessage());
        return PeerInfo.UNKNOWN;
    }

    /**
     * Asks the peer behind {@code connection} who it is. It is asked once by itself when the connection opens; js-libp2p
     * answers one question at a time.
     */
    public static CompletableFuture<PeerInfo> identify(Host host, Connection connection) {
        return connection.newStream(PROTOCOL, LIMITED_TOO).thenCompose(stream -> {
            CompletableFuture<PeerInfo> learned = learn(host, stream);
            stream.finish();
            return learned;
        });
    }

    private static void tell(Host host, OwnRecord record, Stream stream) {
        stream.write(IdentifyMessage.encode(host, record, stream.connection()));
        stream.close();
    }

    private static CompletableFuture<PeerInfo> learn(Host host, Stream stream) {
        Connection connection = stream.connection();
        return stream.readToEnd(BYTES_MAX)
                .orTimeout(TIMEOUT.toNanos(), TimeUnit.NANOSECONDS)
                .thenApply(bytes -> {
                    PeerInfo before = connection.peerInfo().orElse(PeerInfo.UNKNOWN);
                    PeerInfo info = IdentifyMessage.decode(bytes, connection.remotePeerId(), before);
                    host.identified(connection, info);
                    return info;
                })
                .whenComplete((info, failure) -> {
                    if (failure != null) {
                        stream.reset();
                    } else {
                        stream.close();
                    }
                });
    }
}
