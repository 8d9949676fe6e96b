package dev.flotilla.libp2p.autonat;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionListener;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.gating.PublicInternet;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out at which of its addresses a host is reachable, from its start until it is closed, and {@link Host#confirm tells}
 * the host: asks the servers among the connected peers about each address, one after another, and again after a while.
 * Servers of one network count as one, whatever they call themselves. One thread.
 */
public final class ReachabilityTracker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReachabilityTracker.class);
    private static final int ADDRESSES_MAX = 50;
    private static final int IP6_NETWORK_BYTES = 7; // a /56, what one household gets
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(1); // where nothing happens
    private static final Duration RETRY = Duration.ofMinutes(10); // at a server that had no opinion
    private static final Duration PATIENCE = Duration.ofMinutes(1); // before a relay is taken while nothing is known

    private final Host host;
    private final Autonat autonat;
    private final ReachabilityConfig config;
    private final ScheduledThreadPoolExecutor thread;
    private final AtomicBoolean due = new AtomicBoolean(); // a look is on its way to the thread
    private final FallbackRelays relays;
    // The thread's own:
    private final Map<Multiaddr, Opinions> byAddress = new LinkedHashMap<>();
    private final Map<PeerId, Long> askedAtNanos = new HashMap<>();
    private long reachableAtNanos = System.nanoTime();
    private boolean probing;
    private boolean pausing; // a look is due when servers may be asked again

    private record Question(Multiaddr address, Connection server) {}

    private ReachabilityTracker(Host host, Autonat autonat, ReachabilityConfig config) {
        this.host = host;
        this.autonat = autonat;
        this.config = config;
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "libp2p-autonat");
            made.setDaemon(true);
            return made;
        });
        thread.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy()); // what comes after the close
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.relays = new FallbackRelays(host, config.relays(), thread);
    }

    /** Starts to ask about the addresses of {@code host}, which has started; {@code autonat} is attached to it. */
    public static ReachabilityTracker start(Host host, Autonat autonat, ReachabilityConfig config) {
        ReachabilityTracker tracker = new ReachabilityTracker(host, autonat, config);
        host.onAddressesChanged(tracker::wake);
        host.addListener(new ConnectionListener() {
            @Override
            public void identified(Connection connection) {
                tracker.wake();
            }
        });
        tracker.lookAgain();
        return tracker;
    }

    /** Has the thread look what there is to ask; once, however often this is called until then. */
    private void wake() {
        if (due.compareAndSet(false, true)) {
            thread.execute(() -> {
                due.set(false);
                look();
            });
        }
    }

    /** Looks now, and after as long as nothing can be missed. */
    private void lookAgain() {
        Duration period = LOOK_AGAIN.compareTo(config.refresh()) < 0 ? LOOK_AGAIN : config.refresh();
        thread.scheduleWithFixedDelay(this::wake, 0, period.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void look() {
        try {
            update();
            if (!probing) {
                next().ifPresent(this::ask);
            }
        } catch (RuntimeException e) { // or the timer would end
            LOG.warn("asking where this host is reachable failed and is begun anew", e);
        }
    }

    /** Tells the host what is known of the addresses that it has now. */
    private void update() {
        long now = System.nanoTime();
        List<Multiaddr> addresses = host.possibleAddresses().stream()
                .filter(this::isToAskAbout)
                .limit(ADDRESSES_MAX)
                .toList();
        byAddress.keySet().retainAll(addresses);
        addresses.forEach(address -> byAddress.computeIfAbsent(address, made -> new Opinions(config.refresh(), RETRY)));
        byAddress.values().forEach(opinions -> opinions.forget(now));
        List<Multiaddr> reachable = withReachability(Reachability.REACHABLE);
        List<Multiaddr> unreachable = withReachability(Reachability.UNREACHABLE);
        host.confirm(reachable, unreachable);
        if (!reachable.isEmpty()) {
            reachableAtNanos = now;
        }
        boolean isLost = unreachable.size() == byAddress.size() || now - reachableAtNanos > PATIENCE.toNanos();
        relays.want(reachable.isEmpty() && isLost);
    }

    private boolean isToAskAbout(Multiaddr address) {
        return !address.has(MultiaddrProtocol.P2P_CIRCUIT)
                && address.ipAddress()
                        .filter(ip -> config.privateAllowed() || PublicInternet.contains(ip))
                        .isPresent();
    }

    private List<Multiaddr> withReachability(Reachability wanted) {
        return byAddress.entrySet().stream()
                .filter(each -> each.getValue().reachability() == wanted)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** What to ask whom now. If only servers could tell that were asked a moment ago, it looks again later. */
    private Optional<Question> next() {
        long now = System.nanoTime();
        askedAtNanos.values().removeIf(at -> now - at > config.pause().toNanos());
        List<Connection> servers = new ArrayList<>(host.connections());
        servers.removeIf(connection -> !isServer(connection));
        Collections.shuffle(servers); // nobody is asked more than others
        boolean isPaused = false;
        for (Map.Entry<Multiaddr, Opinions> each : byAddress.entrySet()) {
            for (Connection server : servers) {
                if (each.getValue().wants(networkOf(server), now)) {
                    if (!askedAtNanos.containsKey(server.remotePeerId())) {
                        return Optional.of(new Question(each.getKey(), server));
                    }
                    isPaused = true;
                }
            }
        }
        if (isPaused && !pausing) {
            pausing = true;
            thread.schedule(this::onPauseEnd, config.pause().toNanos(), TimeUnit.NANOSECONDS);
        }
        return Optional.empty();
    }

    private void onPauseEnd() {
        pausing = false;
        wake();
    }

    private static boolean isServer(Connection connection) {
        return !connection.isRelayed()
                && connection
                        .peerInfo()
                        .filter(info -> info.protocols().contains(AutonatMessages.DIAL_REQUEST.value()))
                        .isPresent();
    }

    /** Whose opinion it is: a public network's, of which anybody can have as many peers as he likes, or a near peer's. */
    static Object networkOf(PeerId server, Multiaddr address) {
        InetAddress ip = address.ipAddress().orElse(null);
        if (ip == null || !PublicInternet.contains(ip)) {
            return server;
        }
        byte[] bytes = ip.getAddress();
        return Bytes.wrap(ip instanceof Inet4Address ? bytes : Arrays.copyOf(bytes, IP6_NETWORK_BYTES));
    }

    private static Object networkOf(Connection server) {
        return networkOf(server.remotePeerId(), server.remoteAddress());
    }

    private void ask(Question question) {
        Connection server = question.server();
        askedAtNanos.put(server.remotePeerId(), System.nanoTime());
        probing = true;
        probe(question)
                .exceptionally(failure -> ProbeResult.unknown(null, AutonatMessages.inWords(failure)))
                .thenAccept(result -> thread.execute(() -> learned(question, result)));
    }

    private CompletableFuture<ProbeResult> probe(Question question) {
        try {
            return autonat.probe(question.server(), List.of(question.address()));
        } catch (IllegalStateException e) { // the application asks something itself
            return CompletableFuture.failedFuture(e);
        }
    }

    private void learned(Question question, ProbeResult result) {
        probing = false;
        LOG.debug(
                "address={} server={}: {}, {}",
                question.address(),
                question.server().remotePeerId(),
                result.reachability(),
                result.reason());
        Opinions opinions = byAddress.get(question.address());
        if (opinions != null) {
            opinions.add(networkOf(question.server()), result.reachability(), System.nanoTime());
        }
        wake();
    }

    /** Asks no more. The host goes by what was found out last. */
    @Override
    public void close() {
        thread.shutdown();
    }
}
