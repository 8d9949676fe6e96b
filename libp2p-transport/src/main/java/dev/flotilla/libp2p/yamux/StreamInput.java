package dev.flotilla.libp2p.yamux;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;

/**
 * What one stream receives: it waits here until the handlers want to read, the peer gets credit for what they have read,
 * and the peer's end comes after the last byte. Event loop only, but for {@link #isShutdown}.
 */
final class StreamInput {
    private static final int READS_PER_COMPLETE = 16;

    private final YamuxStreamChannel stream;
    private final YamuxSession session;
    private final YamuxStreamConfig config;
    private final ReceiveWindow window;
    private final InboundQueue queue;
    private volatile boolean shutdown; // the handlers were told of the end
    private boolean finReceived;
    private boolean readPending;
    private boolean readCompletePending;
    private boolean draining;

    StreamInput(YamuxStreamChannel stream, YamuxSession session, ReceiveWindow window) {
        this.stream = stream;
        this.session = session;
        this.config = stream.config();
        this.window = window;
        this.queue = new InboundQueue(stream.parent().alloc());
    }

    boolean isShutdown() {
        return shutdown;
    }

    // ---- called by the connection

    boolean takeFromWindow(long bytes) {
        return window.take(bytes);
    }

    /** Memory of what waits here. */
    long unreadBytes() {
        return queue.memory();
    }

    int windowSize() {
        return window.size();
    }

    boolean hasReceivedFin() {
        return finReceived;
    }

    /** Takes payload; a stream that this side has closed swallows it. */
    void onData(ByteBuf piece) {
        if (!stream.isOpen()) {
            piece.release();
        } else if (readPending && !draining && queue.isEmpty()) {
            deliver(piece);
        } else {
            long before = queue.memory();
            queue.add(piece);
            session.unread().changed(queue.memory() - before);
            drain();
        }
    }

    void onFin() {
        finReceived = true;
        if (stream.isOpen()) {
            readComplete();
            drain();
        }
    }

    /** The connection has no more bytes for now. */
    void readComplete() {
        if (readCompletePending) {
            readCompletePending = false;
            stream.pipeline().fireChannelReadComplete();
        }
    }

    // ---- called by the channel

    void beginRead() {
        if (!shutdown) {
            readPending = true;
            drain();
        }
    }

    void autoReadCleared() {
        if (stream.eventLoop().inEventLoop()) {
            readPending = false;
        } else {
            stream.eventLoop().execute(() -> readPending = config.isAutoRead() && readPending);
        }
    }

    /** Drops what nobody has read. */
    void close() {
        long dropped = queue.memory();
        queue.clear();
        session.unread().changed(-dropped);
        window.close();
    }

    private void deliver(ByteBuf piece) {
        int size = piece.readableBytes();
        if (!config.isAutoRead()) {
            readPending = false;
        }
        if (!readCompletePending) {
            readCompletePending = true;
            session.readCompleteWanted(this);
        }
        stream.pipeline().fireChannelRead(piece);
        if (stream.isOpen() && !finReceived) {
            long credit = window.onRead(size);
            if (credit > 0) {
                session.writer().control(new Frame(Frame.WINDOW_UPDATE, 0, stream.streamId(), credit));
            }
        }
    }

    private void drain() {
        if (draining) {
            return;
        }
        draining = true;
        try {
            while (stream.isOpen() && readPending && !queue.isEmpty()) {
                for (int i = 0; i < READS_PER_COMPLETE && stream.isOpen() && readPending; i++) {
                    ByteBuf piece = queue.poll();
                    if (piece == null) {
                        break;
                    }
                    session.unread().changed(-piece.capacity());
                    deliver(piece);
                }
                readComplete();
            }
            if (stream.isOpen() && readPending && finReceived && !shutdown && queue.isEmpty()) {
                end();
            }
        } finally {
            draining = false;
        }
    }

    private void end() {
        shutdown = true;
        readPending = false;
        if (config.allowHalfClosure()) {
            stream.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            stream.pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
            stream.closeIfEnded();
        } else {
            stream.closeNow();
        }
    }
}
