package dev.flotilla.libp2p.quic;

import dev.flotilla.libp2p.Listener;
import dev.flotilla.libp2p.Multiaddr;
import io.netty.channel.Channel;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A bound UDP socket. Its connections end with it. */
record QuicListener(Channel socket) implements Listener {
    @Override
    public List<Multiaddr> addresses() {
        return socket.isActive() ? List.of(QuicTransport.multiaddr(socket.localAddress())) : List.of();
    }

    @Override
    public CompletableFuture<Void> close() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        socket.close().addListener(done -> closed.complete(null));
        return closed;
    }
}
