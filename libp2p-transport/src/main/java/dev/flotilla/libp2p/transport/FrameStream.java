package dev.flotilla.libp2p.transport;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.transport.TransportCounters.Event;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Lane;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A stream that takes frames out of a queue as fast as the connection carries them. Frames that were queued within one
 * turn of the event loop leave in one flush. Its methods may be called from any thread.
 */
final class FrameStream extends ChannelInboundHandlerAdapter {
    private static final int BATCH_BYTES = 64 << 10;

    private final Stream stream;
    private final FrameQueue queue;
    private final TransportCounters counters;
    private final Runnable onEnd;
    private final AtomicBoolean flushScheduled = new AtomicBoolean();
    private volatile boolean finishing;
    private boolean started; // the lane was named; event loop only

    /** @param onEnd called once, on the event loop, when the stream is gone, whoever ended it */
    FrameStream(Stream stream, FrameQueue queue, TransportCounters counters, Runnable onEnd) {
        this.stream = stream;
        this.queue = queue;
        this.counters = counters;
        this.onEnd = onEnd;
    }

    Connection connection() {
        return stream.connection();
    }

    /** Names the lane, then sends what the queue holds. */
    void start(Lane lane) {
        stream.closed().whenComplete((done, failure) -> onEnd.run());
        execute(() -> {
            stream.handOver(true, this);
            write(Unpooled.wrappedBuffer(LaneName.message(lane)));
            started = true;
            flush();
        });
    }

    /** There is something in the queue. */
    void wake() {
        if (flushScheduled.compareAndSet(false, true)) {
            execute(this::flush);
        }
    }

    private void execute(Runnable task) {
        try {
            stream.channel().eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            stream.reset(); // the host is closed, and this stream with it
        }
    }

    private void flush() {
        flushScheduled.set(false); // first: what is queued from here on wakes again
        boolean written = false;
        while (started && !finishing && stream.isOpen() && stream.channel().isWritable()) {
            List<Bytes> frames = queue.poll(BATCH_BYTES);
            if (frames.isEmpty()) {
                break;
            }
            write(encode(frames));
            counters.count(Event.FRAME_SENT, frames.size());
            written = true;
        }
        stream.channel().flush();
        if (written) {
            queue.callBackIfWritable();
        }
    }

    /** What is refused leaves a gap, after which the rest means nothing: the stream ends, and another takes over. */
    private void write(ByteBuf bytes) {
        stream.channel().write(bytes).addListener(written -> {
            if (!written.isSuccess()) {
                stream.reset();
            }
        });
    }

    private ByteBuf encode(List<Bytes> frames) {
        int size = 0;
        for (Bytes frame : frames) {
            size += frame.size() + 4;
        }
        ByteBuf batch = stream.channel().alloc().buffer(size);
        for (Bytes frame : frames) {
            MessageAssembler.writeLength(batch, frame.size());
            batch.writeBytes(frame.asByteBuffer());
        }
        return batch;
    }

    /** Takes no more from the queue; what it took is still delivered, then the stream ends. */
    void finish() {
        execute(() -> {
            finishing = true;
            stream.finish();
        });
    }

    void reset() {
        finishing = true;
        stream.reset();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            flush();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
        counters.count(Event.PROTOCOL_ERROR); // frames go one way
        stream.connection().close();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !finishing) {
            stream.reset(); // the other side has had enough
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        stream.reset();
    }
}
