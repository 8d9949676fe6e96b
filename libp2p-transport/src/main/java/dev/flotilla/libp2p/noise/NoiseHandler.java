package dev.flotilla.libp2p.noise;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.security.SecureSession;
import dev.flotilla.libp2p.security.SecurityHandler;
import dev.flotilla.libp2p.security.SecurityHandshakeException;
import dev.flotilla.libp2p.security.SecurityProtocol;
import dev.flotilla.transport.PeerId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Secures a channel by {@code /noise} and stays in its pipeline: {@link ByteBuf}s in the clear above it, messages of two
 * bytes of length and at most 65,535 bytes below (libp2p spec, noise). Writes wait for the handshake, are joined until
 * they are flushed, and their promises complete when the bytes have left. Any failure closes the channel; the handshake
 * has no time limit of its own.
 */
public final class NoiseHandler extends ChannelDuplexHandler implements SecurityHandler {
    /** The name under which the two sides agree on this protocol. */
    public static final String PROTOCOL = "/noise";

    private final SecurityProtocol.Parameters parameters;
    private final StaticKeys keys;
    private final KnownPayloads known;
    private final CompletableFuture<SecureSession> session = new CompletableFuture<>();
    private final MessageReader reader = new MessageReader();

    private @Nullable MessageWriter writer; // set when added
    private @Nullable NoiseHandshake handshake;
    private @Nullable CipherState sending; // set when the handshake is complete
    private @Nullable CipherState receiving;
    private boolean begun;
    private boolean flushWanted;
    private boolean passedOn; // something in the clear came out of what was read last
    private boolean failed;

    /**
     * @param keys of this side
     * @param known payloads of peers, which need no other look
     */
    NoiseHandler(SecurityProtocol.Parameters parameters, StaticKeys keys, KnownPayloads known) {
        this.parameters = parameters;
        this.keys = keys;
        this.known = known;
    }

    private NoiseHandler(SecurityProtocol.Parameters parameters) {
        this(
                parameters,
                new StaticKeys(parameters.identity(), parameters.muxers(), Clock.systemUTC()),
                new KnownPayloads());
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

    // ---- the handshake

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        writer = new MessageWriter(ctx);
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
                    parameters.initiator(), keys.current(), X25519KeyPair.generate(), parameters.expected(), known);
            handshake = started;
            if (parameters.initiator()) {
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
        ByteBuf frame = ctx.alloc().buffer(MessageReader.LENGTH_BYTES + message.length);
        frame.writeShort(message.length).writeBytes(message);
        ctx.writeAndFlush(frame, ctx.voidPromise());
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
            reader.trust();
            session.complete(proven);
            if (flushWanted) {
                flush(ctx);
            }
        }
    }

    // ---- reading

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            for (ByteBuf next = nextMessage(ctx, bytes); next != null; next = nextMessage(ctx, bytes)) {
                onMessage(ctx, next);
            }
        } finally {
            bytes.release();
        }
    }

    private @Nullable ByteBuf nextMessage(ChannelHandlerContext ctx, ByteBuf bytes) {
        return failed || ctx.isRemoved() ? null : reader.next(bytes, ctx.alloc());
    }

    private void onMessage(ChannelHandlerContext ctx, ByteBuf message) {
        boolean inHandshake = receiving == null;
        try {
            if (receiving == null) {
                onHandshakeMessage(ctx, ByteBufUtil.getBytes(message));
            } else {
                passOn(ctx, receiving, message);
            }
        } catch (SecurityHandshakeException e) {
            fail(ctx, e);
        } catch (GeneralSecurityException e) {
            String what = inHandshake ? "handshake message" : "message";
            fail(ctx, new SecurityHandshakeException("the peer sent a wrong " + what + ": " + e.getMessage(), e));
        } finally {
            message.release();
        }
    }

    private void passOn(ChannelHandlerContext ctx, CipherState cipher, ByteBuf message)
            throws GeneralSecurityException {
        cipher.decrypt(message);
        if (message.isReadable()) { // an empty message is legal and means nothing
            passedOn = true;
            ctx.fireChannelRead(message.retain());
        }
    }

    /** What was read may be but a part of a message; who asked for one read then still waits. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!passedOn && !ctx.channel().config().isAutoRead()) {
            ctx.read();
        }
        passedOn = false;
        ctx.fireChannelReadComplete();
    }

    // ---- writing

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        if (!(msg instanceof ByteBuf bytes) || writer == null) {
            ReferenceCountUtil.release(msg);
            promise.tryFailure(new IllegalArgumentException("not bytes: " + msg.getClass()));
        } else if (failed || !ctx.channel().isOpen()) {
            bytes.release();
            promise.tryFailure(new ClosedChannelException());
        } else {
            writer.add(bytes, promise);
        }
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        if (sending == null || writer == null) {
            flushWanted = true;
            return;
        }
        flushWanted = false;
        try {
            writer.writeAll(sending);
            ctx.flush();
        } catch (GeneralSecurityException e) {
            fail(ctx, new SecurityHandshakeException("a message cannot be encrypted: " + e.getMessage(), e));
        }
    }

    // ---- the end

    private void fail(ChannelHandlerContext ctx, SecurityHandshakeException reason) {
        if (failed) {
            return;
        }
        failed = true;
        boolean inHandshake = session.completeExceptionally(reason);
        if (writer != null) {
            writer.fail(reason);
        }
        if (!inHandshake) {
            ctx.fireExceptionCaught(reason);
        }
        ctx.close();
    }

    private void failIfInsideMessage(ChannelHandlerContext ctx) {
        if (reader.isInside()) {
            fail(ctx, new SecurityHandshakeException("the connection ended inside a message"));
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        boolean ended = event instanceof ChannelInputShutdownEvent;
        if (ended) {
            failIfInsideMessage(ctx);
        }
        ctx.fireUserEventTriggered(event);
        if (ended && !session.isDone()) {
            fail(ctx, new SecurityHandshakeException("the peer ended the connection during the handshake"));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        failIfInsideMessage(ctx);
        ctx.fireChannelInactive();
        endOf();
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
    public void handlerRemoved(ChannelHandlerContext ctx) {
        endOf();
    }

    private void endOf() {
        reader.release();
        if (!session.isDone()) {
            session.completeExceptionally(
                    new SecurityHandshakeException("the connection was closed during the handshake"));
        }
        if (writer != null && writer.hasWaiting()) {
            writer.fail(new ClosedChannelException());
        }
    }
}
