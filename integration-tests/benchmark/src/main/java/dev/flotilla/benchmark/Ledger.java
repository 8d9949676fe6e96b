package dev.flotilla.benchmark;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The state that every contender's peers agree on: how many commands were applied, and a checksum of all of them in their
 * order. Changed by one thread at a time, read by any.
 */
final class Ledger {
    private static final long FACTOR = 0x9E3779B97F4A7C15L; // odd, so that no command is forgotten

    private final CRC32C crc = new CRC32C();
    private volatile State state = new State(0, 0);

    /** How many commands, and their checksum. */
    record State(long count, long checksum) {
        /** The bytes of {@link #writeTo}. */
        static final int BYTES = 2 * Long.BYTES;

        void writeTo(DataOutput out) throws IOException {
            out.writeLong(count);
            out.writeLong(checksum);
        }
    }

    State state() {
        return state;
    }

    void apply(ByteBuffer command) {
        crc.reset();
        crc.update(command);
        applied();
    }

    void apply(byte[] command, int offset, int length) {
        crc.reset();
        crc.update(command, offset, length);
        applied();
    }

    private void applied() {
        State before = state;
        state = new State(before.count() + 1, before.checksum() * FACTOR + crc.getValue());
    }

    /** Replaces the state by one that {@link State#writeTo} wrote. */
    void readFrom(DataInput in) throws IOException {
        state = new State(in.readLong(), in.readLong());
    }
}
