package dev.flotilla.transport;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The name of a peer: the multihash of its public key (libp2p spec, peer-ids). Printed as base58btc; read in that form
 * or as a CIDv1 with codec {@code libp2p-key} in base32. Ordered by its bytes.
 */
public final class PeerId implements Comparable<PeerId> {
    private static final int IDENTITY = 0x00;
    private static final int SHA2_256 = 0x12;
    private static final int SHA2_256_BYTES = 32;
    private static final int IDENTITY_BYTES_MAX = 42;
    private static final byte[] CID_PREFIX = {0x01, 0x72};
    private static final int TEXT_LENGTH_MAX = 128;
    private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

    private final byte[] multihash;
    private @Nullable String text; // made when it is first wanted: entries name peers, and few are printed

    private PeerId(byte[] multihash) {
        this.multihash = multihash;
    }

    /**
     * A peer id from its multihash: {@code 00 len key} with a key of at most 42 bytes, or {@code 12 20} and 32 bytes.
     *
     * @throws IllegalArgumentException if the bytes have neither of these forms
     */
    public static PeerId fromBytes(byte[] multihash) {
        boolean identity = multihash.length > 2
                && multihash[0] == IDENTITY
                && multihash[1] == multihash.length - 2
                && multihash.length - 2 <= IDENTITY_BYTES_MAX;
        boolean sha256 =
                multihash.length == SHA2_256_BYTES + 2 && multihash[0] == SHA2_256 && multihash[1] == SHA2_256_BYTES;
        if (!identity && !sha256) {
            throw new IllegalArgumentException("not the multihash of a peer id: " + Bytes.copyOf(multihash));
        }
        return new PeerId(multihash.clone());
    }

    /**
     * Reads {@code 12D3Koo...}, {@code Qm...} or a CIDv1 such as {@code bafz...}.
     *
     * @throws IllegalArgumentException if {@code text} is none of these; the message names it
     */
    public static PeerId parse(String text) {
        if (text.isEmpty() || text.length() > TEXT_LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "not a peer id: expected 1 to " + TEXT_LENGTH_MAX + " characters, got " + text.length());
        }
        try {
            boolean base58 = text.startsWith("1") || text.startsWith("Qm");
            return fromBytes(base58 ? Base58.decode(text) : multihashOfCid(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not a peer id: '" + text + "': " + e.getMessage(), e);
        }
    }

    private static byte[] multihashOfCid(String text) {
        byte[] cid;
        if (text.startsWith("b")) {
            cid = decodeBase32(text.substring(1));
        } else if (text.startsWith("z")) {
            cid = Base58.decode(text.substring(1));
        } else {
            throw new IllegalArgumentException("it starts neither with 1, Qm (base58) nor with b, z (CIDv1)");
        }
        if (cid.length < 2 || cid[0] != CID_PREFIX[0] || cid[1] != CID_PREFIX[1]) {
            throw new IllegalArgumentException("it is not a CIDv1 of a libp2p key (codec 0x72)");
        }
        return Arrays.copyOfRange(cid, 2, cid.length);
    }

    private static byte[] decodeBase32(String digits) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int buffer = 0;
        int bits = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = BASE32.indexOf(digits.charAt(i));
            if (digit < 0) {
                throw new IllegalArgumentException("character '" + digits.charAt(i) + "' is not base32");
            }
            buffer = (buffer << 5 | digit) & 0xfff;
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                out.write(buffer >> bits);
            }
        }
        if (bits >= 5 || (buffer & (1 << bits) - 1) != 0) {
            throw new IllegalArgumentException("its base32 does not end where a byte ends");
        }
        return out.toByteArray();
    }

    /** The multihash, 3 to 44 bytes. */
    public byte[] toBytes() {
        return multihash.clone();
    }

    /** Whether the id carries its public key (identity multihash, as Ed25519 and secp256k1 ids do). */
    public boolean carriesKey() {
        return multihash[0] == IDENTITY;
    }

    /** The last characters, enough for a log line. */
    public String shortText() {
        String whole = toString();
        return ".." + whole.substring(Math.max(0, whole.length() - 6));
    }

    @Override
    public int compareTo(PeerId other) {
        return Arrays.compareUnsigned(multihash, other.multihash);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PeerId that && Arrays.equals(multihash, that.multihash);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(multihash);
    }

    @Override
    public String toString() {
        String made = text; // threads that race make the same
        if (made == null) {
            made = Base58.encode(multihash);
            text = made;
        }
        return made;
    }
}
