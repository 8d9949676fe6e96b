package dev.flotilla.raft.sim;

import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.session.SessionedMachine;
import dev.flotilla.raft.session.Told;
import dev.flotilla.transport.Bytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a peer applies entries to: the application's state machine, and beside it a hash chained over every entry, so
 * that two states are equal exactly if the same entries led to them.
 */
public final class SimMachine {
    /** A state as a snapshot carries it. */
    public record State(SnapshotMeta meta, long chain, Bytes application) {
        /** Whether it is a witness's, and only says how far its log stands. */
        boolean isHollow() {
            return meta.equals(
                    SnapshotMeta.forWitness(meta.lastIncluded(), meta.configuration(), meta.configurationId()));
        }
    }

    private final StateMachine<?> application;
    private final SessionedMachine<Object> sessioned; // the application behind the sessions of its clients
    private final DecodedEntries decoded;
    private EntryId last = EntryId.NONE;
    private long chain;
    private boolean hollow; // a witness's: it has no commands, and so no state
    private Configuration configuration = Configuration.EMPTY;
    private EntryId configurationId = EntryId.NONE;

    @SuppressWarnings("unchecked") // whatever the results are
    SimMachine(StateMachine<?> application, DecodedEntries decoded) {
        this.application = application;
        this.sessioned = new SessionedMachine<>((StateMachine<Object>) application, SimSettings.SESSIONS);
        this.decoded = decoded;
    }

    /** The application's own. */
    public StateMachine<?> application() {
        return application;
    }

    /** Applies it, and says what came of the command that it carries; null if it carries none. */
    @Nullable
    Told<Object> apply(Entry entry) {
        if (entry.index() != last.index() + 1) {
            throw Violation.of("entry %s applied after %s", entry.id(), last);
        }
        last = entry.id();
        hollow |= entry.isHollow();
        chain = (chain * 31 + entry.payload().hashCode()) * 31 + entry.term();
        if (entry.kind() == Entry.Kind.CONFIGURATION) {
            configuration = decoded.configuration(entry);
            configurationId = entry.id();
        }
        if (entry.kind() != Entry.Kind.COMMAND || hollow) {
            return null; // what follows a command that did not come would make another state than that of any member
        }
        try {
            return sessioned.apply(List.of(entry), command -> true).get(0);
        } catch (MalformedMessageException e) {
            throw Violation.of("entry %s cannot be read: %s", entry.id(), e.getMessage());
        }
    }

    State capture() {
        if (hollow) {
            return new State(SnapshotMeta.forWitness(last, configuration, configurationId), 0, Bytes.EMPTY);
        }
        Bytes hash = Bytes.wrap(ByteBuffer.allocate(SnapshotMeta.HASH_BYTES)
                .putLong(chain)
                .putLong(last.index())
                .array());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            sessioned.capture().writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("a capture in memory failed", e);
        }
        SnapshotMeta meta = new SnapshotMeta(last, configuration, configurationId, out.size(), hash);
        return new State(meta, chain, Bytes.wrap(out.toByteArray()));
    }

    void restore(State state) {
        last = state.meta().lastIncluded();
        chain = state.chain();
        configuration = state.meta().configuration();
        configurationId = state.meta().configurationId();
        hollow = state.isHollow();
        if (hollow) {
            return;
        }
        try {
            sessioned.restore(
                    last.index(), new ByteArrayInputStream(state.application().toByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException("a snapshot in memory cannot be read", e);
        }
    }

    EntryId last() {
        return last;
    }

    public long lastApplied() {
        return last.index();
    }

    /** Whether it was given entries without what they carry, as a witness is. */
    boolean isHollow() {
        return hollow;
    }

    /** The configuration in force at {@link #last}. */
    Configuration configuration() {
        return configuration;
    }

    long chain() {
        return chain;
    }
}
