package dev.flotilla.raft.session;

import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.session.SessionTable.Bounds;
import dev.flotilla.raft.session.SessionTable.Session;
import dev.flotilla.transport.Bytes;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.TreeMap;

/**
 * The form of a {@link SessionTable} in a snapshot, before the state machine's own bytes. Big endian: {@code FLS1}; the
 * number of sessions (4 bytes); each as id, last use, lowest unanswered number (8 bytes each), number of answers
 * (4 bytes); each of those as number, index (8 bytes each), SHA-256 of the payload, length of the result (2 bytes, ffff
 * for none), result. Sessions ascend by id, answers by number.
 */
final class SessionTableFile {
    private static final int MAGIC = 0x464c5331; // FLS1
    private static final int NO_RESULT = 0xffff;

    private final DataInputStream in;
    private final long index;
    private final Bounds bounds;

    private SessionTableFile(DataInputStream in, long index, Bounds bounds) {
        this.in = in;
        this.index = index;
        this.bounds = bounds;
    }

    static void write(SessionTable table, OutputStream target) throws IOException {
        DataOutputStream out = new DataOutputStream(target);
        out.writeInt(MAGIC);
        out.writeInt(table.size());
        for (Session session : table.sessions()) {
            out.writeLong(session.id);
            out.writeLong(session.lastUsed);
            out.writeLong(session.lowestUnanswered);
            out.writeInt(session.answers.size());
            for (Map.Entry<Long, Answer> answer : new TreeMap<>(session.answers).entrySet()) {
                out.writeLong(answer.getKey());
                write(answer.getValue(), out);
            }
        }
        out.flush();
    }

    private static void write(Answer answer, DataOutputStream out) throws IOException {
        out.writeLong(answer.index());
        out.write(answer.payloadHash().toByteArray());
        Bytes result = answer.result();
        out.writeShort(result == null ? NO_RESULT : result.size());
        if (result != null) {
            out.write(result.toByteArray());
        }
    }

    static SessionTable read(InputStream source, long index, Bounds bounds) throws IOException {
        try {
            return new SessionTableFile(new DataInputStream(source), index, bounds).table();
        } catch (EOFException e) {
            throw new IOException("the snapshot at index " + index + " ends within its table of sessions", e);
        }
    }

    private SessionTable table() throws IOException {
        int magic = in.readInt();
        if (magic != MAGIC) {
            throw bad("it begins with " + Integer.toHexString(magic)
                    + " where a table of sessions of this version begins with " + Integer.toHexString(MAGIC));
        }
        SessionTable table = new SessionTable(bounds);
        int sessions = in.readInt();
        if (sessions < 0 || sessions > bounds.sessions()) {
            throw bad(sessions + " sessions, at most " + bounds.sessions());
        }
        long lastId = 0;
        for (int i = 0; i < sessions; i++) {
            Session session = session(lastId, table);
            lastId = session.id;
            table.add(session);
        }
        return table;
    }

    private Session session(long lastId, SessionTable before) throws IOException {
        Session session = new Session(in.readLong(), in.readLong(), in.readLong());
        if (session.id <= lastId || session.id > session.lastUsed || session.lastUsed > index) {
            throw bad("session " + session.id + " after session " + lastId + ", last used at " + session.lastUsed);
        }
        if (before.isUsedAt(session.lastUsed)) {
            throw bad("two sessions were used at index " + session.lastUsed);
        }
        if (session.lowestUnanswered < 1) {
            throw bad("the lowest unanswered number is " + session.lowestUnanswered);
        }
        int count = in.readInt();
        if (count < 0 || count > bounds.window() || count > bounds.answers() - before.answers()) {
            throw bad(count + " answers after " + before.answers());
        }
        long lastSequence = session.lowestUnanswered - 1;
        for (int i = 0; i < count; i++) {
            lastSequence = answer(session, lastSequence);
        }
        return session;
    }

    private long answer(Session session, long lastSequence) throws IOException {
        long sequence = in.readLong();
        if (sequence <= lastSequence || sequence - session.lowestUnanswered >= bounds.window()) {
            throw bad("number " + sequence + " after " + lastSequence + " where the lowest unanswered one is "
                    + session.lowestUnanswered);
        }
        long at = in.readLong();
        if (at <= session.id || at > session.lastUsed) {
            throw bad("session " + session.id + ", last used at " + session.lastUsed + ", did something at " + at);
        }
        Bytes hash = bytes(PayloadHash.SIZE_BYTES);
        int size = in.readUnsignedShort();
        if (size != NO_RESULT && size > StateMachine.RESULT_BYTES_MAX) {
            throw bad("a result of " + size + " bytes, at most " + StateMachine.RESULT_BYTES_MAX);
        }
        session.answers.put(sequence, new Answer(at, hash, size == NO_RESULT ? null : bytes(size)));
        return sequence;
    }

    private Bytes bytes(int size) throws IOException {
        byte[] read = new byte[size];
        in.readFully(read);
        return Bytes.wrap(read);
    }

    private IOException bad(String why) {
        return new IOException("the snapshot at index " + index + " has no valid table of sessions: " + why);
    }
}
