package dev.flotilla.libp2p.yamux;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Two yamux sessions back to back in one thread; bytes move only in {@link #pump}, cut into odd pieces. */
final class YamuxPair implements AutoCloseable {
    final YamuxHandler dialer;
    final YamuxHandler listener;
    final EmbeddedChannel dialerChannel;
    final EmbeddedChannel listenerChannel;
    final List<StreamRecorder> accepted = new ArrayList<>();
    private final int pieceBytes;

    YamuxPair(YamuxConfig config, int pieceBytes) {
        this.pieceBytes = pieceBytes;
        dialer = new YamuxHandler(true, config, acceptor());
        listener = new YamuxHandler(false, config, acceptor());
        dialerChannel = new EmbeddedChannel(dialer, new Swallow());
        listenerChannel = new EmbeddedChannel(listener, new Swallow());
    }

    private ChannelHandler acceptor() {
        return new ChannelInitializer<YamuxStreamChannel>() {
            @Override
            protected void initChannel(YamuxStreamChannel stream) {
                StreamRecorder recorder = new StreamRecorder();
                accepted.add(recorder);
                stream.pipeline().addLast(recorder);
            }
        };
    }

    StreamRecorder open() {
        StreamRecorder recorder = new StreamRecorder();
        dialer.openStream(recorder).join();
        return recorder;
    }

    /** The session on the other side of {@code recorder}, once pumped. */
    StreamRecorder lastAccepted() {
        return accepted.get(accepted.size() - 1);
    }

    /** Moves bytes until neither side has more to say. */
    void pump() {
        while (move(dialerChannel, listenerChannel) || move(listenerChannel, dialerChannel)) {
            dialerChannel.runPendingTasks();
            listenerChannel.runPendingTasks();
        }
    }

    private boolean move(EmbeddedChannel from, EmbeddedChannel to) {
        from.runPendingTasks();
        boolean moved = false;
        for (ByteBuf bytes = from.readOutbound(); bytes != null; bytes = from.readOutbound()) {
            moved = true;
            while (bytes.isReadable() && to.isOpen()) {
                to.writeOneInbound(bytes.readRetainedSlice(Math.min(pieceBytes, bytes.readableBytes())));
            }
            bytes.release();
        }
        if (moved && to.isOpen()) {
            to.flushInbound();
        }
        return moved;
    }

    @Override
    public void close() {
        dialerChannel.finishAndReleaseAll();
        listenerChannel.finishAndReleaseAll();
    }

    /** Keeps the session's failure out of the embedded channel, which would throw it. */
    @ChannelHandler.Sharable
    static final class Swallow extends ChannelInboundHandlerAdapter {
        @Nullable
        Throwable failure;

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            failure = cause;
        }
    }
}
