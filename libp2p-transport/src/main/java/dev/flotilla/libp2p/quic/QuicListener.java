package dev.flotilla.libp2p.quic;

import dev.flotilla.libp2p.Listener;
import dev.flotilla.libp2p.Multiaddr;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/**
 * A bound UDP socket, and the connections that came to it or were dialled by it, which end with it: first they, saying
 * goodbye, then it.
 */
record QuicListener(Channel socket, ListenSocket dials, ChannelGroup connections) implements Listener {
    /** Whether what is dialled from it gets to {@code target}. */
    boolean reaches(InetAddress target) {
        InetAddress local = ((InetSocketAddress) socket.localAddress()).getAddress();
        boolean sameVersion = local instanceof Inet4Address == target instanceof Inet4Address;
        return sameVersion && (local.isAnyLocalAddress() || local.isLoopbackAddress() == target.isLoopbackAddress());
    }

    /** Does {@code task} on the event loop of the socket, or fails {@code result}, which is what comes of it. */
    void execute(Runnable task, CompletableFuture<?> result) {
        try {
            socket.eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(new IOException("the listener is closed, and its event loop has ended", e));
        }
    }

    @Override
    public List<Multiaddr> addresses() {
        return socket.isActive() ? List.of(QuicTransport.multiaddr(socket.localAddress())) : List.of();
    }

    @Override
    public CompletableFuture<Void> close() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        connections.close().addListener(ended -> socket.close().addListener(done -> closed.complete(null)));
        return closed;
    }
}
