package dev.flotilla.libp2p.noise;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The one-time authenticator Poly1305 (RFC 8439, section 2.5): a polynomial in r over the integers modulo 2^130 - 5, in
 * five limbs of 26 bits, so that their products and sums fit into a long.
 */
final class Poly1305 {
    private static final int BLOCK_BYTES = 16;
    private static final long MASK = (1L << 26) - 1;
    private static final long ABOVE_BLOCK = 1L << 24; // 2^128 in the highest limb: each block ends with a one
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int PAIR_BYTES = 2 * BLOCK_BYTES;

    private final byte[] last = new byte[BLOCK_BYTES];
    private long r0;
    private long r1;
    private long r2;
    private long r3;
    private long r4;
    private long q0; // r * r
    private long q1;
    private long q2;
    private long q3;
    private long q4;
    private long h0; // the sum so far; each limb a little above 26 bits at most
    private long h1;
    private long h2;
    private long h3;
    private long h4;
    private long sLow;
    private long sHigh;

    /** @param key 32 bytes: r, of which some bits do not count, then s */
    void begin(byte[] key) {
        long low = (long) LONG.get(key, 0) & 0x0fff_fffc_0fff_ffffL;
        long high = (long) LONG.get(key, 8) & 0x0fff_fffc_0fff_fffcL;
        r0 = low & MASK;
        r1 = (low >>> 26) & MASK;
        r2 = ((low >>> 52) | (high << 12)) & MASK;
        r3 = (high >>> 14) & MASK;
        r4 = high >>> 40;
        sLow = (long) LONG.get(key, 16);
        sHigh = (long) LONG.get(key, 24);
        setSum(r0, r1, r2, r3, r4);
        multiply();
        q0 = h0;
        q1 = h1;
        q2 = h2;
        q3 = h3;
        q4 = h4;
        setSum(0, 0, 0, 0, 0);
    }

    private void setSum(long a, long b, long c, long d, long e) {
        h0 = a;
        h1 = b;
        h2 = c;
        h3 = d;
        h4 = e;
    }

    /** Takes bytes, and zeros up to a multiple of 16 (RFC 8439, section 2.8). */
    void updatePadded(byte[] bytes, int offset, int length) {
        int whole = length & -BLOCK_BYTES;
        update(bytes, offset, whole);
        if (whole < length) {
            LONG.set(last, 0, 0L);
            LONG.set(last, 8, 0L);
            System.arraycopy(bytes, offset + whole, last, 0, length - whole);
            update(last, 0, BLOCK_BYTES);
        }
    }

    private void update(byte[] bytes, int offset, int length) {
        int pairs = length & -PAIR_BYTES;
        updatePairs(bytes, offset, pairs);
        if (pairs < length) {
            addBlock(bytes, offset + pairs);
            multiply();
        }
    }

    private void addBlock(byte[] bytes, int offset) {
        long low = (long) LONG.get(bytes, offset);
        long high = (long) LONG.get(bytes, offset + 8);
        h0 += low & MASK;
        h1 += (low >>> 26) & MASK;
        h2 += ((low >>> 52) | (high << 12)) & MASK;
        h3 += (high >>> 14) & MASK;
        h4 += (high >>> 40) | ABOVE_BLOCK;
    }

    /** h = h * r. What exceeds 2^130 comes back in below, times five. */
    private void multiply() {
        long f1 = r1 * 5;
        long f2 = r2 * 5;
        long f3 = r3 * 5;
        long f4 = r4 * 5;
        setSum(
                h0 * r0 + h1 * f4 + h2 * f3 + h3 * f2 + h4 * f1,
                h0 * r1 + h1 * r0 + h2 * f4 + h3 * f3 + h4 * f2,
                h0 * r2 + h1 * r1 + h2 * r0 + h3 * f4 + h4 * f3,
                h0 * r3 + h1 * r2 + h2 * r1 + h3 * r0 + h4 * f4,
                h0 * r4 + h1 * r3 + h2 * r2 + h3 * r1 + h4 * r0);
        carry();
    }

    /** h = (h + block) * r * r + next block * r: one carry for two blocks, and products that wait for each other less. */
    private void updatePairs(byte[] bytes, int offset, int length) {
        long a = h0;
        long b = h1;
        long c = h2;
        long d = h3;
        long e = h4;
        long m0 = r0;
        long m1 = r1;
        long m2 = r2;
        long m3 = r3;
        long m4 = r4;
        long f1 = m1 * 5;
        long f2 = m2 * 5;
        long f3 = m3 * 5;
        long f4 = m4 * 5;
        long n0 = q0;
        long n1 = q1;
        long n2 = q2;
        long n3 = q3;
        long n4 = q4;
        long g1 = n1 * 5;
        long g2 = n2 * 5;
        long g3 = n3 * 5;
        long g4 = n4 * 5;
        int end = offset + length;
        for (int at = offset; at < end; at += PAIR_BYTES) {
            long low = (long) LONG.get(bytes, at);
            long high = (long) LONG.get(bytes, at + 8);
            a += low & MASK;
            b += (low >>> 26) & MASK;
            c += ((low >>> 52) | (high << 12)) & MASK;
            d += (high >>> 14) & MASK;
            e += (high >>> 40) | ABOVE_BLOCK;
            low = (long) LONG.get(bytes, at + 16);
            high = (long) LONG.get(bytes, at + 24);
            long v = low & MASK;
            long w = (low >>> 26) & MASK;
            long x = ((low >>> 52) | (high << 12)) & MASK;
            long y = (high >>> 14) & MASK;
            long z = (high >>> 40) | ABOVE_BLOCK;
            long p0 = a * n0 + b * g4 + c * g3 + d * g2 + e * g1 + (v * m0 + w * f4 + x * f3 + y * f2 + z * f1);
            long p1 = a * n1 + b * n0 + c * g4 + d * g3 + e * g2 + (v * m1 + w * m0 + x * f4 + y * f3 + z * f2);
            long p2 = a * n2 + b * n1 + c * n0 + d * g4 + e * g3 + (v * m2 + w * m1 + x * m0 + y * f4 + z * f3);
            long p3 = a * n3 + b * n2 + c * n1 + d * n0 + e * g4 + (v * m3 + w * m2 + x * m1 + y * m0 + z * f4);
            long p4 = a * n4 + b * n3 + c * n2 + d * n1 + e * n0 + (v * m4 + w * m3 + x * m2 + y * m1 + z * m0);
            p1 += p0 >>> 26;
            p4 += p3 >>> 26;
            p2 += p1 >>> 26;
            a = (p0 & MASK) + (p4 >>> 26) * 5;
            d = (p3 & MASK) + (p2 >>> 26);
            b = (p1 & MASK) + (a >>> 26);
            a &= MASK;
            c = p2 & MASK;
            e = (p4 & MASK) + (d >>> 26);
            d &= MASK;
        }
        setSum(a, b, c, d, e);
    }

    /** Writes h mod 2^130 - 5, plus s, modulo 2^128. */
    void finish(byte[] tag) {
        carry();
        carry();
        // If h + 5 reaches 2^130, h is at least the modulus: the higher of the two differ in the sign of g4 alone.
        long g0 = h0 + 5;
        long g1 = h1 + (g0 >>> 26);
        long g2 = h2 + (g1 >>> 26);
        long g3 = h3 + (g2 >>> 26);
        long g4 = h4 + (g3 >>> 26) - (1L << 26);
        long keep = g4 >> 63; // all ones if h is below the modulus
        long a = (h0 & keep) | (g0 & MASK & ~keep);
        long b = (h1 & keep) | (g1 & MASK & ~keep);
        long c = (h2 & keep) | (g2 & MASK & ~keep);
        long d = (h3 & keep) | (g3 & MASK & ~keep);
        long e = (h4 & keep) | (g4 & MASK & ~keep);
        long low = a | (b << 26) | (c << 52);
        long high = (c >>> 12) | (d << 14) | (e << 40);
        long sum = low + sLow;
        long carry = ((low & sLow) | ((low | sLow) & ~sum)) >>> 63;
        LONG.set(tag, 0, sum);
        LONG.set(tag, 8, high + sHigh + carry);
    }

    /** Brings each limb back to 26 bits, but for a little that may remain in the second. */
    private void carry() {
        h1 += h0 >>> 26;
        h0 &= MASK;
        h2 += h1 >>> 26;
        h1 &= MASK;
        h3 += h2 >>> 26;
        h2 &= MASK;
        h4 += h3 >>> 26;
        h3 &= MASK;
        h0 += (h4 >>> 26) * 5;
        h4 &= MASK;
        h1 += h0 >>> 26;
        h0 &= MASK;
    }
}
