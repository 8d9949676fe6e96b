package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.dnsaddr.DnsaddrResolver;
import dev.flotilla.libp2p.dnsaddr.TxtRecords;
import dev.flotilla.libp2p.websocket.WebSocketAddress;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Looks up names on threads of its own: the system's resolver blocks, for many seconds when no server answers, and an
 * event loop that waits for it serves no connection meanwhile. Thread-safe.
 */
final class NameResolver implements AutoCloseable {
    static final int THREADS = 8; // a dial has two look-ups under way
    static final int WAITING_MAX = 256;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int ADDRESSES_MAX = 16;

    private static final Set<MultiaddrProtocol> NAMES =
            Set.of(MultiaddrProtocol.DNS, MultiaddrProtocol.DNS4, MultiaddrProtocol.DNS6, MultiaddrProtocol.DNSADDR);

    private final Lookup lookup;
    private final DnsaddrResolver dnsaddrs;
    private final long patienceNanos;
    private final ThreadPoolExecutor threads;

    /** The look-up itself; may block. */
    interface Lookup {
        InetAddress[] all(String name) throws UnknownHostException;
    }

    NameResolver(Lookup lookup, TxtRecords records) {
        this(lookup, records, PATIENCE);
    }

    /** @param patience after which no further name that a name led to is looked up */
    NameResolver(Lookup lookup, TxtRecords records, Duration patience) {
        this.lookup = lookup;
        this.patienceNanos = patience.toNanos();
        this.dnsaddrs = new DnsaddrResolver(records);
        this.threads = new ThreadPoolExecutor(
                THREADS, THREADS, 1, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING_MAX), task -> {
                    Thread made = new Thread(task, "libp2p-names");
                    made.setDaemon(true);
                    return made;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * {@code named} itself, or the first 16 addresses that have an IP address in place of the name that it begins with,
     * or what its TXT records lead to; or an {@link IOException}. Completes on {@code loop}. Whoever cancels it frees its
     * place in the queue, or ends it after the name that is being asked for.
     */
    CompletableFuture<List<Multiaddr>> resolve(Multiaddr named, Executor loop) {
        if (!isName(named)) {
            return CompletableFuture.completedFuture(List.of(named));
        }
        CompletableFuture<List<Multiaddr>> resolved = new CompletableFuture<>();
        Runnable task = () -> lookUp(named, loop, resolved);
        try {
            threads.execute(task);
            resolved.whenComplete((found, failure) -> threads.remove(task));
        } catch (RejectedExecutionException e) {
            resolved.completeExceptionally(new IOException("too many names are being looked up", e));
        }
        return resolved;
    }

    /** Whether {@code address} begins with a name. */
    static boolean isName(Multiaddr address) {
        return !address.isEmpty() && NAMES.contains(address.components().get(0).protocol());
    }

    private void lookUp(Multiaddr named, Executor loop, CompletableFuture<List<Multiaddr>> resolved) {
        long endNanos = System.nanoTime() + patienceNanos;
        BooleanSupplier isOver = () -> resolved.isDone() || System.nanoTime() - endNanos >= 0;
        List<Multiaddr> found;
        try {
            found = DnsaddrResolver.isDnsaddr(named) ? findByRecords(named, isOver) : find(named);
        } catch (IOException | RuntimeException e) { // a stranger's name may be what no resolver takes
            tell(loop, resolved, () -> resolved.completeExceptionally(e));
            return;
        }
        tell(loop, resolved, () -> {
            if (found.isEmpty()) {
                resolved.completeExceptionally(new IOException("the name was not found"));
            } else {
                resolved.complete(found);
            }
        });
    }

    private static void tell(Executor loop, CompletableFuture<?> resolved, Runnable outcome) {
        try {
            loop.execute(outcome);
        } catch (RejectedExecutionException e) {
            resolved.completeExceptionally(new IOException("the host is closed", e));
        }
    }

    /** The names in what the records say are looked up right away; the first few lead somewhere. */
    private List<Multiaddr> findByRecords(Multiaddr named, BooleanSupplier isOver) throws IOException {
        List<Multiaddr> found = new ArrayList<>();
        int names = 0;
        for (Multiaddr address : dnsaddrs.resolve(named, isOver)) {
            if (!isName(address)) {
                found.add(address);
            } else if (names++ < ADDRESSES_MAX && !isOver.getAsBoolean()) {
                found.addAll(find(address));
            }
        }
        return found;
    }

    private List<Multiaddr> find(Multiaddr named) {
        Multiaddr.Component name = named.components().get(0);
        Multiaddr kept = WebSocketAddress.keepName(named);
        try {
            return Arrays.stream(lookup.all(name.text()))
                    .filter(address -> isPermitted(name.protocol(), address))
                    .limit(ADDRESSES_MAX)
                    .map(kept::withHost)
                    .toList();
        } catch (UnknownHostException e) {
            return List.of();
        }
    }

    /** Whether this kind of name may lead there. */
    private static boolean isPermitted(MultiaddrProtocol kind, InetAddress address) {
        return switch (kind) {
            case DNS4 -> address instanceof Inet4Address;
            case DNS6 -> address instanceof Inet6Address;
            default -> true;
        };
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
