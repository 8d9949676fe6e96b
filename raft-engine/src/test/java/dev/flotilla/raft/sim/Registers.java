package dev.flotilla.raft.sim;

import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.transport.Bytes;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A few registers. A command's data is {@code register=value}; its result the index of the entry. */
public class Registers implements StateMachine<Long> {
    /** A value and the index of the entry that wrote it. */
    private record Register(String value, long index) {}

    private TreeMap<String, Register> registers = new TreeMap<>();

    @Override
    public List<Long> apply(List<Committed> batch) {
        List<Long> results = new ArrayList<>(batch.size());
        for (Committed command : batch) {
            String assignment = command.data().utf8();
            int equals = assignment.indexOf('=');
            registers.put(
                    assignment.substring(0, equals), new Register(assignment.substring(equals + 1), command.index()));
            results.add(command.index());
        }
        return results;
    }

    @Override
    public long lastApplied() {
        return 0; // in memory
    }

    @Override
    public Capture capture() {
        TreeMap<String, Register> copy = new TreeMap<>(registers);
        return out -> {
            DataOutputStream data = new DataOutputStream(out);
            data.writeInt(copy.size());
            for (Map.Entry<String, Register> each : copy.entrySet()) {
                data.writeUTF(each.getKey());
                data.writeUTF(each.getValue().value());
                data.writeLong(each.getValue().index());
            }
            data.flush();
        };
    }

    @Override
    public void restore(long index, InputStream in) throws IOException {
        DataInputStream data = new DataInputStream(in);
        TreeMap<String, Register> read = new TreeMap<>();
        for (int left = data.readInt(); left > 0; left--) {
            read.put(data.readUTF(), new Register(data.readUTF(), data.readLong()));
        }
        registers = read;
    }

    @Override
    public Bytes encodeResult(Long result) {
        return Bytes.utf8(result.toString());
    }

    @Override
    public Long decodeResult(long index, Bytes encoded) {
        return Long.valueOf(encoded.utf8());
    }

    /** When {@code register} was written last; 0 for never. */
    public long writtenAt(String register) {
        Register found = registers.get(register);
        return found == null ? 0 : found.index();
    }

    /** What {@code register} holds; null if nothing. */
    public @Nullable String value(String register) {
        Register found = registers.get(register);
        return found == null ? null : found.value();
    }
}
