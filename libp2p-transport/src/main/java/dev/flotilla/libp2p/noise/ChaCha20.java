package dev.flotilla.libp2p.noise;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The stream cipher ChaCha20 under one key (RFC 8439, sections 2.1 to 2.4). Long inputs take 128 blocks at a time: each of
 * the sixteen words of the state is an array with a lane for each block, and each step of the cipher a plain loop over
 * the lanes, of which the compiler makes vector instructions.
 */
final class ChaCha20 {
    static final int BLOCK_BYTES = 64;

    private static final int WORDS = 16;
    private static final int COUNTER = 12; // the word that counts blocks
    private static final int LANES = 128;
    private static final int BATCH_BYTES = LANES * BLOCK_BYTES;
    private static final int BATCH_WORTH_BYTES = 2048; // from here on a batch is faster than one block after another
    private static final int DOUBLE_ROUNDS = 10;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final int[] state = new int[WORDS];
    private final int[] words = new int[WORDS];
    private final byte[] block = new byte[BLOCK_BYTES];
    private int[][] lanes = {}; // made when first needed
    private byte[] batch = {};

    ChaCha20(byte[] key) {
        state[0] = 0x61707865; // "expand 32-byte k"
        state[1] = 0x3320646e;
        state[2] = 0x79622d32;
        state[3] = 0x6b206574;
        for (int i = 0; i < 8; i++) {
            state[4 + i] = (int) INT.get(key, 4 * i);
        }
    }

    /** Starts at block 0 under the nonce of four zero bytes and {@code nonce}, little-endian (Noise spec, 12.3). */
    void begin(long nonce) {
        state[COUNTER] = 0;
        state[13] = 0;
        state[14] = (int) nonce;
        state[15] = (int) (nonce >>> 32);
    }

    /** Writes the next block of the key stream to {@code out}. */
    void nextBlock(byte[] out) {
        int[] x = words;
        System.arraycopy(state, 0, x, 0, WORDS);
        for (int round = 0; round < DOUBLE_ROUNDS; round++) {
            quarterRound(x, 0, 4, 8, 12);
            quarterRound(x, 1, 5, 9, 13);
            quarterRound(x, 2, 6, 10, 14);
            quarterRound(x, 3, 7, 11, 15);
            quarterRound(x, 0, 5, 10, 15);
            quarterRound(x, 1, 6, 11, 12);
            quarterRound(x, 2, 7, 8, 13);
            quarterRound(x, 3, 4, 9, 14);
        }
        for (int i = 0; i < WORDS; i++) {
            INT.set(out, 4 * i, x[i] + state[i]);
        }
        state[COUNTER]++;
    }

    private static void quarterRound(int[] x, int a, int b, int c, int d) {
        x[a] += x[b];
        x[d] = Integer.rotateLeft(x[d] ^ x[a], 16);
        x[c] += x[d];
        x[b] = Integer.rotateLeft(x[b] ^ x[c], 12);
        x[a] += x[b];
        x[d] = Integer.rotateLeft(x[d] ^ x[a], 8);
        x[c] += x[d];
        x[b] = Integer.rotateLeft(x[b] ^ x[c], 7);
    }

    /** Joins {@code length} bytes with the key stream, which goes on at the next block. */
    void xor(byte[] bytes, int offset, int length) {
        int at = offset;
        int end = offset + length;
        for (; end - at >= BATCH_BYTES; at += BATCH_BYTES) {
            nextBatch();
            xorLanes(bytes, at);
        }
        if (end - at >= BATCH_WORTH_BYTES) {
            nextBatch();
            Arrays.fill(batch, (byte) 0);
            xorLanes(batch, 0);
            xor(bytes, at, batch, end - at);
            return;
        }
        for (; at < end; at += BLOCK_BYTES) {
            nextBlock(block);
            xor(bytes, at, block, Math.min(BLOCK_BYTES, end - at));
        }
    }

    private static void xor(byte[] bytes, int offset, byte[] keyStream, int length) {
        for (int i = 0; i < length; i++) {
            bytes[offset + i] ^= keyStream[i];
        }
    }

    /** Fills the lanes with the next 128 blocks of the key stream. */
    private void nextBatch() {
        if (lanes.length == 0) {
            lanes = new int[WORDS][LANES];
            batch = new byte[BATCH_BYTES];
        }
        int[][] x = lanes;
        for (int i = 0; i < WORDS; i++) {
            Arrays.fill(x[i], state[i]);
        }
        addLaneNumbers(x[COUNTER]);
        for (int round = 0; round < DOUBLE_ROUNDS; round++) {
            quarterRound(x[0], x[4], x[8], x[12]);
            quarterRound(x[1], x[5], x[9], x[13]);
            quarterRound(x[2], x[6], x[10], x[14]);
            quarterRound(x[3], x[7], x[11], x[15]);
            quarterRound(x[0], x[5], x[10], x[15]);
            quarterRound(x[1], x[6], x[11], x[12]);
            quarterRound(x[2], x[7], x[8], x[13]);
            quarterRound(x[3], x[4], x[9], x[14]);
        }
        for (int i = 0; i < WORDS; i++) {
            add(x[i], state[i]);
        }
        addLaneNumbers(x[COUNTER]);
        state[COUNTER] += LANES;
    }

    private static void addLaneNumbers(int[] word) {
        for (int i = 0; i < LANES; i++) {
            word[i] += i;
        }
    }

    private static void add(int[] word, int value) {
        for (int i = 0; i < LANES; i++) {
            word[i] += value;
        }
    }

    private static void quarterRound(int[] a, int[] b, int[] c, int[] d) {
        for (int i = 0; i < LANES; i++) {
            int p = a[i];
            int q = b[i];
            int r = c[i];
            int s = d[i];
            p += q;
            s = Integer.rotateLeft(s ^ p, 16);
            r += s;
            q = Integer.rotateLeft(q ^ r, 12);
            p += q;
            s = Integer.rotateLeft(s ^ p, 8);
            r += s;
            q = Integer.rotateLeft(q ^ r, 7);
            a[i] = p;
            b[i] = q;
            c[i] = r;
            d[i] = s;
        }
    }

    /** Joins the bytes at {@code offset} with all lanes, block after block. */
    private void xorLanes(byte[] bytes, int offset) {
        int[][] x = lanes;
        for (int lane = 0; lane < LANES; lane++) {
            for (int i = 0; i < WORDS; i += 2) {
                int at = offset + BLOCK_BYTES * lane + 4 * i;
                long keyStream = (x[i][lane] & 0xffff_ffffL) | ((long) x[i + 1][lane] << 32);
                LONG.set(bytes, at, (long) LONG.get(bytes, at) ^ keyStream);
            }
        }
    }
}
