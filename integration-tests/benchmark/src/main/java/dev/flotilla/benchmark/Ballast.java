package dev.flotilla.benchmark;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Makes a state machine's snapshots heavy: so many bytes after its state, which no compression makes fewer, and which are
 * compared when they are read. The state machine does not keep them in memory.
 */
record Ballast(long bytes) {
    private static final int BLOCK_BYTES = 64 << 10;

    /** As {@code -Dbenchmark.ballast} says, in MiB; none without it. */
    static Ballast ofProcess() {
        return new Ballast(Long.getLong("benchmark.ballast", 0) << 20);
    }

    /** Writes {@code state} and all the bytes. */
    void write(Ledger.State state, OutputStream out) throws IOException {
        state.writeTo(new DataOutputStream(out));
        SplittableRandom random = new SplittableRandom(bytes);
        byte[] block = new byte[BLOCK_BYTES];
        for (long left = bytes; left > 0; left -= BLOCK_BYTES) {
            random.nextBytes(block);
            out.write(block, 0, (int) Math.min(left, BLOCK_BYTES));
        }
    }

    /**
     * Reads the state into {@code ledger}, and all the bytes.
     *
     * @throws IOException if they are others, or fewer
     */
    void read(Ledger ledger, InputStream in) throws IOException {
        ledger.readFrom(new DataInputStream(in));
        SplittableRandom random = new SplittableRandom(bytes);
        byte[] block = new byte[BLOCK_BYTES];
        for (long left = bytes; left > 0; left -= BLOCK_BYTES) {
            random.nextBytes(block);
            int length = (int) Math.min(left, BLOCK_BYTES);
            byte[] read = in.readNBytes(length);
            if (read.length < length || !Arrays.equals(read, 0, length, block, 0, length)) {
                throw new IOException("the snapshot's bytes from " + (bytes - left) + " of " + bytes
                        + " on are not those that were written");
            }
        }
    }
}
