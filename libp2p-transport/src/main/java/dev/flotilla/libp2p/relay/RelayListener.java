package dev.flotilla.libp2p.relay;

import dev.flotilla.libp2p.DialOptions;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Listener;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.transport.PeerId;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a reservation at one relay: connects, reserves, renews before the end, and begins anew, after growing delays, when
 * the connection is lost or the relay refuses. State is touched on one event loop only.
 */
final class RelayListener implements Listener {
    private static final Logger LOG = LoggerFactory.getLogger(RelayListener.class);
    private static final long RETRY_MILLIS_MIN = 250;
    private static final long RETRY_MILLIS_MAX = 10_000;
    private static final Duration RENEWAL_MAX = Duration.ofHours(1);

    private final Host host;
    private final CircuitAddress place;
    private final EventLoop loop;
    private final Consumer<RelayListener> onClose;
    private final CompletableFuture<Listener> started = new CompletableFuture<>(); // after the first attempt
    private volatile List<Multiaddr> addresses = List.of();
    private volatile Runnable onChange = () -> {};
    private volatile boolean closed;

    private @Nullable Future<?> timer; // until the next attempt; null while one is under way
    private long retryMillis = RETRY_MILLIS_MIN;
    private long endNanos; // of the reservation, if there are addresses
    private String lastReason = "";
    private boolean warnedOfLimits;

    RelayListener(Host host, CircuitAddress place, EventLoop loop, Consumer<RelayListener> onClose) {
        this.host = host;
        this.place = place;
        this.loop = loop;
        this.onClose = onClose;
    }

    PeerId relay() {
        return place.relay();
    }

    CompletableFuture<Listener> start() {
        onLoop(this::attempt);
        return started;
    }

    private void onLoop(Runnable task) {
        try {
            loop.execute(() -> {
                if (!closed) {
                    task.run();
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("the host is closed");
        }
    }

    private void attemptAfter(long millis) {
        Future<?> before = timer;
        if (before != null) {
            before.cancel(false);
        }
        timer = loop.schedule(this::attempt, millis, TimeUnit.MILLISECONDS);
    }

    private void attempt() {
        timer = null;
        if (closed) {
            return;
        }
        DialOptions options = DialOptions.defaults() // the back-off is ignored since this has delays itself
                .withBackoffIgnored()
                .withDirectForced()
                .withListenPort(); // so that the relay sees the address at which a NAT may let others in
        host.connect(relay(), place.dialled(), options)
                .thenCompose(connection -> HopClient.reserve(connection, host.peerId()))
                .whenComplete((reservation, failure) -> onLoop(() -> {
                    if (failure == null) {
                        onReserved(reservation);
                    } else {
                        onRefused(String.valueOf(CircuitMessages.cause(failure)));
                    }
                    started.complete(this);
                }));
    }

    private void onReserved(Reservation reservation) {
        if (addresses.isEmpty()) {
            LOG.info("reserved a place at relay={} for {}", relay(), reservation.timeToLive());
        }
        if (reservation.limited() && !warnedOfLimits) {
            warnedOfLimits = true;
            LOG.warn(
                    "relay={} ends each circuit after a while or so many bytes: who cannot connect to this peer"
                            + " directly loses it again and again; a relay of your own need not have limits",
                    relay());
        }
        change(Stream.concat(
                        Stream.of(place.toMultiaddr()),
                        reservation.relayAddresses().stream()
                                .map(address -> address.encapsulate(CircuitAddress.CIRCUIT)))
                .filter(address -> address.components().get(0).protocol() != MultiaddrProtocol.P2P) // no use to others
                .distinct()
                .toList());
        endNanos = System.nanoTime() + reservation.timeToLive().toNanos();
        retryMillis = RETRY_MILLIS_MIN;
        lastReason = "";
        long renewal = Math.min(RENEWAL_MAX.toMillis(), reservation.timeToLive().toMillis() * 2 / 3);
        attemptAfter(renewal);
    }

    private void change(List<Multiaddr> current) {
        if (!current.equals(addresses)) {
            addresses = current;
            onChange.run();
        }
    }

    private void onRefused(String reason) {
        if (!reason.equals(lastReason)) {
            lastReason = reason;
            LOG.warn("no place at relay={}, trying again: {}", relay(), reason);
        }
        if (System.nanoTime() - endNanos >= 0) {
            change(List.of());
        }
        attemptAfter(retryMillis - ThreadLocalRandom.current().nextLong(retryMillis / 2));
        retryMillis = Math.min(RETRY_MILLIS_MAX, 2 * retryMillis);
    }

    /** A connection to {@code peer} is gone, and with the last one to the relay its reservation. */
    void lost(PeerId peer) {
        if (!peer.equals(relay())) {
            return;
        }
        onLoop(() -> {
            if (HopConnect.directConnection(host, peer).isEmpty()) {
                change(List.of());
                if (timer != null) {
                    attemptAfter(ThreadLocalRandom.current().nextLong(RETRY_MILLIS_MIN));
                } // else an attempt is under way, and fails or has a new connection
            }
        });
    }

    @Override
    public List<Multiaddr> addresses() {
        return addresses;
    }

    @Override
    public void onAddressesChanged(Runnable told) {
        onChange = told;
    }

    /** The relay forgets the place when the connection ends. */
    @Override
    public CompletableFuture<Void> close() {
        closed = true;
        addresses = List.of();
        onClose.accept(this);
        started.complete(this);
        try {
            loop.execute(() -> {
                Future<?> waiting = timer;
                if (waiting != null) {
                    waiting.cancel(false);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("the host is closed");
        }
        return CompletableFuture.completedFuture(null);
    }
}
