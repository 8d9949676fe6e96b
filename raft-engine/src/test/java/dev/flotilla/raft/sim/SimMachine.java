package dev.flotilla.raft.sim;

import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.transport.Bytes;
import java.nio.ByteBuffer;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The state that the peers agree on: a few registers, and a hash chained over every entry, so that two states are equal
 * exactly if the same entries led to them. A command's data is {@code register=value}.
 */
public final class SimMachine {
    /** A value and the index of the entry that wrote it. */
    public record Register(String value, long index) {}

    /** A state as a snapshot carries it. */
    public record State(SnapshotMeta meta, long chain, TreeMap<String, Register> registers) {}

    private EntryId last = EntryId.NONE;
    private long chain;
    private TreeMap<String, Register> registers = new TreeMap<>();
    private Configuration configuration = Configuration.EMPTY;
    private EntryId configurationId = EntryId.NONE;

    /** Applies {@code entry} and returns its command, or null if it carries none. */
    @Nullable
    Command apply(Entry entry) {
        Violation.unless(entry.index() == last.index() + 1, "entry %s applied after %s", entry.id(), last);
        last = entry.id();
        chain = (chain * 31 + entry.payload().hashCode()) * 31 + entry.term();
        if (entry.kind() == Entry.Kind.CONFIGURATION) {
            configuration = Payloads.configuration(entry);
            configurationId = entry.id();
        }
        if (entry.kind() != Entry.Kind.COMMAND) {
            return null;
        }
        Command command = Payloads.command(entry);
        String[] assignment = command.data().utf8().split("=", 2);
        registers.put(assignment[0], new Register(assignment[1], entry.index()));
        return command;
    }

    State capture() {
        Bytes hash = Bytes.wrap(ByteBuffer.allocate(SnapshotMeta.HASH_BYTES)
                .putLong(chain)
                .putLong(last.index())
                .array());
        SnapshotMeta meta = new SnapshotMeta(last, configuration, configurationId, 100, hash);
        return new State(meta, chain, new TreeMap<>(registers));
    }

    void restore(State state) {
        last = state.meta().lastIncluded();
        chain = state.chain();
        registers = new TreeMap<>(state.registers());
        configuration = state.meta().configuration();
        configurationId = state.meta().configurationId();
    }

    public long lastApplied() {
        return last.index();
    }

    long chain() {
        return chain;
    }

    /** When {@code register} was written last; 0 for never. */
    long writtenAt(String register) {
        Register found = registers.get(register);
        return found == null ? 0 : found.index();
    }

    /** What {@code register} holds; {@code -} if nothing. */
    public String value(String register) {
        Register found = registers.get(register);
        return found == null ? "-" : found.value();
    }
}
