package dev.flotilla.libp2p.multistream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The side that answers. An initiator may send its first request right behind its only proposal, before the answer; that
 * data reaches the installed handlers. {@code ls} is answered with {@code na}. One instance a channel.
 */
public final class MultistreamResponder extends Negotiation {
    private static final int PROPOSALS_MAX = 32;

    private final Predicate<String> supported;
    private @Nullable ByteBuf answers; // not yet written
    private int proposals;
    private String lastProposal = "nothing";

    /** @param supported whether this side speaks a protocol; asked on the event loop */
    public MultistreamResponder(Predicate<String> supported, ProtocolInstaller installer) {
        super(installer);
        this.supported = supported;
    }

    @Override
    void start(ChannelHandlerContext ctx) {
        // the initiator speaks first
    }

    @Override
    void onHeader(ChannelHandlerContext ctx) {
        answer(ctx, Message.HEADER);
    }

    @Override
    void onMessage(ChannelHandlerContext ctx, String text) throws ProtocolNegotiationException {
        lastProposal = Message.quote(text);
        if (supported.test(text)) {
            answer(ctx, text);
            onPause(ctx); // written even if the initiator has already gone: its request counts
            agree(ctx, text);
        } else if (++proposals == PROPOSALS_MAX) {
            throw new ProtocolNegotiationException(
                    "the peer made " + PROPOSALS_MAX + " proposals in vain, the last was " + lastProposal);
        } else {
            answer(ctx, Message.NOT_AVAILABLE);
        }
    }

    private void answer(ChannelHandlerContext ctx, String text) {
        ByteBuf out = answers;
        if (out == null) {
            out = ctx.alloc().buffer();
            answers = out;
        }
        Message.write(out, text);
    }

    @Override
    void onPause(ChannelHandlerContext ctx) {
        ByteBuf out = answers;
        if (out != null) {
            answers = null;
            ctx.writeAndFlush(out); // a failure shows as the end of the channel
        }
    }

    @Override
    String ownWords() {
        return "it proposed " + lastProposal;
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        ByteBuf out = answers;
        if (out != null) {
            answers = null;
            out.release();
        }
        super.handlerRemoved0(ctx);
    }
}
