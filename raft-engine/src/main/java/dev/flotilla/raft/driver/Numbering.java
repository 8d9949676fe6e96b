package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.InSession;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.session.ClientSession;
import dev.flotilla.transport.Bytes;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives the writes of one group their numbers, in the order in which they came, and opens a session where there is none
 * with room. Belongs to the group's loop.
 */
final class Numbering<R> {
    private static final int UNTOLD_MAX = 64;

    /** Told what became of a write that waited for a number. */
    interface Listener<R> {
        void numbered(Write<R> write);

        /** It has none, and gets none: no session could be opened. */
        void refused(Write<R> write, Result.Refused refusal);
    }

    /**
     * The command that opens a session. One that is lost leaves a session that nobody uses, which will expire; so does one
     * of which there is word when this is over. Ends with the last write that waits for it.
     */
    private final class Opening extends Attempts.Tried {
        private final Set<RequestId> untold = new LinkedHashSet<>(); // the newest attempts that may be in a log

        @Override
        InSession inSession() {
            return new InSession.Opening();
        }

        @Override
        Bytes data() {
            return Bytes.EMPTY;
        }

        void asked(RequestId attempt) {
            untold.add(attempt);
            if (untold.size() > UNTOLD_MAX) {
                Iterator<RequestId> oldest = untold.iterator();
                oldest.next();
                oldest.remove();
            }
        }

        @Override
        void refused(Result.Refused refusal) {
            waiting.forEach(write -> write.refused = refusal);
            if (Refusals.isPassing(refusal) && !waiting.isEmpty()) {
                attempts.attemptLater(this);
                return;
            }
            end();
            for (Write<R> write = waiting.poll(); write != null; write = waiting.poll()) {
                listener.refused(write, refusal);
            }
        }
    }

    private final int window;
    private final Attempts attempts;
    private final Listener<R> listener;
    private final ArrayDeque<Write<R>> waiting = new ArrayDeque<>(); // for a session with room
    private @Nullable ClientSession session; // the newest
    private @Nullable Opening opening;

    /**
     * Nothing numbered yet.
     *
     * @param window how far a number may be ahead of the lowest unanswered one
     * @param session with which to go on, of this life of the group; null for a new one
     */
    Numbering(int window, @Nullable ClientSession session, Attempts attempts, Listener<R> listener) {
        this.window = window;
        this.session = session;
        this.attempts = attempts;
        this.listener = listener;
    }

    boolean isIdle() {
        return opening == null;
    }

    /** What the next write would get its number of; null if that needs a new one. */
    @Nullable
    ClientSession session() {
        return session;
    }

    /** The one with that id, if it is the newest. */
    @Nullable
    ClientSession session(long id) {
        return session != null && session.id() == id ? session : null;
    }

    /** Has {@code write} get a number. */
    void add(Write<R> write) {
        waiting.add(write);
        number();
    }

    /** Gives numbers to those who wait for one, as far as there are any. */
    private void number() {
        while (!waiting.isEmpty()) {
            ClientSession current = session;
            if (current == null || !current.hasRoom()) {
                open();
                return;
            }
            Write<R> write = waiting.remove();
            write.number(current);
            listener.numbered(write);
        }
    }

    private void open() {
        if (opening == null) {
            opening = new Opening();
            attempts.attempt(opening);
        }
    }

    private void end() {
        if (opening != null) {
            attempts.end(opening);
            opening = null;
        }
    }

    /** An attempt to open a session is on its way. */
    void asked(RequestId attempt) {
        if (opening != null) {
            opening.asked(attempt);
        }
    }

    /** An attempt is in no log, if it is one to open a session. */
    void refused(RequestId attempt) {
        if (opening != null) {
            opening.untold.remove(attempt);
        }
    }

    /**
     * The session {@code id} was opened by that attempt. One that was opened when the group was open here before had its
     * numbers given away: it is not asked for.
     */
    void opened(RequestId attempt, long id) {
        if (opening != null && opening.untold.contains(attempt)) {
            end();
            session = new ClientSession(id, window);
            number();
        }
    }

    /** That session gives no more numbers. */
    void expired(ClientSession expired) {
        if (session == expired) {
            session = null;
        }
        number();
    }

    /** Who is over does not wait any longer; a session that nobody waits for is not opened. */
    void removeOver() {
        waiting.removeIf(Attempts.Tried::isOver);
        if (waiting.isEmpty()) {
            end();
        }
    }

    void clear() {
        waiting.clear();
        opening = null;
    }
}
