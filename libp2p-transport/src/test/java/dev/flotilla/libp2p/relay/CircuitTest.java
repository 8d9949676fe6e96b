package dev.flotilla.libp2p.relay;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.connect;

import dev.flotilla.libp2p.Echo;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class CircuitTest {
    private static final ProtocolId ENTRY = new ProtocolId("/test/circuit/1.0.0");

    private final Hosts hosts = new Hosts();

    @AfterEach
    void close() {
        hosts.close();
    }

    @Test
    void aRefusedWriteEndsTheCircuit() {
        Host relay = hosts.start();
        Host source = hosts.start();
        Host target = hosts.start();
        connect(source, relay);
        connect(relay, target);
        CompletableFuture<Stream> entered = new CompletableFuture<>();
        relay.handle(ENTRY, entered::complete);
        Stream in = await(source.newStream(relay.peerId(), ENTRY));
        in.write(new byte[] {1}); // the first byte tells the relay of the stream
        Stream out = await(relay.newStream(target.peerId(), Echo.PROTOCOL));
        out.channel().pipeline().addLast(new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                ReferenceCountUtil.release(message);
                promise.setFailure(new IOException("of the test"));
            }
        });
        new Circuit(await(entered), out, null, new RelayCounters()).start();
        await(in.closed());
        await(out.closed());
    }
}
