package dev.flotilla.libp2p.yamux;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What goes out on a connection. Control frames go ahead of all data that waits; data frames only while the connection
 * is writable, one of at most 16 KiB for each ready stream in turn, so that a control frame waits behind no more than the
 * connection's own buffer. Event loop only.
 */
final class FrameWriter {
    private static final int FRAME_BYTES_MAX = 16 * 1024; // with its header: one record of TLS holds it exactly
    private static final int FLUSH_BYTES = 4 * FRAME_BYTES_MAX;
    private static final int TURN_BYTES = 1 << 20; // then others of the event loop have their turn
    private static final int CONTROL_BATCH_BYTES = 42 * Frame.HEADER_BYTES;
    private static final int CONTROL_FRAMES_MAX = 10_000;

    private final ChannelHandlerContext ctx;
    private final long queuedBytesMax;
    private final Consumer<YamuxException> onFailure;
    private final Consumer<Boolean> onFull;
    private final ArrayDeque<StreamOutput> ready = new ArrayDeque<>();
    private @Nullable Controls controls; // written before the next data frame or flush
    private int controlFramesPending; // 0 <= controlFramesPending; not yet taken by the socket
    private long queuedBytes; // 0 <= queuedBytes; in all streams
    private boolean full; // no stream is writable, until half of it is sent
    private boolean cutOff;
    private boolean ended;
    private boolean writing;
    private boolean reading;
    private boolean flushWanted;
    private boolean turnWanted;

    /**
     * @param onFailure told if the peer does not read what it makes us write
     * @param onFull told whether so much waits that streams should not be written to, when that changes
     */
    FrameWriter(
            ChannelHandlerContext ctx,
            long queuedBytesMax,
            Consumer<YamuxException> onFailure,
            Consumer<Boolean> onFull) {
        this.ctx = ctx;
        this.queuedBytesMax = queuedBytesMax;
        this.onFailure = onFailure;
        this.onFull = onFull;
    }

    /** Control frames that go out together. */
    private record Controls(ByteBuf frames, ChannelPromise sent) {}

    /** A batch of reads begins: flushes wait for its end. */
    void beginRead() {
        reading = true;
    }

    void endRead() {
        reading = false;
        flushIfWanted();
    }

    /** Runs {@code action}; what it sends is flushed once, at its end at the earliest. */
    void together(Runnable action) {
        boolean within = reading;
        reading = true;
        try {
            action.run();
        } finally {
            reading = within;
            flushIfWanted();
        }
    }

    // ---- control frames

    /**
     * Sends a frame without payload. The peer makes us write these: one that does so without reading what it asked for
     * is cut off.
     *
     * @return completes when the socket has taken it
     */
    ChannelFuture control(Frame frame) {
        if (ended || cutOff) {
            return ctx.newFailedFuture(new StreamResetException("the connection has ended"));
        }
        Controls batch = controls;
        if (batch == null) {
            batch = new Controls(ctx.alloc().ioBuffer(CONTROL_BATCH_BYTES, CONTROL_BATCH_BYTES), ctx.newPromise());
            controls = batch;
        }
        frame.writeTo(batch.frames());
        controlFramesPending++;
        flushWanted = true;
        if (!batch.frames().isWritable()) {
            writeControls();
        }
        if (controlFramesPending == CONTROL_FRAMES_MAX / 2) {
            flushNow();
        } else if (controlFramesPending >= CONTROL_FRAMES_MAX) {
            cutOff();
        } else if (!writing) {
            flushIfWanted();
        }
        return batch.sent();
    }

    private void writeControls() {
        Controls batch = controls;
        if (batch != null) {
            controls = null;
            int count = batch.frames().readableBytes() / Frame.HEADER_BYTES;
            ctx.write(batch.frames(), batch.sent().addListener(written -> controlFramesPending -= count));
        }
    }

    private void cutOff() {
        cutOff = true;
        YamuxException cause = new YamuxException(
                GoAwayCode.PROTOCOL_ERROR, controlFramesPending + " answers wait that the peer does not read");
        ctx.executor().execute(() -> onFailure.accept(cause)); // not amid what made us answer
    }

    // ---- data frames

    /** {@code stream} has bytes to send and window to send them in; it gets its turn. */
    void schedule(StreamOutput stream) {
        if (stream.enterReady()) {
            ready.add(stream);
        }
        writeReady();
    }

    /** Lets ready streams send while the connection takes it, for a turn at most. */
    void writeReady() {
        if (writing || turnWanted) {
            return; // called back from a write, the loop below goes on; or it goes on soon
        }
        writing = true;
        int unflushed = 0;
        int written = 0;
        try {
            while (ctx.channel().isWritable() && written < TURN_BYTES) {
                StreamOutput stream = ready.poll();
                if (stream == null) {
                    break;
                }
                stream.leaveReady();
                int size = writeFrame(stream);
                written += size;
                unflushed += size;
                if (unflushed >= FLUSH_BYTES) {
                    unflushed = 0;
                    flushNow();
                }
            }
            if (written >= TURN_BYTES) {
                turnWanted = true;
                ctx.executor().execute(this::nextTurn);
            }
        } finally {
            writing = false;
        }
        flushIfWanted();
    }

    private void nextTurn() {
        turnWanted = false;
        writeReady();
    }

    /** Writes the next frame of {@code stream}, if it still has one; the bytes written. */
    private int writeFrame(StreamOutput stream) {
        int size = stream.sendable(FRAME_BYTES_MAX - Frame.HEADER_BYTES);
        if (size > 0) {
            ByteBuf buffer = ctx.alloc().ioBuffer(Frame.HEADER_BYTES + size);
            new Frame(Frame.DATA, 0, stream.streamId(), size).writeTo(buffer);
            stream.copySendable(buffer, size);
            writeControls();
            flushWanted = true;
            ctx.write(buffer, ctx.voidPromise());
        }
        stream.sent(size);
        if (stream.isReadyToSend() && stream.enterReady()) {
            ready.add(stream);
        }
        return size == 0 ? 0 : Frame.HEADER_BYTES + size;
    }

    // ---- bytes that wait in the streams

    void queued(long change) {
        queuedBytes += change;
        boolean now = queuedBytes > (full ? queuedBytesMax / 2 : queuedBytesMax - 1);
        if (now != full) {
            full = now;
            onFull.accept(now);
        }
    }

    /** Whether streams should not be written to. */
    boolean isFilledUp() {
        return full;
    }

    long queuedBytes() {
        return queuedBytes;
    }

    /** Whether writes are refused. */
    boolean isFull() {
        return queuedBytes >= queuedBytesMax;
    }

    // ---- flushing

    void flushNow() {
        flushWanted = false;
        writeControls();
        ctx.flush();
    }

    private void flushIfWanted() {
        if (flushWanted && !reading) {
            flushNow();
        }
    }

    /** No frame follows: the session is over. */
    void end() {
        ready.clear();
        if (!ended) {
            flushNow();
            ended = true;
        }
    }
}
