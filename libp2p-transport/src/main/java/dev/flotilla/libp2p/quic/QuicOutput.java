package dev.flotilla.libp2p.quic;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicConnectionPathStats;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamPriority;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one stream writes, and its end. quiche forgets a stream of which all bytes are acknowledged once its end was asked
 * for, also if that waits to be sent (cloudflare/quiche, issue 2525): the peer would wait for it for ever. So the end goes
 * with the last bytes where it can: the newest message is kept until the turn of the loop is over, and bytes that wait for
 * room have it behind them. An end that comes later goes alone: before anything else, once there is room enough to let it
 * leave at once or when the bytes before it must have been acknowledged, and not while datagrams are being read, since then
 * nothing leaves before all of them, with their acknowledgements, are.
 *
 * <p>An end that goes alone and is lost by the network is still not sent again. Event loop only.
 */
final class QuicOutput {
    private static final int ACKNOWLEDGED_ROUND_TRIPS =
            8; // so late that bytes were sent twice where they got lost once
    private static final long ACKNOWLEDGED_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final QuicStreamPriority FIRST = new QuicStreamPriority(0, true);

    private final ChannelHandlerContext ctx;
    private final Consumer<Throwable> refused;
    private @Nullable Object newest;
    private @Nullable ChannelPromise newestPromise;
    private boolean letGoSoon;
    private int underWay; // messages that were handed on and not taken yet
    private boolean justTaken; // what waited for room has got it, and has not left
    private boolean wrote;
    private long takenNanos; // when the last of them was

    /**
     * @param ctx before which there is nothing but QUIC
     * @param refused is told why a message was not taken
     */
    QuicOutput(ChannelHandlerContext ctx, Consumer<Throwable> refused) {
        this.ctx = ctx;
        this.refused = refused;
    }

    /**
     * Writes {@code message} after all before it. {@code promise} succeeds at once if there is room for the whole, so that
     * who ends the stream when it is written does so in time.
     */
    void write(Object message, ChannelPromise promise) {
        Object before = newest;
        ChannelPromise beforePromise = newestPromise;
        newest = message;
        newestPromise = promise;
        if (before != null && beforePromise != null) {
            handOn(before, beforePromise); // whose writer may write again in this call
        }
        if (newest == message) {
            letGoAfterTurn();
            if (underWay == 0
                    && message instanceof ByteBuf bytes
                    && bytes.readableBytes() <= SendRoom.bytes(stream())) {
                promise.trySuccess();
            }
        }
    }

    private QuicStreamChannel stream() {
        return (QuicStreamChannel) ctx.channel();
    }

    private void letGoAfterTurn() {
        if (newest != null && underWay == 0 && !letGoSoon) {
            letGoSoon = true;
            ctx.executor().execute(() -> {
                letGoSoon = false;
                if (underWay == 0) {
                    letGo();
                }
            });
        }
    }

    /** Keeps nothing back any more. */
    void letGo() {
        Object message = newest;
        ChannelPromise promise = newestPromise;
        if (message != null && promise != null) {
            forget();
            handOn(message, promise);
        }
    }

    private void forget() {
        newest = null;
        newestPromise = null;
    }

    private void handOn(Object message, ChannelPromise promise) {
        wrote = true;
        underWay++;
        ChannelFuture done = ctx.write(message);
        boolean waits = !done.isDone();
        done.addListener(taken -> {
            underWay--;
            takenNanos = System.nanoTime();
            justTaken = waits;
            complete(promise, taken.cause());
            justTaken = false;
            letGoAfterTurn();
        });
    }

    private void complete(ChannelPromise promise, @Nullable Throwable failure) {
        if (failure == null) {
            promise.trySuccess();
        } else {
            promise.tryFailure(failure);
            refused.accept(failure);
        }
    }

    /** Nothing is written after it. */
    void end() {
        ChannelPromise promise = newestPromise;
        if (newest instanceof ByteBuf bytes && bytes.isReadable() && promise != null) {
            forget();
            handOn(new DefaultQuicStreamFrame(bytes, true), promise);
            return;
        }
        letGo();
        if (underWay > 0 || justTaken) {
            writeEnd();
        } else {
            ctx.executor().execute(this::endAlone);
        }
    }

    private void writeEnd() {
        ctx.write(new DefaultQuicStreamFrame(Unpooled.EMPTY_BUFFER, true));
    }

    private void endAlone() {
        if (!stream().isOpen()) {
            return;
        }
        if (!wrote || mayGoAlone()) {
            stream().updatePriority(FIRST);
            writeEnd();
        } else {
            ctx.executor().schedule(this::endAlone, LOOK_AGAIN_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    /**
     * Whether there is room or what was written must have been acknowledged. What quiche takes for room does not count the
     * heads of the packets that left since the last acknowledgement.
     */
    private boolean mayGoAlone() {
        QuicConnectionPathStats path = stream().parent().collectPathStats(0).getNow();
        return path == null
                || SendRoom.bytes(stream()) >= path.cwnd() / 2
                || System.nanoTime() - takenNanos
                        >= Math.max(ACKNOWLEDGED_NANOS_MIN, ACKNOWLEDGED_ROUND_TRIPS * path.rtt());
    }

    /** What was kept goes nowhere. */
    void stop() {
        ChannelPromise promise = newestPromise;
        if (promise != null) {
            ReferenceCountUtil.release(newest);
            forget();
            promise.tryFailure(new ClosedChannelException());
        }
    }
}
