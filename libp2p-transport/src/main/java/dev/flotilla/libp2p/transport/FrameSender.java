package dev.flotilla.libp2p.transport;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.Outbound;
import dev.flotilla.transport.PeerId;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One way to a peer on one lane. Keeps a stream open while there is a connection: opens it anew when it ends, after a
 * growing delay if it keeps ending, and moves to the connection that is meant for new streams when that changes. {@link
 * #trySend} may be called by any thread; all else is decided on the control thread.
 */
final class FrameSender implements Outbound {
    static final ProtocolId PROTOCOL = new ProtocolId("/flotilla/frames/1.0.0");

    private static final Logger LOG = LoggerFactory.getLogger(FrameSender.class);
    private static final Duration DRAIN_MAX = Duration.ofSeconds(1);

    private final Host host;
    private final PeerId peer;
    private final Lane lane;
    private final int frameBytesMax;
    private final ControlThread control;
    private final TransportCounters counters;
    private final Consumer<FrameSender> onClose;
    private final FrameQueue queue;
    private volatile @Nullable FrameStream stream; // takes frames out of the queue; written on the control thread

    // control thread only
    private final Backoff backoff = new Backoff(Duration.ofMillis(20), Duration.ofSeconds(2));
    private boolean connected;
    private boolean closed;
    private int attempt; // a stream of an earlier attempt is not wanted any more
    private boolean drained; // the stream of this attempt was told to finish
    private ControlThread.Timer timer = ControlThread.Timer.NONE;

    /** @param onClose called once, on the thread that closes */
    FrameSender(
            Host host,
            PeerId peer,
            Lane lane,
            TransportConfig config,
            ControlThread control,
            TransportCounters counters,
            Consumer<FrameSender> onClose) {
        this.host = host;
        this.peer = peer;
        this.lane = lane;
        this.frameBytesMax = config.frameBytesMax();
        this.control = control;
        this.counters = counters;
        this.onClose = onClose;
        this.queue = new FrameQueue(config.queuedBytesMax());
    }

    PeerId peer() {
        return peer;
    }

    Lane lane() {
        return lane;
    }

    @Override
    public boolean trySend(Bytes frame) {
        if (frame.size() > frameBytesMax) {
            throw new IllegalArgumentException("a frame has at most " + frameBytesMax + " bytes, got " + frame.size());
        }
        if (!queue.offer(frame)) {
            return false;
        }
        FrameStream current = stream;
        if (current != null) {
            current.wake();
        }
        return true;
    }

    @Override
    public void onWritable(Runnable callback) {
        queue.onWritable(callback);
    }

    /** There will be a stream soon: frames are taken already. */
    void expectConnection() {
        queue.open();
    }

    /** There is a connection to the peer. Control thread only. */
    void connected() {
        if (!connected && !closed) {
            connected = true;
            backoff.reset();
            open();
        }
    }

    /** The last connection to the peer is gone. Control thread only. */
    void lost() {
        connected = false;
        forgetStream();
    }

    /** {@code connection} will be closed once it has no streams. Control thread only. */
    void superseded(Connection connection) {
        FrameStream current = stream;
        if (current != null && current.connection().equals(connection)) {
            drain(current);
        }
    }

    private void forgetStream() {
        attempt++;
        stream = null;
        queue.close();
        timer.cancel();
    }

    private void open() {
        int number = ++attempt;
        drained = false;
        queue.open();
        queue.callBackIfWritable();
        host.newStream(peer, PROTOCOL)
                .whenComplete((made, failure) -> control.execute(() -> {
                    if (number != attempt) {
                        if (made != null) {
                            made.reset();
                        }
                    } else if (made == null) {
                        LOG.debug("no stream for {} to peer={}: {}", lane, peer, String.valueOf(failure));
                        retry();
                    } else {
                        use(made, number);
                    }
                }));
    }

    private void use(Stream made, int number) {
        FrameStream opened = new FrameStream(made, queue, counters, () -> control.execute(() -> ended(number)));
        stream = opened; // before it starts: what is queued from now on wakes it
        opened.start(lane);
        backoff.started();
        boolean isBest = host.connections(peer).stream()
                .filter(Connection::isOpen)
                .findFirst()
                .filter(best -> !best.equals(made.connection()))
                .isEmpty();
        if (!isBest) {
            drain(opened);
        }
    }

    /** Ends the stream in order, so that nothing is lost, and goes on with another one once it has ended. */
    private void drain(FrameStream current) {
        stream = null;
        drained = true;
        current.finish();
        timer.cancel();
        timer = control.schedule(DRAIN_MAX, current::reset);
    }

    /** The stream of that attempt has ended. */
    private void ended(int number) {
        if (number != attempt) {
            return;
        }
        timer.cancel();
        if (drained) {
            open();
        } else {
            retry();
        }
    }

    private void retry() {
        forgetStream();
        int number = attempt;
        timer = control.schedule(backoff.next(), () -> {
            if (connected && number == attempt) {
                open();
            }
        });
    }

    @Override
    public void close() {
        queue.close();
        onClose.accept(this);
        control.execute(this::end);
    }

    /** As {@link #close}, on the control thread. */
    void end() {
        FrameStream current = stream;
        closed = true;
        connected = false;
        forgetStream();
        if (current != null) {
            current.finish();
        }
    }
}
