package dev.flotilla.libp2p.yamux;

import dev.flotilla.libp2p.muxer.ErrorCode;
import dev.flotilla.libp2p.muxer.MuxedStream;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One yamux stream as a Netty channel. Messages are {@link io.netty.buffer.ByteBuf}s; a write's promise completes when
 * its last byte went to the connection. The peer's end of output is {@link ChannelInputShutdownEvent} (the channel stays
 * open for writing unless {@code ALLOW_HALF_CLOSURE} is off); {@link #shutdownOutput} sends what was written, then our
 * end. Once both sides have ended, the channel closes. {@link #close} ends our side without cutting what was sent, but
 * resets a stream that still has unsent bytes; {@link #reset} ends both directions at once.
 */
public final class YamuxStreamChannel extends StreamChannel implements MuxedStream {
    private final YamuxSession session;
    private final int streamId;
    private final StreamInput input;
    private final StreamOutput output;
    private volatile boolean open = true;
    private volatile @Nullable Throwable closeCause;

    private boolean resetReceived;
    private boolean resetWanted;
    private ErrorCode resetCode = ErrorCode.NO_ERROR;
    private boolean closeWanted; // once the output has ended

    YamuxStreamChannel(Channel parent, YamuxSession session, int streamId, ReceiveWindow receiveWindow) {
        super(parent);
        this.session = session;
        this.streamId = streamId;
        this.input = new StreamInput(this, session, receiveWindow);
        this.output = new StreamOutput(this, session);
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

    // ---- reading and writing

    @Override
    protected void doBeginRead() {
        input.beginRead();
    }

    @Override
    void autoReadCleared() {
        input.autoReadCleared();
    }

    @Override
    protected Object filterOutboundMessage(Object message) throws Exception {
        return output.check(message);
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
        output.write(in);
    }

    // ---- ending one side

    @Override
    public void finish() {
        shutdownOutput();
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

    @Override
    public boolean isInputShutdown() {
        return input.isShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return output.isShutdown();
    }

    // ---- ending both

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void reset(ErrorCode why) {
        onLoop(() -> resetNow("reset by this side", why));
    }

    @Override
    public void closeAfterOutput() {
        onLoop(this::closeAfterOutputNow);
    }

    private void onLoop(Runnable task) {
        if (!open) {
            return;
        }
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

    private void closeAfterOutputNow() {
        closeWanted = true;
        if (open) {
            shutdownOutput();
            closeIfEnded();
        }
    }

    void resetNow(String reason, ErrorCode why) {
        if (open) {
            resetWanted = true;
            resetCode = why;
            closeBecause(reason);
        }
    }

    /** The peer reset the stream, or the connection is over. */
    void onReset(String reason) {
        if (open) {
            resetReceived = true;
            closeBecause(reason);
        }
    }

    private void closeBecause(String reason) {
        closeCause = new StreamResetException("stream " + label() + ": " + reason);
        closeNow();
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

    /** What the peer is told depends on who ended what: nothing after its reset, ours if anything is cut, else our end. */
    @Override
    protected void doClose() {
        if (!open) {
            return;
        }
        open = false;
        boolean cutsOutput = output.isAnyUnsent();
        output.close();
        input.close();
        if (resetReceived) {
            session.streamEnded(this);
        } else if (resetWanted || cutsOutput) {
            session.writer().control(new Frame(Frame.WINDOW_UPDATE, Frame.RST, streamId, resetCode.ofStream()));
            session.streamEnded(this);
        } else {
            output.endNow();
            if (input.hasReceivedFin()) {
                session.streamEnded(this);
            } else {
                session.linger(this);
            }
        }
    }
}
