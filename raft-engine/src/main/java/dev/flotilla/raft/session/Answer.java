package dev.flotilla.raft.session;

import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.transport.Bytes;
import org.jspecify.annotations.Nullable;

/** What became of a command of a session: kept until the client says that it knows. */
public final class Answer {
    private final long index;
    private final Bytes payloadHash;
    private @Nullable Bytes result;

    Answer(long index, Bytes payloadHash, @Nullable Bytes result) {
        this.index = index;
        this.payloadHash = payloadHash;
        this.result = result;
    }

    /** Of the entry that was applied. */
    public long index() {
        return index;
    }

    Bytes payloadHash() {
        return payloadHash;
    }

    /** What the state machine made of it, as it encodes that; null if that is not kept. */
    public @Nullable Bytes result() {
        return result;
    }

    /** Keeps the result, to be called before the table is captured; one that is too long is not kept. */
    public void keep(@Nullable Bytes encoded) {
        result = encoded != null && encoded.size() <= StateMachine.RESULT_BYTES_MAX ? encoded : null;
    }
}
