package dev.flotilla.transport.memory;

import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Frame;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.Outbound;
import dev.flotilla.transport.PeerId;
import org.jspecify.annotations.Nullable;

/** Frames on their way to one peer on one lane; bounded in bytes. */
final class InMemoryOutbound implements Outbound {
    private static final int IN_FLIGHT_BYTES_MAX = 8 << 20;

    private final InMemoryNetwork network;
    private final InMemoryTransport from;
    private final PeerId to;
    private final Lane lane;
    private int inFlightBytes; // guarded by this, as all below
    private boolean refused; // and the callback has not been called since
    private boolean closed;
    private @Nullable Runnable onWritable;

    InMemoryOutbound(InMemoryNetwork network, InMemoryTransport from, PeerId to, Lane lane) {
        this.network = network;
        this.from = from;
        this.to = to;
        this.lane = lane;
    }

    @Override
    public boolean trySend(Bytes frame) {
        if (frame.size() > from.frameBytesMax()) {
            throw new IllegalArgumentException(
                    "a frame has at most " + from.frameBytesMax() + " bytes, got " + frame.size());
        }
        synchronized (this) {
            refused = true; // until it is taken: a connection that comes meanwhile wakes the sender
        }
        InMemoryNetwork.Connection connection = network.connection(from.localPeerId(), to);
        InMemoryTransport target = network.transport(to);
        synchronized (this) {
            if (connection == null || target == null || closed || inFlightBytes + frame.size() > IN_FLIGHT_BYTES_MAX) {
                return false;
            }
            refused = false;
            inFlightBytes += frame.size();
            target.execute(() -> arrive(connection, target, frame)); // in here: the order of sending is kept
            return true;
        }
    }

    private void arrive(InMemoryNetwork.Connection connection, InMemoryTransport target, Bytes frame) {
        synchronized (this) {
            inFlightBytes -= frame.size();
        }
        wake();
        if (network.isAlive(connection)) {
            target.receive(lane, new Frame(from.localPeerId(), frame));
        }
    }

    /** A frame would be taken again. */
    void wake() {
        Runnable callback;
        synchronized (this) {
            callback = refused && !closed ? onWritable : null;
            refused = false;
        }
        if (callback != null) {
            from.execute(callback);
        }
    }

    @Override
    public synchronized void onWritable(Runnable callback) {
        onWritable = callback;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        from.forget(this);
    }
}
