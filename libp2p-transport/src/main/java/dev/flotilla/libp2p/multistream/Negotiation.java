package dev.flotilla.libp2p.multistream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What both roles share: reading message by message, however the bytes arrive, and the two ends, agreement and failure.
 * A failure closes the channel.
 */
abstract class Negotiation extends ByteToMessageDecoder {
    private static final int QUOTED_BYTES = 8;

    private final ProtocolInstaller installer;
    private final CompletableFuture<String> agreed = new CompletableFuture<>();
    private boolean begun;
    private boolean headerSeen;

    Negotiation(ProtocolInstaller installer) {
        this.installer = installer;
        setCumulator(Negotiation::append);
    }

    /** A few bytes are often a slice of a large buffer, which would live as long as this side waits for more. */
    private static ByteBuf append(ByteBufAllocator allocator, ByteBuf held, ByteBuf in) {
        ByteBuf copy;
        try {
            copy = allocator.buffer(in.readableBytes()).writeBytes(in);
        } finally {
            in.release();
        }
        return MERGE_CUMULATOR.cumulate(allocator, held, copy);
    }

    /**
     * The protocol, once its handlers are installed; or a {@link ProtocolNegotiationException}. Completes on the event
     * loop.
     */
    public CompletableFuture<String> agreed() {
        return agreed;
    }

    /** Whether the peer speaks multistream-select at all: its header has come. Event loop only. */
    public boolean hasPeerSpoken() {
        return headerSeen;
    }

    /** The channel can be written to. */
    abstract void start(ChannelHandlerContext ctx);

    /** The peer's header came. */
    abstract void onHeader(ChannelHandlerContext ctx);

    /** A message after the header came. */
    abstract void onMessage(ChannelHandlerContext ctx, String text) throws ProtocolNegotiationException;

    /** No message is left in what was read. */
    void onPause(ChannelHandlerContext ctx) {}

    /** What this side said, for the message of an exception. */
    abstract String ownWords();

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (ctx.channel().isActive()) {
            begin(ctx);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        begin(ctx);
        ctx.fireChannelActive();
    }

    /** Once: a channel may be active when the handler is added and say so again. */
    private void begin(ChannelHandlerContext ctx) {
        if (begun) {
            return;
        }
        begun = true;
        start(ctx);
        if (!ctx.channel().config().isAutoRead()) {
            ctx.read();
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        try {
            String text = null;
            while (!agreed.isDone() && (text = Message.read(in)) != null) {
                if (headerSeen) {
                    onMessage(ctx, text);
                } else if (text.equals(Message.HEADER)) {
                    headerSeen = true;
                    onHeader(ctx);
                } else {
                    throw new ProtocolNegotiationException("the peer began with " + Message.quote(text));
                }
            }
            if (!headerSeen && !Message.mayBeHeader(in)) { // the rest may never come
                throw new ProtocolNegotiationException("the peer began with the bytes "
                        + ByteBufUtil.hexDump(in, in.readerIndex(), Math.min(QUOTED_BYTES, in.readableBytes()))
                        + ", which are not multistream-select");
            }
        } catch (ProtocolNegotiationException e) {
            fail(ctx, e);
        }
        if (agreed.isCompletedExceptionally()) {
            in.skipBytes(in.readableBytes());
        } else if (!agreed.isDone()) {
            onPause(ctx);
        }
    }

    /** Nothing more comes; said before the handlers behind this one learn it. */
    @Override
    protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        super.decodeLast(ctx, in, out);
        if (!agreed.isDone()) {
            fail(ctx, ended());
        }
    }

    final void agree(ChannelHandlerContext ctx, String protocol) throws ProtocolNegotiationException {
        try {
            installer.install(ctx, protocol);
        } catch (Exception e) {
            throw new ProtocolNegotiationException("protocol " + protocol + " cannot be started: " + e.getMessage(), e);
        }
        agreed.complete(protocol);
        ctx.pipeline().remove(this);
    }

    private void fail(ChannelHandlerContext ctx, ProtocolNegotiationException reason) {
        if (agreed.completeExceptionally(reason)) {
            ctx.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(ctx, new ProtocolNegotiationException("the channel failed after " + ownWords() + ": " + cause, cause));
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        if (!agreed.isDone()) { // exceptions are dear where connections come and go
            agreed.completeExceptionally(ended());
        }
    }

    private ProtocolNegotiationException ended() {
        return new ProtocolNegotiationException("the peer ended the channel after " + ownWords()
                + (headerSeen ? "" : ", without speaking multistream-select"));
    }
}
