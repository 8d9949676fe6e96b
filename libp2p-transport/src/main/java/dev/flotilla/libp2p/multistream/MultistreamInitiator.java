package dev.flotilla.libp2p.multistream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.List;

/** The side that proposes. It sends its header together with the first proposal. One instance a channel. */
public final class MultistreamInitiator extends Negotiation {
    private final List<String> protocols;
    private int proposed; // index in protocols

    /**
     * @param protocols at least one, best first; each one line of less than 1024 bytes
     * @param installer called when the peer has taken one
     */
    public MultistreamInitiator(List<String> protocols, ProtocolInstaller installer) {
        super(installer);
        this.protocols = List.copyOf(protocols);
        if (protocols.isEmpty() || !protocols.stream().allMatch(Message::canCarry)) {
            throw new IllegalArgumentException("not protocol ids to propose: " + protocols);
        }
    }

    @Override
    void start(ChannelHandlerContext ctx) {
        ByteBuf out = ctx.alloc().buffer();
        Message.write(out, Message.HEADER);
        Message.write(out, protocols.get(0));
        ctx.writeAndFlush(out, ctx.voidPromise());
    }

    @Override
    void onHeader(ChannelHandlerContext ctx) {
        // the answer to the first proposal follows
    }

    @Override
    void onMessage(ChannelHandlerContext ctx, String text) throws ProtocolNegotiationException {
        String current = protocols.get(proposed);
        if (text.equals(current)) {
            agree(ctx, current);
        } else if (!text.equals(Message.NOT_AVAILABLE)) {
            throw new ProtocolNegotiationException("the peer answered " + Message.quote(text) + " after " + ownWords());
        } else if (proposed + 1 == protocols.size()) {
            throw new ProtocolNegotiationException(
                    "the peer answered 'na' to all that this side proposed: " + String.join(", ", protocols));
        } else {
            proposed++;
            ByteBuf out = ctx.alloc().buffer();
            Message.write(out, protocols.get(proposed));
            ctx.writeAndFlush(out, ctx.voidPromise());
        }
    }

    @Override
    String ownWords() {
        return "this side proposed " + String.join(", ", protocols.subList(0, proposed + 1));
    }
}
