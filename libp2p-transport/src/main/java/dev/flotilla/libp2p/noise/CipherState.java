package dev.flotilla.libp2p.noise;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** One key and its counter (Noise spec, section 5.1): messages of one direction, in order. Not thread-safe. */
final class CipherState {
    static final int TAG_BYTES = 16;
    private static final int NONCE_BYTES = 12;

    private final SecretKeySpec key;
    private final Cipher cipher;
    private long nonce;

    CipherState(byte[] key) throws GeneralSecurityException {
        this.key = new SecretKeySpec(key, "ChaCha20");
        this.cipher = Cipher.getInstance("ChaCha20-Poly1305");
    }

    /** Writes {@code length + 16} bytes to {@code out}. The arrays must not overlap. */
    void encrypt(byte[] ad, byte[] in, int offset, int length, byte[] out, int outOffset)
            throws GeneralSecurityException {
        run(Cipher.ENCRYPT_MODE, ad, in, offset, length, out, outOffset);
    }

    /** Writes {@code length - 16} bytes to {@code out}; throws if the message is not the peer's next. */
    void decrypt(byte[] ad, byte[] in, int offset, int length, byte[] out, int outOffset)
            throws GeneralSecurityException {
        run(Cipher.DECRYPT_MODE, ad, in, offset, length, out, outOffset);
    }

    private void run(int mode, byte[] ad, byte[] in, int offset, int length, byte[] out, int outOffset)
            throws GeneralSecurityException {
        if (nonce < 0) {
            throw new GeneralSecurityException("the key has been used for 2^63 messages");
        }
        byte[] iv = ByteBuffer.allocate(NONCE_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(4, nonce)
                .array();
        nonce++;
        cipher.init(mode, key, new IvParameterSpec(iv));
        cipher.updateAAD(ad);
        cipher.doFinal(in, offset, length, out, outOffset);
    }
}
