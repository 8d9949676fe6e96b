package dev.flotilla.raft.session;

import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.InSession;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The client sessions of one group, and what became of their commands (thesis §6.3). A part of the agreed state: what it
 * says depends on the entries before and on nothing else, no clock either.
 *
 * <p>A command is recognised by its exact number, not by "not above the last one": commands are pipelined, and the log
 * may have a later number before an earlier one. What is kept ends at the lowest number that the client still waits for.
 * A session that was not used for longest, by position in the log, goes when there are too many. What is gone stays
 * gone: a command of it is refused, since it may have been applied before.
 *
 * <p>Not thread-safe; belongs to the thread that applies.
 */
public final class SessionTable {
    /**
     * How much a table holds. The same on every peer of a group, or their states go apart.
     *
     * @param sessions at once
     * @param window how far a number may be ahead of the session's lowest unanswered one
     * @param answers of all sessions; at least {@code window}, so that a session alone always has room
     */
    public record Bounds(int sessions, int window, int answers) {
        /** What every group has: with results of {@link StateMachine#RESULT_BYTES_MAX} at most about 40 MiB in a snapshot. */
        public static final Bounds STANDARD = new Bounds(1_000, 32_768, 131_072);

        public Bounds {
            if (sessions < 1 || window < 1 || answers < window) {
                throw new IllegalArgumentException("no table holds " + sessions + " sessions with windows of " + window
                        + " in " + answers + " answers");
            }
        }
    }

    /** One client's commands. */
    static final class Session {
        final long id;
        long lastUsed; // index of the last entry that named it; no two sessions have the same
        long lowestUnanswered;
        Map<Long, Answer> answers = new HashMap<>(); // lowestUnanswered <= keys < that + window
        private int room = ROOM_KEPT; // for how many answers the map has grown at most

        Session(long id, long lastUsed, long lowestUnanswered) {
            this.id = id;
            this.lastUsed = lastUsed;
            this.lowestUnanswered = lowestUnanswered;
        }

        /** Says how many answers that were. */
        int forgetBelow(long lowest) {
            int before = answers.size();
            room = Math.max(room, before);
            if (lowest - lowestUnanswered <= before) {
                for (long sequence = lowestUnanswered; sequence < lowest; sequence++) {
                    answers.remove(sequence);
                }
            } else {
                answers.keySet().removeIf(sequence -> sequence < lowest);
            }
            lowestUnanswered = lowest;
            if (room > ROOM_KEPT && answers.size() < room / 8) { // a hash map never gives back what it has grown to
                room = Math.max(ROOM_KEPT, answers.size());
                answers = new HashMap<>(answers);
            }
            return before - answers.size();
        }
    }

    private static final int ROOM_KEPT = 512;

    private final Bounds bounds;
    private final NavigableMap<Long, Session> byId = new TreeMap<>();
    private final NavigableMap<Long, Session> byLastUse = new TreeMap<>();
    private int answers; // of all sessions

    /** An empty table. */
    public SessionTable(Bounds bounds) {
        this.bounds = bounds;
    }

    /** Says what is to become of the command of the entry at {@code index}, which is the next one. */
    public Verdict judge(long index, Command command) {
        InSession inSession = command.inSession();
        if (inSession instanceof InSession.Numbered numbered) {
            return judge(index, numbered, command);
        } else if (inSession instanceof InSession.Opening) {
            add(new Session(index, index, 1));
            expire();
            return new Verdict.Opened();
        } else if (inSession instanceof InSession.None) {
            return new Verdict.Run(null);
        }
        throw new AssertionError("unhandled: " + inSession);
    }

    private Verdict judge(long index, InSession.Numbered numbered, Command command) {
        Session session = byId.get(numbered.session());
        if (session == null) {
            return new Verdict.Refused(Verdict.Why.EXPIRED);
        }
        use(session, index);
        forgetBelow(session, numbered.lowestUnanswered());
        long sequence = numbered.sequence();
        if (sequence < session.lowestUnanswered) {
            return new Verdict.Refused(Verdict.Why.FORGOTTEN);
        }
        if (sequence - session.lowestUnanswered >= bounds.window) {
            return new Verdict.Refused(Verdict.Why.OUT_OF_WINDOW);
        }
        Answer present = session.answers.get(sequence);
        if (present == null) {
            Answer made = new Answer(index, PayloadHash.of(command.data()), null);
            session.answers.put(sequence, made);
            answers++;
            expire();
            return new Verdict.Run(made);
        }
        return present.payloadHash().equals(PayloadHash.of(command.data()))
                ? new Verdict.Repeated(present)
                : new Verdict.Refused(Verdict.Why.OTHER_PAYLOAD);
    }

    private void use(Session session, long index) {
        byLastUse.remove(session.lastUsed);
        session.lastUsed = index;
        byLastUse.put(index, session);
    }

    private void forgetBelow(Session session, long lowestUnanswered) {
        if (lowestUnanswered > session.lowestUnanswered) {
            answers -= session.forgetBelow(lowestUnanswered);
        }
    }

    /** The session in use is the last to go, and fits in alone. */
    private void expire() {
        while (byId.size() > bounds.sessions || answers > bounds.answers) {
            Session unused = byLastUse.pollFirstEntry().getValue();
            byId.remove(unused.id);
            answers -= unused.answers.size();
        }
    }

    void add(Session session) {
        byId.put(session.id, session);
        byLastUse.put(session.lastUsed, session);
        answers += session.answers.size();
    }

    /** By id. */
    Iterable<Session> sessions() {
        return byId.values();
    }

    boolean isUsedAt(long index) {
        return byLastUse.containsKey(index);
    }

    /** How many sessions are open. */
    public int size() {
        return byId.size();
    }

    /** How many answers are kept. */
    public int answers() {
        return answers;
    }

    /** Writes the whole table; equal tables have equal bytes. */
    public void writeTo(OutputStream out) throws IOException {
        SessionTableFile.write(this, out);
    }

    /**
     * Reads one that {@link #writeTo} wrote, and nothing behind it.
     *
     * @param index of the last entry that it contains
     * @throws IOException if it is none, or beyond {@code bounds}
     */
    public static SessionTable readFrom(InputStream in, long index, Bounds bounds) throws IOException {
        return SessionTableFile.read(in, index, bounds);
    }
}
