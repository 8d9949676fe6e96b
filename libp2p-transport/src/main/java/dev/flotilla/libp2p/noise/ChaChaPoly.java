package dev.flotilla.libp2p.noise;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The cipher functions ChaChaPoly under one key (Noise spec, sections 4.2 and 12.3; RFC 8439, section 2.8), in place, by
 * the JDK's own cipher. On JDK 17, which has no machine code for it, that is most of what Noise costs. Not thread-safe.
 */
final class ChaChaPoly {
    static final int KEY_BYTES = 32;
    static final int TAG_BYTES = 16;

    private static final int NONCE_BYTES = 12;

    private final SecretKeySpec key;
    private final Cipher cipher;

    ChaChaPoly(byte[] key) throws GeneralSecurityException {
        this.key = new SecretKeySpec(key, "ChaCha20");
        this.cipher = Cipher.getInstance("ChaCha20-Poly1305");
    }

    /** Encrypts {@code length} bytes at {@code offset}; the tag takes the 16 bytes after them. */
    void encrypt(long nonce, byte[] ad, byte[] bytes, int offset, int length) throws GeneralSecurityException {
        run(Cipher.ENCRYPT_MODE, nonce, ad, bytes, offset, length);
    }

    /**
     * Decrypts {@code length} bytes at {@code offset}, of which the last 16 are the tag.
     *
     * @throws GeneralSecurityException if the tag is wrong; the bytes are then worth nothing
     */
    void decrypt(long nonce, byte[] ad, byte[] bytes, int offset, int length) throws GeneralSecurityException {
        run(Cipher.DECRYPT_MODE, nonce, ad, bytes, offset, length);
    }

    private void run(int mode, long nonce, byte[] ad, byte[] bytes, int offset, int length)
            throws GeneralSecurityException {
        byte[] iv = ByteBuffer.allocate(NONCE_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(4, nonce)
                .array();
        cipher.init(mode, key, new IvParameterSpec(iv));
        cipher.updateAAD(ad);
        cipher.doFinal(bytes, offset, length, bytes, offset);
    }
}
