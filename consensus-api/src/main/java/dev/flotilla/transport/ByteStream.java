package dev.flotilla.transport;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Bytes both ways between two peers, with back-pressure each way. Futures complete on a thread of the transport. */
public interface ByteStream extends AutoCloseable {
    /** The other side, as the transport authenticated it. */
    PeerId remotePeerId();

    /**
     * Sends {@code piece}. The future completes when the next piece may be written: a writer that waits for it never
     * grows a queue. Fails with an {@link java.io.IOException} once the stream is dead.
     */
    CompletionStage<Void> write(Bytes piece);

    /**
     * The next piece, of any size but empty; {@code null} after the other side's {@link #finish}. One read may be
     * outstanding; nothing is taken from the network ahead of it beyond a bounded window. Fails with an
     * {@link java.io.IOException} once the stream is dead.
     */
    CompletionStage<@Nullable Bytes> read();

    /** No more will be written; what was written is still delivered. The other direction stays open. */
    void finish();

    /** Ends both directions at once; both sides' reads and writes fail. */
    void reset();

    /** {@link #finish} if all was read, else {@link #reset}. */
    @Override
    void close();
}
