package dev.flotilla.libp2p.transport;

import dev.flotilla.transport.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Frames that wait for their stream, bounded in bytes, and who waits for room. Thread-safe. */
final class FrameQueue {
    private static final int FRAME_OVERHEAD_BYTES = 64; // so that empty frames are bounded, too

    private final int bytesMax;
    private final ArrayDeque<Bytes> frames = new ArrayDeque<>(); // guarded by this, as all below
    private long bytes;
    private boolean open; // frames are taken
    private long refusedBytes; // the largest frame that was refused since the callback was called; 0: none
    private @Nullable Runnable onWritable;

    FrameQueue(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    private static long cost(Bytes frame) {
        return (long) frame.size() + FRAME_OVERHEAD_BYTES;
    }

    /** Takes the frame, unless the queue is closed or full; an empty one takes any. */
    synchronized boolean offer(Bytes frame) {
        if (!open || !fits(cost(frame))) {
            refusedBytes = Math.max(refusedBytes, cost(frame));
            return false;
        }
        frames.add(frame);
        bytes += cost(frame);
        return true;
    }

    private synchronized boolean fits(long cost) {
        return bytes == 0 || bytes + cost <= bytesMax;
    }

    /** The oldest frames, removed: as many as have {@code bytesWanted} together, the last one whole. */
    synchronized List<Bytes> poll(int bytesWanted) {
        List<Bytes> polled = new ArrayList<>();
        long size = 0;
        for (Bytes next = frames.peek(); next != null && size < bytesWanted; next = frames.peek()) {
            frames.remove();
            bytes -= cost(next);
            size += cost(next);
            polled.add(next);
        }
        return polled;
    }

    synchronized void onWritable(Runnable callback) {
        onWritable = callback;
    }

    /** Frames are taken from now on. */
    synchronized void open() {
        open = true;
    }

    /** Forgets what it holds and takes nothing until it is opened again. */
    synchronized void close() {
        open = false;
        frames.clear();
        bytes = 0;
    }

    /** Calls back who was refused, once, if its frame would be taken now. */
    void callBackIfWritable() {
        Runnable callback;
        synchronized (this) {
            if (refusedBytes == 0 || !open || !fits(refusedBytes)) {
                return;
            }
            refusedBytes = 0;
            callback = onWritable;
        }
        if (callback != null) {
            callback.run();
        }
    }
}
