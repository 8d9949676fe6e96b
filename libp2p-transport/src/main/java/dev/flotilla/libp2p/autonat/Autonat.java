package dev.flotilla.libp2p.autonat;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostService;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.autonat.pb.DialBack;
import dev.flotilla.libp2p.autonat.pb.DialBackResponse;
import dev.flotilla.libp2p.delimited.DelimitedMessages;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Asks servers whether this host can be reached at its addresses (libp2p spec, autonat-v2, client). For one host. */
public final class Autonat implements HostService {
    /** How many dial-backs are being read at once, whoever they are from; one more is reset. */
    static final int DIAL_BACKS_MAX = 8;

    private static final int DIAL_BACK_BYTES_MAX = 64;
    private static final Duration DIAL_BACK_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration NONCE_WAIT = Duration.ofSeconds(5);

    private final SecureRandom random = new SecureRandom();
    private final AtomicReference<@Nullable Probe> current = new AtomicReference<>();
    private final AtomicInteger dialBacks = new AtomicInteger();
    private final Duration nonceWait;
    private volatile @Nullable Host host;

    public Autonat() {
        this(NONCE_WAIT);
    }

    /** @param nonceWait how much later than the server's answer the nonce may come */
    Autonat(Duration nonceWait) {
        this.nonceWait = nonceWait;
    }

    @Override
    public void attach(Host served) {
        host = served;
        served.handle(AutonatMessages.DIAL_BACK, this::onDialBack);
    }

    /**
     * Has the peer behind {@code connection} dial one of {@code addresses}, the first that it is willing to, and tells what
     * came of it; if nothing came, what went wrong is the reason why nothing is known. Up to 100,000 bytes are sent if the
     * server wants them. One probe at a time.
     *
     * @param addresses 1 to 50 of this host's, the most wanted first; servers dial no private ones
     * @throws IllegalArgumentException if they are none, or too many for a request
     * @throws IllegalStateException if another probe is under way, or this is attached to no host
     */
    public CompletableFuture<ProbeResult> probe(Connection connection, List<Multiaddr> addresses) {
        Host served = host;
        if (served == null) {
            throw new IllegalStateException("no host takes the dial-back: give this service to its builder");
        }
        Probe probe = new Probe(connection, addresses, random.nextLong(), Set.copyOf(served.connections()), nonceWait);
        if (!current.compareAndSet(null, probe)) {
            throw new IllegalStateException("another probe is under way");
        }
        CompletableFuture<ProbeResult> result = new CompletableFuture<>();
        probe.run().whenComplete((found, failure) -> {
            current.set(null); // first: who waits for the result may probe again
            if (failure == null) {
                result.complete(found);
            } else {
                result.completeExceptionally(failure);
            }
        });
        return result;
    }

    private void onDialBack(Stream stream) {
        Probe probe = current.get();
        if (probe == null) {
            stream.reset();
            return;
        }
        if (dialBacks.incrementAndGet() > DIAL_BACKS_MAX) {
            dialBacks.decrementAndGet();
            stream.reset();
            return;
        }
        DelimitedMessages.read(stream, DialBack.parser(), DIAL_BACK_BYTES_MAX)
                .orTimeout(DIAL_BACK_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((message, failure) -> {
                    dialBacks.decrementAndGet();
                    if (failure == null && probe.onDialBack(stream.connection(), message.getNonce())) {
                        DelimitedMessages.write(stream, DialBackResponse.getDefaultInstance());
                        stream.close();
                    } else {
                        stream.reset();
                    }
                });
    }
}
