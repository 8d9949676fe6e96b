package dev.flotilla.raft.storage.segment;

import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.transport.Bytes;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A place in the small tables. In a record: both names with their lengths, then the value. */
record TableKey(String table, String key) {
    Bytes encode(@Nullable Bytes value) {
        Bytes tableBytes = Bytes.utf8(table);
        Bytes keyBytes = Bytes.utf8(key);
        int valueBytes = value == null ? 0 : value.size();
        ByteBuffer out = ByteBuffer.allocate(2 * Integer.BYTES + tableBytes.size() + keyBytes.size() + valueBytes);
        out.putInt(tableBytes.size()).put(tableBytes.asByteBuffer());
        out.putInt(keyBytes.size()).put(keyBytes.asByteBuffer());
        if (value != null) {
            out.put(value.asByteBuffer());
        }
        return Bytes.wrap(out.array());
    }

    /** A key and what stands behind it. */
    record Found(TableKey key, Bytes value) {}

    static Found decode(Bytes payload) throws MalformedMessageException {
        ByteBuffer in = payload.asByteBuffer();
        try {
            TableKey key = new TableKey(text(in), text(in));
            return new Found(key, Bytes.copyOf(in));
        } catch (BufferUnderflowException e) {
            throw new MalformedMessageException("a table's record ends early, after " + payload.size() + " bytes", e);
        }
    }

    private static String text(ByteBuffer in) throws MalformedMessageException {
        int size = in.getInt();
        if (size < 0 || size > in.remaining()) {
            throw new MalformedMessageException("a name in a table's record cannot have " + size + " bytes");
        }
        byte[] bytes = new byte[size];
        in.get(bytes);
        return Bytes.wrap(bytes).utf8();
    }
}
