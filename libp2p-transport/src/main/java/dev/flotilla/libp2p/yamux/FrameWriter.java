package dev.flotilla.libp2p.yamux;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayDeque;

/**
 * What goes out on a connection. Control frames go at once; data frames only while the connection is writable, one of
 * at most 16 KiB for each ready stream in turn, so that a control frame never waits behind more than the connection's
 * own buffer.
 */
final class FrameWriter {
    private static final int PAYLOAD_BYTES_MAX = 16 * 1024;
    private static final int FLUSH_BYTES = 64 * 1024;
    private static final int CONTROL_FRAMES_MAX = 10_000;

    private final ChannelHandlerContext ctx;
    private final ArrayDeque<StreamOutput> ready = new ArrayDeque<>();
    private int controlFramesPending; // 0 <= controlFramesPending; written, not yet taken by the socket
    private boolean cutOff;
    private boolean writing;
    private boolean reading;
    private boolean flushWanted;

    FrameWriter(ChannelHandlerContext ctx) {
        this.ctx = ctx;
    }

    /** A batch of reads begins: flushes wait for its end. */
    void beginRead() {
        reading = true;
    }

    void endRead() {
        reading = false;
        flushIfWanted();
    }

    /**
     * Sends a frame without payload. The peer makes us write these: one that does so without reading what it asked for
     * is cut off.
     *
     * @return completes when the socket has taken it
     */
    ChannelFuture control(Frame frame) {
        ByteBuf buffer = ctx.alloc().ioBuffer(Frame.HEADER_BYTES);
        frame.writeTo(buffer);
        controlFramesPending++;
        ChannelFuture sent = ctx.write(buffer).addListener(written -> controlFramesPending--);
        flushWanted = true;
        if (controlFramesPending > CONTROL_FRAMES_MAX) {
            cutOff();
        } else if (!writing) {
            flushIfWanted();
        }
        return sent;
    }

    private void cutOff() {
        if (!cutOff) {
            cutOff = true;
            ctx.fireExceptionCaught(new YamuxException(
                    GoAwayCode.PROTOCOL_ERROR, controlFramesPending + " answers wait that the peer does not read"));
            ctx.close();
        }
    }

    /** {@code stream} has bytes to send and window to send them in; it gets its turn. */
    void schedule(StreamOutput stream) {
        if (stream.enterReady()) {
            ready.add(stream);
        }
        writeReady();
    }

    /** Lets ready streams send while the connection takes it. */
    void writeReady() {
        if (writing) {
            return; // called back from a write: the loop below goes on
        }
        writing = true;
        int unflushed = 0;
        try {
            while (ctx.channel().isWritable()) {
                StreamOutput stream = ready.poll();
                if (stream == null) {
                    break;
                }
                stream.leaveReady();
                unflushed += writeFrame(stream);
                if (unflushed >= FLUSH_BYTES) {
                    unflushed = 0;
                    flushWanted = false;
                    ctx.flush();
                }
            }
        } finally {
            writing = false;
        }
        flushIfWanted();
    }

    private int writeFrame(StreamOutput stream) {
        int size = stream.sendable(PAYLOAD_BYTES_MAX);
        if (size > 0) {
            ByteBuf buffer = ctx.alloc().ioBuffer(Frame.HEADER_BYTES + size);
            new Frame(Frame.DATA, 0, stream.streamId(), size).writeTo(buffer);
            stream.copySendable(buffer, size);
            flushWanted = true;
            ctx.write(buffer);
        }
        stream.sent(size);
        if (stream.isReadyToSend() && stream.enterReady()) {
            ready.add(stream);
        }
        return size;
    }

    private void flushIfWanted() {
        if (flushWanted && !reading) {
            flushWanted = false;
            ctx.flush();
        }
    }

    /** No stream gets another turn. */
    void clear() {
        ready.clear();
    }
}
