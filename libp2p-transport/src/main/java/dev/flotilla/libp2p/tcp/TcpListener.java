package dev.flotilla.libp2p.tcp;

import dev.flotilla.libp2p.Listener;
import dev.flotilla.libp2p.Multiaddr;
import io.netty.channel.Channel;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A bound server socket. */
record TcpListener(Channel channel, Multiaddr address) implements Listener {
    @Override
    public List<Multiaddr> addresses() {
        return channel.isActive() ? List.of(address) : List.of();
    }

    @Override
    public CompletableFuture<Void> close() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        channel.close().addListener(done -> closed.complete(null));
        return closed;
    }
}
