package dev.flotilla.libp2p.noise;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.security.SecureSession;
import dev.flotilla.libp2p.security.SecurityHandler;
import dev.flotilla.libp2p.security.SecurityHandshakeException;
import dev.flotilla.libp2p.security.SecurityProtocol;
import dev.flotilla.transport.PeerId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandler;
import io.netty.channel.ChannelPromise;
import io.netty.channel.CoalescingBufferQueue;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.ReferenceCountUtil;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Secures a channel by {@code /noise} and stays in its pipeline: {@link ByteBuf}s in the clear above it, messages of two
 * bytes of length and at most 65,535 bytes below (libp2p spec, noise). Writes wait for the handshake, are joined until
 * they are flushed, and their promises complete when the bytes have left. Any failure closes the channel; the handshake
 * has no time limit of its own.
 */
public final class NoiseHandler extends ByteToMessageDecoder implements ChannelOutboundHandler, SecurityHandler {
    /** The name under which the two sides agree on this protocol. */
    public static final String PROTOCOL = "/noise";

    private static final int LENGTH_BYTES = 2;
    private static final int PLAINTEXT_BYTES_MAX = 65_535 - CipherState.TAG_BYTES;
    private static final byte[] NO_AD = {};

    private final boolean initiator;
    private final PrivateKey identity;
    private final @Nullable PeerId expected;
    private final List<String> muxers;
    private final CompletableFuture<SecureSession> session = new CompletableFuture<>();

    private @Nullable NoiseHandshake handshake;
    private @Nullable CipherState sending; // set when the handshake is complete
    private @Nullable CipherState receiving;
    private @Nullable CoalescingBufferQueue plaintext;
    private boolean begun;
    private boolean flushWanted;
    private boolean failed;

    NoiseHandler(SecurityProtocol.Parameters parameters) {
        this.initiator = parameters.initiator();
        this.identity = parameters.identity();
        this.expected = parameters.expected();
        this.muxers = parameters.muxers();
    }

    /**
     * The side that dialled.
     *
     * @param expected the only peer to accept; null accepts any
     * @param muxers to offer; empty leaves them to a negotiation on the secured channel
     */
    public static NoiseHandler initiator(PrivateKey identity, @Nullable PeerId expected, List<String> muxers) {
        return new NoiseHandler(new SecurityProtocol.Parameters(true, identity, expected, muxers));
    }

    /** The side that was dialled. */
    public static NoiseHandler responder(PrivateKey identity, List<String> muxers) {
        return new NoiseHandler(new SecurityProtocol.Parameters(false, identity, null, muxers));
    }

    @Override
    public CompletableFuture<SecureSession> session() {
        return session;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        plaintext = new CoalescingBufferQueue(ctx.channel(), 4, true);
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
        try {
            NoiseHandshake started = new NoiseHandshake(
                    initiator, identity, expected, muxers, X25519KeyPair.generate(), X25519KeyPair.generate());
            handshake = started;
            if (initiator) {
                send(ctx, started.begin());
            }
        } catch (GeneralSecurityException e) {
            fail(ctx, new SecurityHandshakeException("the handshake cannot be begun: " + e.getMessage(), e));
            return;
        }
        if (!ctx.channel().config().isAutoRead()) {
            ctx.read();
        }
    }

    private static void send(ChannelHandlerContext ctx, byte[] message) {
        ByteBuf frame = ctx.alloc().buffer(LENGTH_BYTES + message.length);
        frame.writeShort(message.length).writeBytes(message);
        ctx.writeAndFlush(frame, ctx.voidPromise());
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (failed) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (in.readableBytes() < LENGTH_BYTES) {
            return;
        }
        int length = in.getUnsignedShort(in.readerIndex());
        if (in.readableBytes() < LENGTH_BYTES + length) {
            return;
        }
        in.skipBytes(LENGTH_BYTES);
        try {
            if (receiving == null) {
                byte[] message = new byte[length];
                in.readBytes(message);
                onHandshakeMessage(ctx, message);
            } else {
                decrypt(ctx, receiving, in, length, out);
            }
        } catch (SecurityHandshakeException e) {
            fail(ctx, e);
        } catch (GeneralSecurityException e) {
            String what = receiving == null ? "handshake message" : "message";
            fail(ctx, new SecurityHandshakeException("the peer sent a wrong " + what + ": " + e.getMessage(), e));
        }
    }

    private void onHandshakeMessage(ChannelHandlerContext ctx, byte[] message)
            throws GeneralSecurityException, SecurityHandshakeException {
        NoiseHandshake current = handshake;
        if (current == null) {
            throw new SecurityHandshakeException("the channel has bytes before it is active");
        }
        byte[] answer = current.onMessage(message);
        if (answer != null) {
            send(ctx, answer);
        }
        SecureSession proven = current.session();
        if (proven != null) {
            sending = current.sending();
            receiving = current.receiving();
            handshake = null;
            session.complete(proven);
            if (flushWanted) {
                flush(ctx);
            }
        }
    }

    private static void decrypt(ChannelHandlerContext ctx, CipherState cipher, ByteBuf in, int length, List<Object> out)
            throws GeneralSecurityException {
        if (length < CipherState.TAG_BYTES) {
            throw new GeneralSecurityException(length + " bytes have no room for a tag");
        }
        ByteBuf clear = ctx.alloc().heapBuffer(length);
        ByteBuf ciphertext = onHeap(ctx, in.readSlice(length));
        try {
            cipher.decrypt(
                    NO_AD,
                    ciphertext.array(),
                    ciphertext.arrayOffset() + ciphertext.readerIndex(),
                    length,
                    clear.array(),
                    clear.arrayOffset());
            clear.writerIndex(length - CipherState.TAG_BYTES);
            if (clear.isReadable()) { // an empty message is legal and means nothing
                out.add(clear.retain());
            }
        } finally {
            ciphertext.release();
            clear.release();
        }
    }

    /** {@code bytes} with an array behind it, to be released; a copy only if it has none. */
    private static ByteBuf onHeap(ChannelHandlerContext ctx, ByteBuf bytes) {
        return bytes.hasArray()
                ? bytes.retain()
                : ctx.alloc()
                        .heapBuffer(bytes.readableBytes())
                        .writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
    }

    @Override
    protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (in.isReadable() && !failed) {
            in.skipBytes(in.readableBytes());
            fail(ctx, new SecurityHandshakeException("the connection ended inside a message"));
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        if (!(msg instanceof ByteBuf bytes) || plaintext == null) {
            ReferenceCountUtil.release(msg);
            promise.tryFailure(new IllegalArgumentException("not bytes: " + msg.getClass()));
        } else if (failed || !ctx.channel().isOpen()) {
            bytes.release();
            promise.tryFailure(new ClosedChannelException());
        } else {
            plaintext.add(bytes, promise);
        }
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        CipherState cipher = sending;
        CoalescingBufferQueue queue = plaintext;
        if (cipher == null || queue == null) {
            flushWanted = true;
            return;
        }
        flushWanted = false;
        while (!queue.isEmpty()) {
            ChannelPromise promise = ctx.newPromise();
            ByteBuf clear = queue.remove(PLAINTEXT_BYTES_MAX, promise);
            try {
                ctx.write(clear.isReadable() ? encrypt(ctx, cipher, clear) : Unpooled.EMPTY_BUFFER, promise);
            } catch (GeneralSecurityException e) {
                promise.tryFailure(e);
                fail(ctx, new SecurityHandshakeException("a message cannot be encrypted: " + e.getMessage(), e));
                return;
            } finally {
                clear.release();
            }
        }
        ctx.flush();
    }

    private static ByteBuf encrypt(ChannelHandlerContext ctx, CipherState cipher, ByteBuf clear)
            throws GeneralSecurityException {
        int length = clear.readableBytes();
        ByteBuf frame = ctx.alloc().heapBuffer(LENGTH_BYTES + length + CipherState.TAG_BYTES);
        ByteBuf source = onHeap(ctx, clear);
        try {
            frame.writeShort(length + CipherState.TAG_BYTES);
            cipher.encrypt(
                    NO_AD,
                    source.array(),
                    source.arrayOffset() + source.readerIndex(),
                    length,
                    frame.array(),
                    frame.arrayOffset() + LENGTH_BYTES);
            frame.writerIndex(LENGTH_BYTES + length + CipherState.TAG_BYTES);
            return frame.retain();
        } finally {
            source.release();
            frame.release();
        }
    }

    private void fail(ChannelHandlerContext ctx, SecurityHandshakeException reason) {
        if (failed) {
            return;
        }
        failed = true;
        boolean inHandshake = session.completeExceptionally(reason);
        if (plaintext != null) {
            plaintext.releaseAndFailAll(ctx, reason);
        }
        if (!inHandshake) {
            ctx.fireExceptionCaught(reason);
        }
        ctx.close();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        super.userEventTriggered(ctx, event);
        if (event instanceof ChannelInputShutdownEvent && !session.isDone()) {
            fail(ctx, new SecurityHandshakeException("the peer ended the connection during the handshake"));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        super.channelInactive(ctx);
        endOf(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (session.isDone()) {
            ctx.fireExceptionCaught(cause);
        } else {
            fail(ctx, new SecurityHandshakeException("the connection failed during the handshake: " + cause, cause));
        }
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        endOf(ctx);
    }

    private void endOf(ChannelHandlerContext ctx) {
        session.completeExceptionally(new SecurityHandshakeException("the connection was closed during the handshake"));
        if (plaintext != null) {
            plaintext.releaseAndFailAll(ctx, new ClosedChannelException());
        }
    }

    @Override
    public void bind(ChannelHandlerContext ctx, SocketAddress local, ChannelPromise promise) {
        ctx.bind(local, promise);
    }

    @Override
    public void connect(ChannelHandlerContext ctx, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
        ctx.connect(remote, local, promise);
    }

    @Override
    public void disconnect(ChannelHandlerContext ctx, ChannelPromise promise) {
        ctx.disconnect(promise);
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        ctx.close(promise);
    }

    @Override
    public void deregister(ChannelHandlerContext ctx, ChannelPromise promise) {
        ctx.deregister(promise);
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        ctx.read();
    }
}
