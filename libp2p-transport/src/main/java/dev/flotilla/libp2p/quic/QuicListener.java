package dev.flotilla.libp2p.quic;

import dev.flotilla.libp2p.Listener;
import dev.flotilla.libp2p.Multiaddr;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A bound UDP socket, and the connections that came to it, which end with it: first they, saying goodbye, then it. */
record QuicListener(Channel socket, ChannelGroup connections) implements Listener {
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
