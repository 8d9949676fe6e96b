package dev.flotilla.raft.machine;

import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a group agrees on. Every member applies the same commands in the same order and must come to the same state.
 * All methods but {@link Capture#writeTo} are called by one thread at a time, never at once.
 *
 * @param <R> what applying a command gives back to its caller
 */
public interface StateMachine<R> {
    /** A longer result is not kept for a retry. */
    int RESULT_BYTES_MAX = 256;

    /**
     * Applies {@code batch} in order and returns one result for each. A refusal that belongs to the application is a
     * result. What is thrown stops the group on this peer.
     */
    List<R> apply(List<Committed> batch);

    /**
     * The index of the last entry that this state contains and that survives a restart: 0 for a state that lives in
     * memory. Whoever keeps its own state may be given entries again after a restart, and skips those; what it gives
     * back for them is not looked at.
     */
    long lastApplied();

    /** An immutable view of the state as it is now, cheap to take; it is written later, elsewhere. */
    Capture capture();

    /**
     * Replaces the state by one that a {@link Capture} wrote, on this peer or another.
     *
     * @param index of the last entry that it contains
     */
    void restore(long index, InputStream in) throws IOException;

    /**
     * The bytes in which {@code result} is kept beside the state, so that who retries a command learns what came of it at
     * first. The same for equal results on every member. Null if it is not to be kept; so is one of more than
     * {@link #RESULT_BYTES_MAX} bytes not.
     */
    default @Nullable Bytes encodeResult(R result) {
        return null;
    }

    /**
     * The result that {@link #encodeResult} turned into {@code encoded}, perhaps on another member or an earlier version.
     * What belongs to it but would be too much to keep, such as a whole state, may be as it is now.
     *
     * @param index of the entry that it came of
     * @throws RuntimeException if it cannot be read: then who retries is told that it was applied, but not to what result
     */
    default R decodeResult(long index, Bytes encoded) {
        throw new UnsupportedOperationException("this state machine has no results that are kept");
    }

    /**
     * The group has stopped on this peer: what stopped it or, if it was closed, {@code null}. Called once, after
     * everything else, however the group came to stop.
     */
    default void stopped(@Nullable Throwable cause) {}

    /** A command that was agreed on. */
    record Committed(long index, long term, Bytes data) {}

    /** An immutable view of a state. */
    interface Capture {
        /** Writes the state. Called on another thread while the state machine goes on. */
        void writeTo(OutputStream out) throws IOException;
    }
}
