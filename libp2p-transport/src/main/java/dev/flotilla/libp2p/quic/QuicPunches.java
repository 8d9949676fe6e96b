package dev.flotilla.libp2p.quic;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the side does that is dialled when two punch a hole by QUIC (libp2p spec, DCUtR): it sends datagrams of random
 * bytes from where it listens, so that its NAT takes the other's for answers, until a connection of the peer has come or
 * time is up. Thread-safe.
 */
final class QuicPunches {
    private static final Duration TIME_MAX = Duration.ofSeconds(5); // as go-libp2p
    private static final long PAUSE_MILLIS_MIN = 10;
    private static final long PAUSE_MILLIS_MAX = 200;
    private static final int DATAGRAM_BYTES = 64;
    private static final String LISTENER_CLOSED = "the listener is closed";
    private static final int NOT_QUIC = 0x3f; // no header of QUIC begins so (RFC 9000 §17): nobody answers

    private final Map<Punch, PeerId> underWay = new ConcurrentHashMap<>();

    /** Completes with the connection of {@code peer}, whatever address it comes from. Cancelling it ends the sending. */
    CompletableFuture<Connection> punch(QuicListener listener, InetSocketAddress remote, PeerId peer) {
        Punch punch = new Punch(listener, remote);
        underWay.put(punch, peer);
        punch.came.whenComplete((connection, failure) -> underWay.remove(punch));
        listener.execute(punch::send, punch.came);
        return punch.came;
    }

    /** One has come. */
    void onConnection(Connection connection) {
        underWay.forEach((punch, peer) -> {
            if (peer.equals(connection.remotePeerId())) {
                punch.came.complete(connection);
            }
        });
    }

    private static final class Punch {
        private final QuicListener listener;
        private final InetSocketAddress remote;
        private final CompletableFuture<Connection> came = new CompletableFuture<>();
        private final long endNanos = System.nanoTime() + TIME_MAX.toNanos();

        private Punch(QuicListener listener, InetSocketAddress remote) {
            this.listener = listener;
            this.remote = remote;
        }

        private void send() {
            @Nullable String failure = failure();
            if (failure != null) {
                came.completeExceptionally(new IOException(failure));
            } else if (!came.isDone()) {
                byte[] bytes = new byte[DATAGRAM_BYTES];
                ThreadLocalRandom random = ThreadLocalRandom.current();
                random.nextBytes(bytes);
                bytes[0] &= NOT_QUIC;
                listener.dials().send(bytes, remote);
                sendAgain(random.nextLong(PAUSE_MILLIS_MIN, PAUSE_MILLIS_MAX + 1));
            }
        }

        private void sendAgain(long pauseMillis) {
            try {
                listener.socket()
                        .eventLoop()
                        .schedule(this::send, pauseMillis, TimeUnit.MILLISECONDS)
                        .addListener(sent -> {
                            if (sent.isCancelled()) {
                                came.completeExceptionally(new IOException(LISTENER_CLOSED));
                            }
                        });
            } catch (RejectedExecutionException e) {
                came.completeExceptionally(new IOException(LISTENER_CLOSED, e));
            }
        }

        private @Nullable String failure() {
            return !listener.socket().isActive()
                    ? LISTENER_CLOSED
                    : System.nanoTime() - endNanos >= 0
                            ? "the peer's connection did not come within " + TIME_MAX.toSeconds() + " s"
                            : null;
        }
    }
}
