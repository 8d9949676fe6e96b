package dev.flotilla.libp2p.yamux;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.channel.socket.DuplexChannel;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One yamux stream as a Netty channel. Messages are {@link ByteBuf}s; a write's promise completes when its last byte
 * went to the connection. The peer's end of output is {@link ChannelInputShutdownEvent} (the channel stays open for
 * writing unless {@code ALLOW_HALF_CLOSURE} is off); {@link #shutdownOutput} sends what was written, then our end. Once
 * both sides have ended, the channel closes. {@link #close} ends our side without cutting what was sent, but resets a
 * stream that still has unsent bytes; {@link #reset} ends both directions at once.
 */
public final class YamuxStreamChannel extends AbstractChannel implements DuplexChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);
    private static final int PENDING_BYTES_MAX = 16 << 20;
    private static final int READS_PER_COMPLETE = 16;

    private final YamuxHandler connection;
    private final int streamId;
    private final YamuxStreamConfig config = new YamuxStreamConfig(this);
    private final ReceiveWindow receiveWindow;
    private final InboundQueue queue;
    private volatile boolean open = true;
    private volatile boolean inputShutdown; // the handlers were told
    private volatile boolean outputShutdown; // no more writes are taken
    private volatile @Nullable Throwable closeCause;

    private long sendWindow = YamuxConfig.INITIAL_WINDOW_BYTES; // 0 <= sendWindow
    private boolean ready; // in the writer's queue
    private @Nullable ChannelOutboundBuffer flushed; // what was flushed and waits to be sent
    private boolean finSent;
    private boolean finReceived;
    private boolean resetReceived;
    private boolean resetWanted;
    private boolean closeWanted; // once the output has ended
    private boolean readPending;
    private boolean readCompletePending;
    private boolean drainingInput;

    YamuxStreamChannel(Channel parent, YamuxHandler connection, int streamId, ReceiveWindow receiveWindow) {
        super(parent);
        this.connection = connection;
        this.streamId = streamId;
        this.receiveWindow = receiveWindow;
        this.queue = new InboundQueue(parent.alloc());
    }

    /** The id on the wire, unsigned. */
    public int streamId() {
        return streamId;
    }

    /** Why the stream ended before its time; null while it is open and after an orderly end. */
    public @Nullable Throwable closeCause() {
        return closeCause;
    }

    /** Ends both directions at once and drops what was not sent; the peer's side ends too. */
    public void reset() {
        if (!open) {
            return;
        }
        if (eventLoop().inEventLoop()) {
            resetOnLoop("reset by this side");
        } else {
            eventLoop().execute(() -> resetOnLoop("reset by this side"));
        }
    }

    /** Ends this side's output as {@link #shutdownOutput} does, then closes: what the peer still sends is dropped. */
    public void closeAfterOutput() {
        if (!open) {
            return;
        }
        if (eventLoop().inEventLoop()) {
            closeAfterOutputOnLoop();
        } else {
            eventLoop().execute(this::closeAfterOutputOnLoop);
        }
    }

    private void closeAfterOutputOnLoop() {
        closeWanted = true;
        if (open) {
            shutdownOutput();
            closeIfEnded();
        }
    }

    private void resetOnLoop(String reason) {
        if (open) {
            resetWanted = true;
            closeCause = new StreamResetException("stream " + Integer.toUnsignedString(streamId) + ": " + reason);
            unsafe().close(voidPromise());
        }
    }

    // ---- receiving; called by the connection on the event loop

    boolean takeFromWindow(long bytes) {
        return receiveWindow.take(bytes);
    }

    boolean hasReceivedFin() {
        return finReceived;
    }

    /** Takes payload; a stream that this side has closed swallows it. */
    void onData(ByteBuf piece) {
        if (!open) {
            piece.release();
        } else if (readPending && !drainingInput && queue.isEmpty()) {
            deliver(piece);
        } else {
            connection.buffered(piece.readableBytes());
            queue.add(piece);
            drainInput();
        }
    }

    void onFin() {
        finReceived = true;
        if (open) {
            readComplete();
            drainInput();
        }
    }

    /** The peer reset the stream, or the connection is over. */
    void onReset(String reason) {
        if (open) {
            resetReceived = true;
            closeCause = new StreamResetException("stream " + Integer.toUnsignedString(streamId) + ": " + reason);
            unsafe().close(voidPromise());
        }
    }

    void onWindowUpdate(long credit) {
        sendWindow = Math.min(sendWindow + credit, Long.MAX_VALUE >> 1);
        if (isReadyToSend()) {
            connection.writer().schedule(this);
        }
    }

    /** The connection has no more bytes for now. */
    void readComplete() {
        if (readCompletePending) {
            readCompletePending = false;
            pipeline().fireChannelReadComplete();
        }
    }

    private void deliver(ByteBuf piece) {
        int size = piece.readableBytes();
        if (!config.isAutoRead()) {
            readPending = false;
        }
        if (!readCompletePending) {
            readCompletePending = true;
            connection.readCompleteWanted(this);
        }
        pipeline().fireChannelRead(piece);
        if (open && !finReceived) {
            long credit = receiveWindow.onRead(size);
            if (credit > 0) {
                connection.writer().control(new Frame(Frame.WINDOW_UPDATE, 0, streamId, credit));
            }
        }
    }

    private void drainInput() {
        if (drainingInput) {
            return;
        }
        drainingInput = true;
        try {
            while (open && readPending && !queue.isEmpty()) {
                for (int i = 0; i < READS_PER_COMPLETE && open && readPending; i++) {
                    ByteBuf piece = queue.poll();
                    if (piece == null) {
                        break;
                    }
                    connection.buffered(-piece.readableBytes());
                    deliver(piece);
                }
                readComplete();
            }
            if (open && readPending && finReceived && !inputShutdown && queue.isEmpty()) {
                endInput();
            }
        } finally {
            drainingInput = false;
        }
    }

    private void endInput() {
        inputShutdown = true;
        readPending = false;
        if (config.allowHalfClosure()) {
            pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
            closeIfEnded();
        } else {
            unsafe().close(voidPromise());
        }
    }

    void autoReadCleared() {
        if (eventLoop().inEventLoop()) {
            readPending = false;
        } else {
            eventLoop().execute(() -> readPending = config.isAutoRead() && readPending);
        }
    }

    @Override
    protected void doBeginRead() {
        if (!inputShutdown) {
            readPending = true;
            drainInput();
        }
    }

    // ---- sending; called by the writer on the event loop

    boolean enterReady() {
        boolean entered = !ready;
        ready = true;
        return entered;
    }

    void leaveReady() {
        ready = false;
    }

    boolean isReadyToSend() {
        return open && isOutputPending() && sendWindow > 0;
    }

    private boolean isOutputPending() {
        return flushed != null && !flushed.isEmpty();
    }

    /** The bytes that the next frame can carry, at most {@code max}. */
    int sendable(int max) {
        ChannelOutboundBuffer out = unsafe().outboundBuffer();
        if (!open || out == null) {
            return 0;
        }
        int bound = (int) Math.min(max, sendWindow);
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
        forEachFlushed(unsafe().outboundBuffer(), message -> {
            int piece = Math.min(end - target.writerIndex(), message.readableBytes());
            target.writeBytes(message, message.readerIndex(), piece);
            return target.writerIndex() < end;
        });
    }

    /** {@code size} bytes went to the connection: their promises complete, and our end follows the last byte. */
    void sent(int size) {
        ChannelOutboundBuffer out = unsafe().outboundBuffer();
        if (!open || out == null) {
            return;
        }
        sendWindow -= size;
        out.removeBytes(size);
        sendFinIfDrained();
    }

    private void sendFinIfDrained() {
        if (open && outputShutdown && !isOutputPending() && !finSent) {
            finSent = true;
            connection.writer().control(new Frame(Frame.WINDOW_UPDATE, Frame.FIN, streamId, 0));
            closeIfEnded();
        }
    }

    private void closeIfEnded() {
        if (finSent && (inputShutdown || closeWanted)) {
            unsafe().close(voidPromise());
        }
    }

    @Override
    protected Object filterOutboundMessage(Object message) throws Exception {
        if (outputShutdown) {
            throw new ChannelOutputShutdownException("the output of stream " + streamId + " has ended");
        }
        if (!(message instanceof ByteBuf)) {
            throw new UnsupportedOperationException("a stream carries ByteBuf, not " + message.getClass());
        }
        ChannelOutboundBuffer out = unsafe().outboundBuffer();
        if (out != null && out.totalPendingWriteBytes() > PENDING_BYTES_MAX) {
            throw new StreamResetException("write refused: " + out.totalPendingWriteBytes() + " bytes wait on stream "
                    + streamId + "; heed isWritable");
        }
        return message;
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
        flushed = in;
        if (isReadyToSend()) {
            connection.writer().schedule(this);
        }
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

    // ---- ending

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        if (!open || eventLoop().inEventLoop()) {
            shutdownOutputOnLoop(promise);
        } else {
            eventLoop().execute(() -> shutdownOutputOnLoop(promise));
        }
        return promise;
    }

    private void shutdownOutputOnLoop(ChannelPromise promise) {
        if (!open) {
            promise.setFailure(new ChannelOutputShutdownException("stream " + streamId + " is closed"));
            return;
        }
        promise.setSuccess();
        if (!outputShutdown) {
            unsafe().flush();
            outputShutdown = true;
            sendFinIfDrained();
        }
    }

    /** Not supported by yamux: a side cannot end the other's output alone. Use {@link #reset}. */
    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        return promise.setFailure(new UnsupportedOperationException("a yamux stream's input ends by its peer"));
    }

    @Override
    public ChannelFuture shutdown() {
        return close();
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        return close(promise);
    }

    @Override
    public boolean isInputShutdown() {
        return inputShutdown;
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShutdown;
    }

    @Override
    public boolean isShutdown() {
        return inputShutdown && outputShutdown;
    }

    @Override
    protected void doClose() {
        if (!open) {
            return;
        }
        open = false;
        boolean cutsOutput = isOutputPending();
        outputShutdown = true;
        connection.buffered(-queue.clear());
        receiveWindow.close();
        if (resetReceived) {
            connection.streamEnded(this);
        } else if (resetWanted || cutsOutput) {
            connection.writer().control(new Frame(Frame.WINDOW_UPDATE, Frame.RST, streamId, 0));
            connection.streamEnded(this);
        } else {
            closeGracefully();
        }
    }

    private void closeGracefully() {
        if (!finSent) {
            finSent = true;
            connection.writer().control(new Frame(Frame.WINDOW_UPDATE, Frame.FIN, streamId, 0));
        }
        if (finReceived) {
            connection.streamEnded(this);
        } else {
            connection.linger(this);
        }
    }

    // ---- what a Netty channel has to say about itself

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return open && isRegistered();
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new StreamUnsafe();
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true;
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        return parent().localAddress();
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return parent().remoteAddress();
    }

    @Override
    protected void doBind(SocketAddress localAddress) {
        throw new UnsupportedOperationException("a stream is not bound");
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    private final class StreamUnsafe extends AbstractUnsafe {
        @Override
        public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            promise.setFailure(new UnsupportedOperationException("a stream is opened by its connection"));
        }
    }
}
