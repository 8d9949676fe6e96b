package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.muxer.MuxedStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInboundInvoker;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** The end of a stream's pipeline: one asked-for read at a time. State is touched on the event loop only. */
final class StreamReader extends ChannelInboundHandlerAdapter {
    private final MuxedStream stream;
    private final Channel channel;
    private final ArrayDeque<ByteBuf> unread = new ArrayDeque<>(); // came before it was asked for
    private @Nullable CompletableFuture<@Nullable ByteBuf> waiting;
    private boolean ended;
    private boolean dead;
    private boolean handedOver;

    StreamReader(MuxedStream stream) {
        this.stream = stream;
        this.channel = stream.channel();
    }

    CompletableFuture<@Nullable ByteBuf> read() {
        CompletableFuture<@Nullable ByteBuf> read = new CompletableFuture<>();
        if (channel.eventLoop().inEventLoop()) {
            read(read);
        } else {
            try {
                channel.eventLoop().execute(() -> read(read));
            } catch (RejectedExecutionException e) {
                read.completeExceptionally(new IOException("the host is closed", e));
            }
        }
        return read;
    }

    void unread(ByteBuf bytes) {
        if (channel.eventLoop().inEventLoop()) {
            putBack(bytes);
        } else {
            try {
                channel.eventLoop().execute(() -> putBack(bytes));
            } catch (RejectedExecutionException e) {
                bytes.release(); // the host is closed
            }
        }
    }

    private void putBack(ByteBuf bytes) {
        CompletableFuture<@Nullable ByteBuf> read = waiting;
        if (!bytes.isReadable()) {
            bytes.release();
        } else if (handedOver || (dead && !isKept())) {
            drop(bytes);
        } else if (read != null) {
            waiting = null;
            give(read, bytes);
        } else {
            unread.addFirst(dead ? onHeap(bytes) : bytes);
        }
    }

    private void read(CompletableFuture<@Nullable ByteBuf> read) {
        boolean outstanding = waiting != null && !waiting.isDone(); // who waited may have given up
        if (outstanding || handedOver) {
            read.completeExceptionally(new IllegalStateException(
                    handedOver ? "handlers read this stream" : "another read of this stream is outstanding"));
            return;
        }
        ByteBuf next = unread.poll();
        if (next != null) {
            give(read, next);
        } else if (ended) {
            read.complete(null);
        } else if (dead) {
            read.completeExceptionally(cause());
        } else {
            waiting = read;
            channel.read();
        }
    }

    /** Nothing is lost if {@code read} was cancelled or timed out: the next one gets it. */
    private void give(CompletableFuture<@Nullable ByteBuf> read, ByteBuf bytes) {
        if (!read.complete(bytes)) {
            unread.addFirst(bytes);
        }
    }

    // ---- what outlives the channel

    /** Whether what nobody has read stays readable after the channel's end: the peer's end came, and no reset. */
    private boolean isKept() {
        return ended && stream.closeCause() == null;
    }

    /** A stream that lacks bytes has no orderly end: its reads fail. */
    private void drop(ByteBuf bytes) {
        bytes.release();
        ended = false;
    }

    /** A copy that needs no release: nobody may ever ask for it. */
    private static ByteBuf onHeap(ByteBuf bytes) {
        try {
            return Unpooled.wrappedBuffer(ByteBufUtil.getBytes(bytes));
        } finally {
            bytes.release();
        }
    }

    private void die() {
        if (dead) {
            return;
        }
        dead = true;
        boolean kept = isKept();
        for (int i = unread.size(); i > 0; i--) {
            ByteBuf bytes = unread.remove();
            if (kept) {
                unread.add(onHeap(bytes));
            } else {
                drop(bytes);
            }
        }
    }

    private Throwable cause() {
        Throwable cause = stream.closeCause();
        return cause != null ? cause : closed();
    }

    static IOException closed() {
        return new IOException("the stream is closed");
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        CompletableFuture<@Nullable ByteBuf> read = waiting;
        waiting = null;
        if (!bytes.isReadable()) {
            bytes.release();
            waiting = read;
            if (read != null) {
                ctx.read();
            }
        } else if (read == null) {
            unread.add(bytes);
        } else {
            give(read, bytes);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ended = true;
            CompletableFuture<@Nullable ByteBuf> read = waiting;
            waiting = null;
            if (read != null) {
                read.complete(null);
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        die();
        CompletableFuture<@Nullable ByteBuf> read = waiting;
        waiting = null;
        if (read != null) {
            read.completeExceptionally(cause());
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (handedOver) {
            passOn(ctx);
        } else {
            die(); // the pipeline of a closed channel is taken apart
        }
    }

    // ---- handing over

    /** See {@link SwarmStream#handOver}; handlers of a stream that is dead see the rest of it, and its end. */
    void handOver(ChannelHandler... handlers) {
        handedOver = true;
        CompletableFuture<@Nullable ByteBuf> read = waiting;
        waiting = null;
        if (read != null) {
            read.completeExceptionally(new IllegalStateException("handlers have taken this stream over"));
        }
        ChannelPipeline pipeline = channel.pipeline();
        boolean takenApart = pipeline.context(this) == null; // as that of a closed channel is
        pipeline.addLast(handlers);
        if (takenApart) {
            passOn(pipeline);
            pipeline.fireChannelUnregistered(); // which removes them again
        } else {
            pipeline.remove(this);
        }
    }

    private void passOn(ChannelInboundInvoker next) {
        boolean any = !unread.isEmpty();
        for (ByteBuf bytes = unread.poll(); bytes != null; bytes = unread.poll()) {
            next.fireChannelRead(bytes);
        }
        if (any) {
            next.fireChannelReadComplete();
        }
        if (ended) {
            next.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
        if (dead) {
            next.fireChannelInactive();
        }
    }

    /** A handler of this stream failed: the stream is reset, the connection lives on. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        stream.reset();
    }
}
