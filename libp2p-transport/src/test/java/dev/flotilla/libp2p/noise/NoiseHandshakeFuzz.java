package dev.flotilla.libp2p.noise;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.fuzz.FuzzTarget;
import dev.flotilla.libp2p.security.SecurityHandshakeException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;

/** Both sides of the handshake: whatever comes, nobody is taken for a peer by it. */
public final class NoiseHandshakeFuzz implements FuzzTarget {
    private static final PrivateKey KEY = PrivateKey.generate();
    private static final List<byte[]> SEEDS = List.of(firstMessage(), new byte[100], new byte[2]);

    private static byte[] firstMessage() {
        EmbeddedChannel channel = new EmbeddedChannel(NoiseHandler.initiator(KEY, null, List.of()));
        ByteBuf message = channel.readOutbound();
        byte[] bytes = ByteBufUtil.getBytes(message);
        message.release();
        channel.finishAndReleaseAll();
        return bytes;
    }

    public static void fuzzerTestOneInput(byte[] input) {
        new NoiseHandshakeFuzz().run(input);
    }

    @Override
    public List<byte[]> seeds() {
        return SEEDS;
    }

    @Override
    public void run(byte[] input) {
        feed(NoiseHandler.responder(KEY, List.of()), input);
        feed(NoiseHandler.initiator(KEY, null, List.of()), input);
    }

    private static void feed(NoiseHandler handler, byte[] input) {
        EmbeddedChannel channel = new EmbeddedChannel(handler, new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                if (!(cause instanceof SecurityHandshakeException)) {
                    ctx.fireExceptionCaught(cause);
                }
            }
        });
        channel.writeInbound(Unpooled.copiedBuffer(input));
        channel.finishAndReleaseAll();
        if (!handler.session().isCompletedExceptionally()) {
            throw new AssertionError("a session came of it: " + handler.session());
        }
    }
}
