package dev.flotilla.transport;

/**
 * One way to one peer on one lane. Carries frames in order and without acknowledgement; loses what it holds when its
 * connection breaks, and goes on by itself over the next connection. Thread-safe.
 */
public interface Outbound extends AutoCloseable {
    /**
     * Takes the frame, or says no: the queue is full or there is no connection. After a no, the callback of
     * {@link #onWritable} is called once as soon as a frame would be taken again. Never blocks.
     *
     * @throws IllegalArgumentException if the frame is larger than {@link PeerTransport#frameBytesMax}
     */
    boolean trySend(Bytes frame);

    /** Sets the callback for "writable again". It is called on a thread of the transport and must not block. */
    void onWritable(Runnable callback);

    /** Gives up this way; frames that were not sent are dropped. */
    @Override
    void close();
}
