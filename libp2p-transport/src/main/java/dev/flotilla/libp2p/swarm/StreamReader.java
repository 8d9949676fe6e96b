package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.muxer.MuxedStream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
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
    private final ArrayDeque<ByteBuf> unread = new ArrayDeque<>(); // what came along with the negotiation
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
        if (dead || handedOver || !bytes.isReadable()) {
            bytes.release();
        } else if (read != null) {
            waiting = null;
            give(read, bytes);
        } else {
            unread.addFirst(bytes);
        }
    }

    private void read(CompletableFuture<@Nullable ByteBuf> read) {
        ByteBuf next = unread.poll();
        if (waiting != null || handedOver) {
            read.completeExceptionally(new IllegalStateException(
                    handedOver ? "handlers read this stream" : "another read of this stream is outstanding"));
        } else if (next != null) {
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

    private static void give(CompletableFuture<@Nullable ByteBuf> read, ByteBuf bytes) {
        if (!read.complete(bytes)) {
            bytes.release();
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
        dead = true;
        releaseUnread();
        CompletableFuture<@Nullable ByteBuf> read = waiting;
        waiting = null;
        if (read != null) {
            read.completeExceptionally(cause());
        }
    }

    private void releaseUnread() {
        for (ByteBuf bytes = unread.poll(); bytes != null; bytes = unread.poll()) {
            bytes.release();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (!channel.isActive()) {
            dead = true;
            releaseUnread(); // the pipeline of a closed channel is taken apart
            return;
        }
        handedOver = true;
        boolean any = !unread.isEmpty();
        for (ByteBuf bytes = unread.poll(); bytes != null; bytes = unread.poll()) {
            ctx.fireChannelRead(bytes);
        }
        if (any) {
            ctx.fireChannelReadComplete();
        }
        if (ended) {
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }

    /** A handler of this stream failed: the stream is reset, the connection lives on. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        stream.reset();
    }
}
