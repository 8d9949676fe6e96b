package dev.flotilla.raft.session;

import dev.flotilla.raft.message.InSession;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The numbers that one client gives to its commands in one session. A number is unanswered until it is known for good
 * what became of its command, so that a command whose caller was told "unknown" can be retried for as long as the
 * session lasts. When the window is full because of one, the client opens another session and lets this one be.
 */
public final class ClientSession {
    private final long id;
    private final int window;
    private final Set<Long> unanswered = new LinkedHashSet<>(); // ascending, as they are given
    private long next = 1;

    /** The session that the entry at index {@code id} opened. */
    public ClientSession(long id, int window) {
        this.id = id;
        this.window = window;
    }

    public long id() {
        return id;
    }

    /** Whether there is a number to give. */
    public boolean hasRoom() {
        return next - lowestUnanswered() < window;
    }

    /** A number, to be called while there is room. */
    public long next() {
        unanswered.add(next);
        return next++;
    }

    /** What the command of that number says of itself now. */
    public InSession.Numbered numbered(long sequence) {
        return new InSession.Numbered(id, sequence, Math.min(sequence, lowestUnanswered()));
    }

    /** It is known for good what became of that command. */
    public void answered(long sequence) {
        unanswered.remove(sequence);
    }

    private long lowestUnanswered() {
        return unanswered.isEmpty() ? next : unanswered.iterator().next();
    }
}
