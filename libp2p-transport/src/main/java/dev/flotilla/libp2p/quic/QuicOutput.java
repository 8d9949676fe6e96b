package dev.flotilla.libp2p.quic;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamPriority;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one stream writes, and its end. quiche forgets a stream of which all bytes are acknowledged once its end was asked
 * for, also if that waits to be sent (cloudflare/quiche, issue 2525): the peer would wait for it for ever. So the end goes
 * with the last bytes where it can: the newest message is kept until what is being read is read, or else until the turn of
 * the loop is over, and bytes that wait for room have it behind them. An end that comes later goes alone: before anything
 * else, once there is room to let it leave at once or when the bytes before it must have been acknowledged, and not while
 * datagrams are being read, since then nothing leaves before all of them, with their acknowledgements, are.
 *
 * <p>An end that goes alone and is lost by the network is still not sent again. Event loop only.
 */
final class QuicOutput {
    private static final int KEPT_WRITTEN_BYTES_MAX = 64 << 10;
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int PATIENCE = 8; // times that which an acknowledgement may take, while the peer may send
    private static final QuicStreamPriority FIRST = new QuicStreamPriority(0, true);

    private final ChannelHandlerContext ctx;
    private final QuicSending sending;
    private final QuicStream stream;
    private @Nullable ByteBuf newest;
    private @Nullable ChannelPromise newestPromise;
    private boolean reading; // the pipeline is given what was read
    private boolean letGoSoon;
    private int underWay; // messages that were handed on and not taken yet
    private boolean justTaken; // what waited for room has got it, and has not left
    private boolean wrote;
    private long takenNanos; // when the last bytes were
    private @Nullable Throwable failure; // of the first message that was not

    /**
     * @param ctx before which there is nothing but QUIC
     * @param sending of its connection
     */
    QuicOutput(ChannelHandlerContext ctx, QuicSending sending, QuicStream stream) {
        this.ctx = ctx;
        this.sending = sending;
        this.stream = stream;
    }

    /**
     * Writes {@code message} after all before it. {@code promise} may succeed before QUIC has the message, so that who ends
     * the stream when it is written does so in time.
     */
    void write(Object message, ChannelPromise promise) {
        if (failure != null) {
            ReferenceCountUtil.release(message);
            promise.tryFailure(failure);
        } else if (message instanceof ByteBuf bytes && bytes.isReadable() && mayBeHalfClosed()) {
            keep(bytes, promise);
        } else {
            letGo();
            handOn(message, promise);
        }
    }

    /** Whether this side may go on when the peer has ended; else Netty ends the stream then, and what is kept. */
    private boolean mayBeHalfClosed() {
        return ((QuicStreamChannel) ctx.channel()).config().isAllowHalfClosure();
    }

    private void keep(ByteBuf bytes, ChannelPromise promise) {
        ByteBuf before = newest;
        ChannelPromise beforePromise = newestPromise;
        newest = bytes;
        newestPromise = promise;
        if (before != null && beforePromise != null) {
            handOn(before, beforePromise); // whose writer may write, or end all, in this call
        }
        if (promise.equals(newestPromise)) {
            letGoAfterTurn();
            if (underWay == 0 && sending.nothingWaits() && bytes.readableBytes() <= KEPT_WRITTEN_BYTES_MAX) {
                newest = own(bytes);
                promise.trySuccess();
            }
        }
    }

    /** An array belongs to its writer again once it is written. QUIC would copy it as well. */
    private ByteBuf own(ByteBuf bytes) {
        if (bytes.isDirect()) {
            return bytes;
        }
        ByteBuf copy = ctx.alloc().directBuffer(bytes.readableBytes()).writeBytes(bytes);
        bytes.release();
        return copy;
    }

    private void letGoAfterTurn() {
        if (newest != null && underWay == 0 && !reading && !letGoSoon) {
            letGoSoon = true;
            ctx.executor().execute(() -> {
                letGoSoon = false;
                if (underWay == 0) {
                    letGo();
                }
            });
        }
    }

    /** What is written from now on answers what was read. */
    void beginRead() {
        reading = true;
    }

    /** Nothing leaves before all datagrams are read; with the peer's end, this side's may come. */
    void endRead(boolean withEnd) {
        reading = false;
        if (withEnd) {
            letGoAfterTurn();
        } else if (underWay == 0) {
            letGo();
        }
    }

    /** Keeps nothing back any more. */
    void letGo() {
        ByteBuf bytes = newest;
        ChannelPromise promise = newestPromise;
        if (bytes != null && promise != null) {
            forget();
            handOn(bytes, promise);
        }
    }

    private void forget() {
        newest = null;
        newestPromise = null;
    }

    private void handOn(Object message, ChannelPromise promise) {
        int size = size(message);
        wrote |= size > 0;
        underWay++;
        ChannelFuture done = ctx.write(message);
        boolean waits = !done.isDone();
        if (waits) {
            sending.waits();
        }
        done.addListener(taken -> {
            underWay--;
            takenNanos = System.nanoTime();
            sending.gave(size);
            if (waits) {
                sending.waitsNoMore();
            }
            justTaken = waits;
            complete(promise, taken.cause());
            justTaken = false;
            letGoAfterTurn();
        });
    }

    private static int size(Object message) {
        if (message instanceof ByteBuf bytes) {
            return bytes.readableBytes();
        }
        return message instanceof QuicStreamFrame frame ? frame.content().readableBytes() : 0;
    }

    private void complete(ChannelPromise promise, @Nullable Throwable cause) {
        if (cause == null) {
            promise.trySuccess();
            return;
        }
        if (failure == null) {
            failure = cause;
        }
        promise.tryFailure(cause);
        stop(cause);
        stream.onRefused(ctx, cause);
    }

    /** Nothing is written after it. */
    void end() {
        ByteBuf bytes = newest;
        ChannelPromise promise = newestPromise;
        if (bytes != null && promise != null) {
            forget();
            handOn(new DefaultQuicStreamFrame(bytes, true), promise);
        } else if (underWay > 0 || justTaken) {
            writeEnd();
        } else {
            ctx.executor().execute(this::endAlone);
        }
    }

    private void writeEnd() {
        ctx.write(new DefaultQuicStreamFrame(Unpooled.EMPTY_BUFFER, true));
    }

    private void endAlone() {
        QuicStreamChannel channel = stream.channel();
        if (!channel.isOpen()) {
            return;
        }
        if (!wrote || sending.isRoomy() || isAcknowledged()) {
            channel.updatePriority(FIRST);
            writeEnd();
        } else {
            ctx.executor().schedule(this::endAlone, LOOK_AGAIN_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    /** quiche also forgets a stream when it has the peer's end, so that one that may still come has us wait for room longer. */
    private boolean isAcknowledged() {
        long nanos = sending.acknowledgedNanos();
        return System.nanoTime() - takenNanos >= (stream.isInputEnded() ? nanos : PATIENCE * nanos);
    }

    /** What was kept goes nowhere. */
    void stop() {
        stop(new ClosedChannelException());
    }

    private void stop(Throwable cause) {
        ByteBuf bytes = newest;
        ChannelPromise promise = newestPromise;
        if (bytes != null && promise != null) {
            forget();
            bytes.release();
            promise.tryFailure(cause);
        }
    }
}
