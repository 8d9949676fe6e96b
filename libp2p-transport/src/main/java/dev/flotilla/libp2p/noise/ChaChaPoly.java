package dev.flotilla.libp2p.noise;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.Provider;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The cipher functions ChaChaPoly under one key (Noise spec, sections 4.2 and 12.3; RFC 8439, section 2.8), in place. By
 * the JDK where that has machine code for it, from 20 on; before, where ciphers are most of what Noise costs, by BoringSSL
 * if its native library is there: that is seven times as fast. Not thread-safe.
 */
final class ChaChaPoly {
    static final int KEY_BYTES = 32;
    static final int TAG_BYTES = 16;

    /** Of BoringSSL; null if the JDK's are to be used. */
    static final @Nullable Provider NATIVE = Runtime.version().feature() < 20 ? BoringSsl.PROVIDER : null;

    private static final int NONCE_BYTES = 12;
    private static final byte[] NO_AD = {};

    private final SecretKeySpec key;
    private final Cipher cipher;

    ChaChaPoly(byte[] key) throws GeneralSecurityException {
        this(key, NATIVE);
    }

    /** @param provider of the cipher; null for the JDK's */
    ChaChaPoly(byte[] key, @Nullable Provider provider) throws GeneralSecurityException {
        this.key = new SecretKeySpec(key, "ChaCha20");
        String name = "ChaCha20-Poly1305";
        this.cipher = provider == null ? Cipher.getInstance(name) : Cipher.getInstance(name, provider);
    }

    /** A buffer of the kind that costs the cipher no copies: native code wants it outside the heap, Java's within. */
    static ByteBuf buffer(ByteBufAllocator allocator, int initialCapacity, int maxCapacity) {
        return NATIVE == null
                ? allocator.heapBuffer(initialCapacity, maxCapacity)
                : allocator.directBuffer(initialCapacity, maxCapacity);
    }

    /** Encrypts {@code length} bytes at {@code offset}; the tag takes the 16 bytes after them. */
    void encrypt(long nonce, byte[] ad, byte[] bytes, int offset, int length) throws GeneralSecurityException {
        begin(Cipher.ENCRYPT_MODE, nonce, ad);
        cipher.doFinal(bytes, offset, length, bytes, offset);
    }

    /** As the other, without associated data: {@code length} bytes at the index {@code offset}. */
    void encrypt(long nonce, ByteBuf bytes, int offset, int length) throws GeneralSecurityException {
        begin(Cipher.ENCRYPT_MODE, nonce, NO_AD);
        run(bytes, offset, length, length + TAG_BYTES);
    }

    /**
     * Decrypts {@code length} bytes at {@code offset}, of which the last 16 are the tag.
     *
     * @throws GeneralSecurityException if the tag is wrong; the bytes are then worth nothing
     */
    void decrypt(long nonce, byte[] ad, byte[] bytes, int offset, int length) throws GeneralSecurityException {
        begin(Cipher.DECRYPT_MODE, nonce, ad);
        cipher.doFinal(bytes, offset, length, bytes, offset);
    }

    /** As the other, without associated data: {@code length} bytes at the index {@code offset}. */
    void decrypt(long nonce, ByteBuf bytes, int offset, int length) throws GeneralSecurityException {
        begin(Cipher.DECRYPT_MODE, nonce, NO_AD);
        run(bytes, offset, length, length - TAG_BYTES);
    }

    private void begin(int mode, long nonce, byte[] ad) throws GeneralSecurityException {
        byte[] iv = ByteBuffer.allocate(NONCE_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(4, nonce)
                .array();
        cipher.init(mode, key, new IvParameterSpec(iv));
        if (ad.length > 0) {
            cipher.updateAAD(ad);
        }
    }

    private void run(ByteBuf bytes, int offset, int length, int resultLength) throws GeneralSecurityException {
        if (bytes.hasArray()) {
            int start = bytes.arrayOffset() + offset;
            cipher.doFinal(bytes.array(), start, length, bytes.array(), start);
        } else {
            cipher.doFinal(bytes.nioBuffer(offset, length), bytes.nioBuffer(offset, resultLength));
        }
    }
}
