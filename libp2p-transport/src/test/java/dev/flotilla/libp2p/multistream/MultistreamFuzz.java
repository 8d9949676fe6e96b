package dev.flotilla.libp2p.multistream;

import dev.flotilla.libp2p.fuzz.FuzzTarget;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Both sides of a negotiation: it agrees, waits, or fails with a {@link ProtocolNegotiationException}. */
public final class MultistreamFuzz implements FuzzTarget {
    private static final List<byte[]> SEEDS = Stream.of(
                    "\u0013/multistream/1.0.0\n\u0003/a\nrequest",
                    "\u0013/multistream/1.0.0\n\u0003na\n\u0003/b\n",
                    "\u0013/multistream/1.0.0\n\u0003ls\n\u0003/b\nrequest")
            .map(text -> text.getBytes(StandardCharsets.UTF_8))
            .toList();

    public static void fuzzerTestOneInput(byte[] input) {
        new MultistreamFuzz().run(input);
    }

    @Override
    public List<byte[]> seeds() {
        return SEEDS;
    }

    @Override
    public void run(byte[] input) {
        feed(new MultistreamResponder("/a"::equals, MultistreamFuzz::install), input);
        feed(new MultistreamInitiator(List.of("/a", "/b"), MultistreamFuzz::install), input);
    }

    private static void install(ChannelHandlerContext context, String protocol) {
        if (!protocol.equals("/a") && !protocol.equals("/b")) {
            throw new AssertionError("agreed on " + protocol + ", which this side does not speak");
        }
    }

    /** In pieces, whose length the input decides. */
    private static void feed(Negotiation negotiation, byte[] input) {
        EmbeddedChannel channel = new EmbeddedChannel(negotiation, new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ReferenceCountUtil.release(message);
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                if (!(cause instanceof ProtocolNegotiationException)) {
                    ctx.fireExceptionCaught(cause);
                }
            }
        });
        int piece = 1 + (input.length == 0 ? 0 : input[input.length - 1] & 0x3f);
        for (int at = 0; at < input.length && channel.isOpen(); at += piece) {
            channel.writeInbound(Unpooled.copiedBuffer(input, at, Math.min(piece, input.length - at)));
        }
        channel.finishAndReleaseAll();
        if (!negotiation.agreed().isDone()) {
            throw new AssertionError("whoever waits for the protocol is told nothing, though the channel is closed");
        }
    }
}
