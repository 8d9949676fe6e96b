package dev.flotilla.libp2p.yamux;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelOutputShutdownException;
import org.jspecify.annotations.Nullable;

/**
 * What one stream sends: flushed messages wait here for the peer's credit and the connection's turn, and our end follows
 * the last byte. Event loop only, but for {@link #isShutdown}.
 */
final class StreamOutput {
    private static final int QUEUED_BYTES_MAX = 16 << 20;
    private static final int CONNECTION = 1; // what else decides on writability, as Netty counts it
    private static final long WINDOW_MAX = Long.MAX_VALUE >> 1;

    private final YamuxStreamChannel stream;
    private final YamuxSession session;
    private volatile boolean shutdown; // no more writes are taken
    private long window = YamuxConfig.INITIAL_WINDOW_BYTES; // 0 <= window <= WINDOW_MAX
    private long queuedBytes; // 0 <= queuedBytes; as the connection last heard
    private boolean ready; // in the writer's queue
    private boolean finSent;
    private boolean removing; // promises of sent messages are told, whose bytes the buffer still counts
    private @Nullable ChannelOutboundBuffer flushed; // what was flushed and waits to be sent
    private @Nullable ChannelOutboundBuffer written; // the same one, once anything was written

    StreamOutput(YamuxStreamChannel stream, YamuxSession session) {
        this.stream = stream;
        this.session = session;
    }

    boolean isShutdown() {
        return shutdown;
    }

    boolean hasSentFin() {
        return finSent;
    }

    /** Whether flushed bytes wait to be sent. */
    boolean isPending() {
        return flushed != null && !flushed.isEmpty();
    }

    /** Whether bytes were written that are not sent, flushed or not; also while the channel closes, which has let go of them. */
    boolean isAnyUnsent() {
        return isPending() || (!removing && written != null && written.totalPendingWriteBytes() > 0);
    }

    private @Nullable ChannelOutboundBuffer buffer() {
        return stream.unsafe().outboundBuffer();
    }

    // ---- called by the connection and its writer

    int streamId() {
        return stream.streamId();
    }

    /** Credit of any size is taken, often enough to overflow what counts it: no one needs more than the maximum. */
    void onWindowUpdate(long credit) {
        window = Math.min(window + credit, WINDOW_MAX);
        scheduleIfReady();
    }

    /** Whether the connection as a whole has too much to send, whatever this stream has. */
    void connectionFull(boolean full) {
        ChannelOutboundBuffer out = buffer();
        if (out != null) {
            out.setUserDefinedWritability(CONNECTION, !full);
        }
    }

    boolean enterReady() {
        boolean entered = !ready;
        ready = true;
        return entered;
    }

    void leaveReady() {
        ready = false;
    }

    boolean isReadyToSend() {
        return stream.isOpen() && isPending() && window > 0;
    }

    private void scheduleIfReady() {
        if (isReadyToSend()) {
            session.writer().schedule(this);
        }
    }

    /** The bytes that the next frame can carry, at most {@code max}. */
    int sendable(int max) {
        ChannelOutboundBuffer out = buffer();
        if (!stream.isOpen() || out == null) {
            return 0;
        }
        int bound = (int) Math.min(max, window);
        int[] size = {0};
        forEachFlushed(out, message -> {
            size[0] = Math.min(bound, size[0] + message.readableBytes());
            return size[0] < bound;
        });
        return size[0];
    }

    /** Copies the next {@code size} bytes, which {@link #sent} takes off the buffer. */
    void copySendable(ByteBuf target, int size) {
        int end = target.writerIndex() + size;
        forEachFlushed(stream.unsafe().outboundBuffer(), message -> {
            int piece = Math.min(end - target.writerIndex(), message.readableBytes());
            target.writeBytes(message, message.readerIndex(), piece);
            return target.writerIndex() < end;
        });
    }

    private static void forEachFlushed(ChannelOutboundBuffer out, FlushedVisitor visitor) {
        try {
            out.forEachFlushedMessage(message -> visitor.visit((ByteBuf) message));
        } catch (Exception e) {
            throw new IllegalStateException("visiting the outbound buffer failed", e);
        }
    }

    /** Sees flushed messages in order until it says no. */
    private interface FlushedVisitor {
        boolean visit(ByteBuf message);
    }

    /** {@code size} bytes went to the connection: their promises complete, and our end follows the last byte. */
    void sent(int size) {
        ChannelOutboundBuffer out = buffer();
        if (!stream.isOpen() || out == null) {
            return;
        }
        window -= size;
        removing = true;
        try {
            out.removeBytes(size);
        } finally {
            removing = false;
        }
        countQueued();
        endIfDrained();
    }

    // ---- called by the channel

    /** Returns {@code message}, or throws if it cannot be written. */
    Object check(Object message) throws Exception {
        if (shutdown) {
            throw new ChannelOutputShutdownException("the output of stream " + streamId() + " has ended");
        }
        if (!(message instanceof ByteBuf)) {
            throw new UnsupportedOperationException("a stream carries ByteBuf, not " + message.getClass());
        }
        written = buffer();
        countQueued();
        if (queuedBytes > QUEUED_BYTES_MAX) {
            throw new StreamResetException(
                    "write refused: " + queuedBytes + " bytes wait on stream " + stream.label() + "; heed isWritable");
        }
        if (session.writer().isFull()) {
            throw new StreamResetException("write refused: " + session.writer().queuedBytes()
                    + " bytes wait on all streams of the connection; heed isWritable");
        }
        return message;
    }

    /** Tells the connection how much waits here now; the channel's own buffer knows. */
    private void countQueued() {
        ChannelOutboundBuffer out = buffer();
        long now = !stream.isOpen() || out == null ? 0 : out.totalPendingWriteBytes();
        session.writer().queued(now - queuedBytes);
        queuedBytes = now;
    }

    void write(ChannelOutboundBuffer in) {
        flushed = in;
        countQueued();
        scheduleIfReady();
    }

    /** Takes no more; our end follows what was written. */
    void shutdown(ChannelPromise promise) {
        if (!stream.isOpen()) {
            promise.setFailure(new ChannelOutputShutdownException("stream " + stream.label() + " is closed"));
            return;
        }
        promise.setSuccess();
        if (!shutdown) {
            stream.unsafe().flush();
            shutdown = true;
            endIfDrained();
        }
    }

    private void endIfDrained() {
        if (stream.isOpen() && shutdown && !isPending() && !finSent) {
            sendFin();
            stream.closeIfEnded();
        }
    }

    private void sendFin() {
        finSent = true;
        session.writer().control(new Frame(Frame.WINDOW_UPDATE, Frame.FIN, streamId(), 0));
    }

    /** Ends our side now unless it has ended; the channel is closed and has nothing left to send. */
    void endNow() {
        if (!finSent) {
            sendFin();
        }
    }

    /** Takes no more; the channel is closed. */
    void close() {
        shutdown = true;
        countQueued();
    }
}
