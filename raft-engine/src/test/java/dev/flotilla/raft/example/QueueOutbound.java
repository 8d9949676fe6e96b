package dev.flotilla.raft.example;

import dev.flotilla.raft.example.QueueMessage.Kind;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.Outbound;
import org.jspecify.annotations.Nullable;

/** Frames to one peer on one lane; as many bytes as the broker has not delivered yet are bounded. */
final class QueueOutbound implements Outbound {
    private static final int IN_FLIGHT_BYTES_MAX = 8 << 20;

    private final QueueTransport transport;
    private final QueueLink link;
    private final Lane lane;
    private int inFlightBytes; // guarded by the transport, as all below
    private boolean refused;
    private boolean closed;
    private @Nullable Runnable onWritable;

    QueueOutbound(QueueTransport transport, QueueLink link, Lane lane) {
        this.transport = transport;
        this.link = link;
        this.lane = lane;
    }

    @Override
    public boolean trySend(Bytes frame) {
        if (frame.size() > QueueTransport.FRAME_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a frame has at most " + QueueTransport.FRAME_BYTES_MAX + " bytes, got " + frame.size());
        }
        synchronized (transport) {
            refused = closed
                    || !link.isConnected()
                    || inFlightBytes + frame.size() > IN_FLIGHT_BYTES_MAX
                    || !link.send(Kind.FRAME, lane, false, 0, frame, () -> delivered(frame.size()));
            inFlightBytes += refused ? 0 : frame.size();
            return !refused;
        }
    }

    private void delivered(int bytes) {
        synchronized (transport) {
            inFlightBytes -= bytes;
            wake();
        }
    }

    /** A frame would be taken again. */
    void wake() {
        Runnable callback = onWritable;
        if (refused && !closed && callback != null) {
            refused = false;
            transport.callbacks().execute(callback);
        }
    }

    @Override
    public void onWritable(Runnable callback) {
        synchronized (transport) {
            onWritable = callback;
        }
    }

    @Override
    public void close() {
        synchronized (transport) {
            closed = true;
            link.forget(this);
        }
    }
}
