package dev.flotilla.libp2p;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.identify.Identify;
import dev.flotilla.libp2p.ping.Ping;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** Real hosts on loopback, closed together. */
public final class Hosts implements AutoCloseable {
    private static final long WAIT_SECONDS = 20;

    private final List<Host> hosts = new ArrayList<>();
    private final Way way;

    public Hosts() {
        this(Way.DEFAULT);
    }

    /** Hosts that talk in this way and in no other. */
    public Hosts(Way way) {
        this.way = way;
    }

    /** A started host that pings, identifies and echoes. */
    public Host start(HostConfig config) {
        return start(PrivateKey.generate(), config, way.listen());
    }

    public Host start() {
        return start(HostConfig.defaults());
    }

    /** Where hosts listen that are told nothing else. */
    public Multiaddr listen() {
        return way.listen();
    }

    public Host start(PrivateKey identity, HostConfig config, Multiaddr address) {
        return start(identity, config, List.of(address));
    }

    /** A started host that has these services, too. */
    public Host start(HostService... more) {
        return start(PrivateKey.generate(), HostConfig.defaults(), List.of(way.listen()), more);
    }

    public Host start(PrivateKey identity, HostConfig config, List<Multiaddr> addresses, HostService... more) {
        return startWith(identity, config, addresses, builder -> {
            List.of(more).forEach(builder::service);
            return builder;
        });
    }

    /** As {@link #start()}, with what {@code settings} say besides. */
    public Host startWith(UnaryOperator<HostBuilder> settings) {
        return startWith(PrivateKey.generate(), HostConfig.defaults(), List.of(way.listen()), settings);
    }

    private Host startWith(
            PrivateKey identity, HostConfig config, List<Multiaddr> addresses, UnaryOperator<HostBuilder> settings) {
        HostBuilder builder = Host.builder(identity)
                .listen(addresses)
                .agentVersion("flotilla/test")
                .config(config)
                .service(new Ping())
                .service(new Identify())
                .service(new Echo());
        way.security().forEach(builder::security);
        Host host = settings.apply(builder).build();
        hosts.add(host);
        await(host.start());
        return host;
    }

    /** Waits for {@code future}, with a deadline. */
    public static <T> T await(CompletableFuture<T> future) {
        return future.orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join();
    }

    /** Waits until {@code condition} holds, with a deadline. */
    public static void awaitUntil(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(WAIT_SECONDS).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("did not come: " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** A connection from {@code from} to {@code to}. */
    public static Connection connect(Host from, Host to) {
        return await(from.connect(to.peerId(), to.listenAddresses()));
    }

    @Override
    public void close() {
        hosts.forEach(Host::close);
    }
}
