package dev.flotilla.libp2p.multistream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The side that answers. An initiator may send its first request right behind its only proposal, before the answer; that
 * data reaches the installed handlers. {@code ls} is answered with {@code na}. One instance a channel.
 */
public final class MultistreamResponder extends Negotiation {
    private static final int PROPOSALS_MAX = 32;

    private static final int QUOTED_MAX = 8;

    private final Predicate<String> supported;
    private final String ownProtocols; // for messages; empty if there is no fixed list
    private @Nullable ByteBuf answers; // not yet written
    private int proposals;
    private final List<String> refused = new ArrayList<>(); // quoted, the first few

    /** @param supported whether this side speaks a protocol; asked on the event loop */
    public MultistreamResponder(Predicate<String> supported, ProtocolInstaller installer) {
        super(installer);
        this.supported = supported;
        this.ownProtocols = "";
    }

    /** @param protocols that this side speaks, which a failure then names */
    public MultistreamResponder(List<String> protocols, ProtocolInstaller installer) {
        super(installer);
        this.supported = List.copyOf(protocols)::contains;
        this.ownProtocols = ", this side has " + String.join(", ", protocols);
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
        if (supported.test(text)) {
            answer(ctx, text);
            onPause(ctx); // written even if the initiator has already gone: its request counts
            agree(ctx, text);
        } else if (++proposals == PROPOSALS_MAX) {
            throw new ProtocolNegotiationException("the peer made " + PROPOSALS_MAX
                    + " proposals in vain, the last was " + Message.quote(text) + ownProtocols);
        } else {
            if (refused.size() < QUOTED_MAX) {
                refused.add(Message.quote(text));
            }
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
        return "it proposed " + (refused.isEmpty() ? "nothing" : String.join(", ", refused)) + ownProtocols;
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
