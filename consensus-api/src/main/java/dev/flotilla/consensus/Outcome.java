package dev.flotilla.consensus;

import dev.flotilla.transport.Bytes;
import org.jspecify.annotations.Nullable;

/** How a write ended. */
public sealed interface Outcome<R> {
    /** Agreed and applied at {@code index}, with the application's {@code result}. */
    record Applied<R>(long index, R result) implements Outcome<R> {}

    /** Agreed at {@code index}, and its operation threw {@code cause}, on every member alike. */
    record Failed<R>(long index, Throwable cause) implements Outcome<R> {}

    /** Not applied, and it never will be. */
    record Rejected<R>(Reason reason, String detail) implements Outcome<R> {}

    /**
     * Perhaps applied, perhaps not. With a token the same write can be {@linkplain Consensus#retry retried} and is applied
     * at most once; without one that can no longer be told.
     */
    record Unknown<R>(@Nullable RetryToken token, String detail) implements Outcome<R> {}

    /**
     * What a retry is recognised by. Opaque; its bytes may be kept, so that a write can be retried after a restart of who
     * made it.
     */
    record RetryToken(Bytes value) {}

    /** Why a write was rejected. */
    enum Reason {
        /** No leader was found in time. */
        NO_LEADER,
        /** Too much is waiting already; try again later. */
        OVERLOADED,
        /** Larger than an entry may be. */
        TOO_LARGE,
        /** The state is inconsistent; roll back first. */
        INCONSISTENT,
        /** Nothing has been agreed on yet that an operation could change; commit a state first. */
        NO_STATE,
        /** Appended by a leader that lost its office before it was agreed; another entry took its place. */
        SUPERSEDED,
        /** This peer is no member, was removed, or its group is closed. */
        NOT_A_MEMBER,
        /** Something that must not be done, now or at all; the detail says why. */
        REFUSED
    }
}
