package dev.flotilla.peer.command;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionTracer;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostBuilder;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.pnet.PreSharedKey;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A connection to any libp2p peer, by a host that lives as long as the command and has an identity of its own. */
record PeerContact(Host host, Connection connection) implements AutoCloseable {
    /** @param swarmKey of the private network that the peer belongs to; null for the open network */
    static PeerContact to(Multiaddr address, @Nullable PreSharedKey swarmKey) throws IOException {
        return to(address, swarmKey, step -> {});
    }

    /** The same; {@code tracer} is told each step of it. */
    static PeerContact to(Multiaddr address, @Nullable PreSharedKey swarmKey, ConnectionTracer tracer)
            throws IOException {
        HostBuilder builder = Host.builder(PrivateKey.generate())
                .config(HostConfig.defaults().withEventLoops(1))
                .tracer(tracer);
        if (swarmKey != null) {
            builder.privateNetwork(swarmKey);
        }
        Host host = builder.build();
        try {
            await(host.start());
            return new PeerContact(host, await(host.connect(address)));
        } catch (IOException e) {
            host.close();
            throw e;
        }
    }

    static <T> T await(CompletableFuture<T> future) throws IOException {
        try {
            return future.join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof TimeoutException) {
                throw new IOException("the peer did not answer in time", e);
            }
            throw cause instanceof IOException io ? io : new IOException(cause);
        }
    }

    @Override
    public void close() {
        host.close();
    }
}
