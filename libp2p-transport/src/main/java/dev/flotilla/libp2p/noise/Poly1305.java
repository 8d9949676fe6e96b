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

    private final byte[] last = new byte[BLOCK_BYTES];
    private long r0;
    private long r1;
    private long r2;
    private long r3;
    private long r4;
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
        h0 = 0;
        h1 = 0;
        h2 = 0;
        h3 = 0;
        h4 = 0;
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

    /** h = (h + block) * r for each block. What exceeds 2^130 comes back in below, times five. */
    private void update(byte[] bytes, int offset, int length) {
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
        int end = offset + length;
        for (int at = offset; at < end; at += BLOCK_BYTES) {
            long low = (long) LONG.get(bytes, at);
            long high = (long) LONG.get(bytes, at + 8);
            a += low & MASK;
            b += (low >>> 26) & MASK;
            c += ((low >>> 52) | (high << 12)) & MASK;
            d += (high >>> 14) & MASK;
            e += (high >>> 40) | ABOVE_BLOCK;
            long p0 = a * m0 + b * f4 + c * f3 + d * f2 + e * f1;
            long p1 = a * m1 + b * m0 + c * f4 + d * f3 + e * f2;
            long p2 = a * m2 + b * m1 + c * m0 + d * f4 + e * f3;
            long p3 = a * m3 + b * m2 + c * m1 + d * m0 + e * f4;
            long p4 = a * m4 + b * m3 + c * m2 + d * m1 + e * m0;
            p1 += p0 >>> 26;
            p2 += p1 >>> 26;
            p3 += p2 >>> 26;
            p4 += p3 >>> 26;
            a = (p0 & MASK) + (p4 >>> 26) * 5;
            b = (p1 & MASK) + (a >>> 26);
            a &= MASK;
            c = p2 & MASK;
            d = p3 & MASK;
            e = p4 & MASK;
        }
        h0 = a;
        h1 = b;
        h2 = c;
        h3 = d;
        h4 = e;
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
    }
}
