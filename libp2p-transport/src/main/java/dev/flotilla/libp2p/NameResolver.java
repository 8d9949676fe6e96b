package dev.flotilla.libp2p;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Looks up names on threads of its own: the system's resolver blocks, for many seconds when no server answers, and an
 * event loop that waits for it serves no connection meanwhile. Thread-safe.
 */
final class NameResolver implements AutoCloseable {
    private static final int THREADS = 4;
    private static final int WAITING_MAX = 256;
    private static final int ADDRESSES_MAX = 16;

    private final Lookup lookup;
    private final ThreadPoolExecutor threads;

    /** The look-up itself; may block. */
    interface Lookup {
        InetAddress[] all(String name) throws UnknownHostException;
    }

    NameResolver(Lookup lookup) {
        this.lookup = lookup;
        this.threads = new ThreadPoolExecutor(
                THREADS, THREADS, 1, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING_MAX), task -> {
                    Thread made = new Thread(task, "libp2p-names");
                    made.setDaemon(true);
                    return made;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /** The first 16 addresses behind the name in {@code wanted}, on {@code loop}; or an {@link IOException}. */
    CompletableFuture<List<InetSocketAddress>> resolve(TcpAddress wanted, Executor loop) {
        CompletableFuture<List<InetSocketAddress>> resolved = new CompletableFuture<>();
        try {
            threads.execute(() -> lookUp(wanted, loop, resolved));
        } catch (RejectedExecutionException e) {
            resolved.completeExceptionally(new IOException("too many names are being looked up", e));
        }
        return resolved;
    }

    private void lookUp(TcpAddress wanted, Executor loop, CompletableFuture<List<InetSocketAddress>> resolved) {
        List<InetSocketAddress> found = find(wanted);
        try {
            loop.execute(() -> {
                if (found.isEmpty()) {
                    resolved.completeExceptionally(new IOException("the name was not found"));
                } else {
                    resolved.complete(found);
                }
            });
        } catch (RejectedExecutionException e) {
            resolved.completeExceptionally(new IOException("the host is closed", e));
        }
    }

    private List<InetSocketAddress> find(TcpAddress wanted) {
        InetSocketAddress named = wanted.socketAddress();
        try {
            List<InetSocketAddress> all = Arrays.stream(lookup.all(named.getHostString()))
                    .map(address -> new InetSocketAddress(address, named.getPort()))
                    .toList();
            return wanted.permitted(all).stream().limit(ADDRESSES_MAX).toList();
        } catch (UnknownHostException e) {
            return List.of();
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
