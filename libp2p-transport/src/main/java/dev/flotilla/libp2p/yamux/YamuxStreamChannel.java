package dev.flotilla.libp2p.yamux;

import dev.flotilla.libp2p.muxer.MuxedStream;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.net.SocketAddress;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One yamux stream as a Netty channel. Messages are {@link io.netty.buffer.ByteBuf}s; a write's promise completes when
 * its last byte went to the connection. The peer's end of output is {@link ChannelInputShutdownEvent} (the channel stays
 * open for writing unless {@code ALLOW_HALF_CLOSURE} is off); {@link #shutdownOutput} sends what was written, then our
 * end. Once both sides have ended, the channel closes. {@link #close} ends our side without cutting what was sent, but
 * resets a stream that still has unsent bytes; {@link #reset} ends both directions at once.
 */
public final class YamuxStreamChannel extends AbstractChannel implements DuplexChannel, MuxedStream {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    private final YamuxHandler connection;
    private final int streamId;
    private final YamuxStreamConfig config = new YamuxStreamConfig(this);
    private final StreamInput input;
    private final StreamOutput output;
    private volatile boolean open = true;
    private volatile @Nullable Throwable closeCause;

    private boolean resetReceived;
    private boolean resetWanted;
    private boolean closeWanted; // once the output has ended

    YamuxStreamChannel(Channel parent, YamuxHandler connection, int streamId, ReceiveWindow receiveWindow) {
        super(parent);
        this.connection = connection;
        this.streamId = streamId;
        this.input = new StreamInput(this, connection, config, receiveWindow);
        this.output = new StreamOutput(this, connection);
    }

    /** The id on the wire, unsigned. */
    public int streamId() {
        return streamId;
    }

    StreamInput input() {
        return input;
    }

    StreamOutput output() {
        return output;
    }

    @Override
    public DuplexChannel channel() {
        return this;
    }

    @Override
    public String label() {
        return Integer.toUnsignedString(streamId);
    }

    @Override
    public @Nullable Throwable closeCause() {
        return closeCause;
    }

    @Override
    public void reset() {
        if (!open) {
            return;
        }
        onLoop(() -> resetOnLoop("reset by this side"));
    }

    private void onLoop(Runnable task) {
        if (eventLoop().inEventLoop()) {
            task.run();
            return;
        }
        try {
            eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            open = false; // the loop has ended, and with it all that it served
        }
    }

    @Override
    public void finish() {
        shutdownOutput();
    }

    @Override
    public void closeAfterOutput() {
        if (!open) {
            return;
        }
        onLoop(this::closeAfterOutputOnLoop);
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
            closeNow();
        }
    }

    /** The peer reset the stream, or the connection is over. */
    void onReset(String reason) {
        if (open) {
            resetReceived = true;
            closeCause = new StreamResetException("stream " + Integer.toUnsignedString(streamId) + ": " + reason);
            closeNow();
        }
    }

    void autoReadCleared() {
        input.autoReadCleared();
    }

    @Override
    protected void doBeginRead() {
        input.beginRead();
    }

    @Override
    protected Object filterOutboundMessage(Object message) throws Exception {
        return output.check(message);
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
        output.write(in);
    }

    // ---- ending

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        if (!open || eventLoop().inEventLoop()) {
            output.shutdown(promise);
        } else {
            eventLoop().execute(() -> output.shutdown(promise));
        }
        return promise;
    }

    /** Closes once both sides have ended. */
    void closeIfEnded() {
        if (output.hasSentFin() && (input.isShutdown() || closeWanted)) {
            closeNow();
        }
    }

    void closeNow() {
        unsafe().close(voidPromise());
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
        return input.isShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return output.isShutdown();
    }

    @Override
    public boolean isShutdown() {
        return input.isShutdown() && output.isShutdown();
    }

    @Override
    protected void doClose() {
        if (!open) {
            return;
        }
        open = false;
        boolean cutsOutput = output.isPending();
        output.close();
        input.close();
        if (resetReceived) {
            connection.streamEnded(this);
        } else if (resetWanted || cutsOutput) {
            connection.writer().control(new Frame(Frame.WINDOW_UPDATE, Frame.RST, streamId, 0));
            connection.streamEnded(this);
        } else {
            output.endNow();
            if (input.hasReceivedFin()) {
                connection.streamEnded(this);
            } else {
                connection.linger(this);
            }
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
