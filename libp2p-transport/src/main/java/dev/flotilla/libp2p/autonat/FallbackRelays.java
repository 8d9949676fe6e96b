package dev.flotilla.libp2p.autonat;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Multiaddr;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The places at relays that a host takes while it can be reached nowhere else. One thread only, that of the executor. */
final class FallbackRelays {
    private static final Logger LOG = LoggerFactory.getLogger(FallbackRelays.class);

    private final Host host;
    private final List<Multiaddr> relays;
    private final Executor executor;
    private boolean wanted;
    private boolean listening; // with what is under way done
    private boolean underWay;

    FallbackRelays(Host host, List<Multiaddr> relays, Executor executor) {
        this.host = host;
        this.relays = relays;
        this.executor = executor;
    }

    void want(boolean places) {
        wanted = places;
        if (wanted != listening && !underWay && !relays.isEmpty()) {
            listening = wanted;
            underWay = true;
            LOG.info("{} at {}", wanted ? "no address is reachable: taking places" : "reachable: leaving", relays);
            CompletableFuture.allOf(relays.stream().map(this::change).toArray(CompletableFuture[]::new))
                    .whenComplete((done, failure) -> later());
        }
    }

    private CompletableFuture<Void> change(Multiaddr relay) {
        try {
            return (wanted ? host.listen(relay) : host.unlisten(relay)).exceptionally(failure -> {
                LOG.warn("cannot listen on {}: {}", relay, AutonatMessages.inWords(failure));
                return null;
            });
        } catch (IllegalArgumentException e) {
            LOG.warn("no place to take: {}", e.getMessage());
            return CompletableFuture.completedFuture(null);
        }
    }

    private void later() {
        try {
            executor.execute(() -> {
                underWay = false;
                want(wanted);
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("closed");
        }
    }
}
