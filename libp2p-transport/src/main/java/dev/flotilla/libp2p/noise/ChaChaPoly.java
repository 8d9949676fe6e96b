package dev.flotilla.libp2p.noise;

import java.security.GeneralSecurityException;

/**
 * The cipher functions ChaChaPoly under one key (Noise spec, sections 4.2 and 12.3; RFC 8439, section 2.8), in place.
 * Not thread-safe.
 */
interface ChaChaPoly {
    int KEY_BYTES = 32;
    int TAG_BYTES = 16;

    /** The first JDK whose own cipher has machine code for both halves; it then is three times as fast as ours. */
    int FAST_JDK = 21;

    /** The faster of what there is: measured on JDK 17, the JDK's own reaches a third of ours. */
    static ChaChaPoly of(byte[] key) throws GeneralSecurityException {
        return Runtime.version().feature() >= FAST_JDK ? new JdkChaChaPoly(key) : new JavaChaChaPoly(key);
    }

    /** Encrypts {@code length} bytes at {@code offset}; the tag takes the 16 bytes after them. */
    void encrypt(long nonce, byte[] ad, byte[] bytes, int offset, int length) throws GeneralSecurityException;

    /**
     * Decrypts {@code length} bytes at {@code offset}, of which the last 16 are the tag.
     *
     * @throws GeneralSecurityException if the tag is wrong; the bytes are then worth nothing
     */
    void decrypt(long nonce, byte[] ad, byte[] bytes, int offset, int length) throws GeneralSecurityException;
}
