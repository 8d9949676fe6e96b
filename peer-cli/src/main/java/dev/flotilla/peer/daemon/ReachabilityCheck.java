package dev.flotilla.peer.daemon;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostBuilder;
import dev.flotilla.libp2p.HostService;
import dev.flotilla.libp2p.autonat.Autonat;
import dev.flotilla.libp2p.autonat.AutonatConfig;
import dev.flotilla.libp2p.autonat.AutonatService;
import dev.flotilla.libp2p.autonat.ReachabilityConfig;
import dev.flotilla.libp2p.autonat.ReachabilityTracker;
import dev.flotilla.libp2p.crypto.PrivateKey;
import java.util.List;

/** AutoNAT of a peer: others find out where it can be reached, and it does the same for them, by a host for that alone. */
final class ReachabilityCheck implements AutoCloseable {
    private final Autonat autonat = new Autonat();
    private final NetworkSettings settings;
    private final Host dialer;

    /** @param settings of the host that it is for */
    ReachabilityCheck(NetworkSettings settings) {
        this.settings = settings;
        HostBuilder builder = Host.builder(PrivateKey.generate());
        if (settings.swarmKey() != null) {
            builder.privateNetwork(settings.swarmKey().key());
        }
        this.dialer = builder.build();
    }

    /** Which the host must have. */
    List<HostService> services() {
        return List.of(autonat, new AutonatService(AutonatConfig.defaults(), dialer));
    }

    /** Starts to ask about the addresses of {@code host}; who closes the result ends that. */
    ReachabilityTracker start(Host host) {
        return ReachabilityTracker.start(
                host, autonat, ReachabilityConfig.defaults().withRelays(settings.fallbackRelays()));
    }

    /** After the host. */
    @Override
    public void close() {
        dialer.close();
    }
}
