package dev.flotilla.libp2p.noise;

import io.netty.buffer.ByteBuf;
import java.security.GeneralSecurityException;

/** One key and its counter (Noise spec, section 5.1): messages of one direction, in order. Not thread-safe. */
final class CipherState {
    static final int TAG_BYTES = ChaChaPoly.TAG_BYTES;

    private final ChaChaPoly cipher;
    private long nonce; // of the next message; 0 <= nonce unless they are used up

    CipherState(byte[] key) throws GeneralSecurityException {
        this.cipher = new ChaChaPoly(key);
    }

    /** Encrypts {@code length} bytes at {@code offset} in place; the tag takes the 16 bytes after them. */
    void encrypt(byte[] ad, byte[] bytes, int offset, int length) throws GeneralSecurityException {
        cipher.encrypt(nextNonce(), ad, bytes, offset, length);
    }

    /** Decrypts {@code length} bytes in place, the tag with them; throws if the message is not the peer's next. */
    void decrypt(byte[] ad, byte[] bytes, int offset, int length) throws GeneralSecurityException {
        checkHasTag(length);
        cipher.decrypt(nextNonce(), ad, bytes, offset, length);
    }

    /** Encrypts {@code length} bytes at the index {@code offset} in place; the tag takes the 16 bytes after them. */
    void encrypt(ByteBuf bytes, int offset, int length) throws GeneralSecurityException {
        cipher.encrypt(nextNonce(), bytes, offset, length);
    }

    /** Decrypts what {@code message} has to read in place, and takes the tag off it; throws if it is not the next one. */
    void decrypt(ByteBuf message) throws GeneralSecurityException {
        int length = message.readableBytes();
        checkHasTag(length);
        cipher.decrypt(nextNonce(), message, message.readerIndex(), length);
        message.writerIndex(message.writerIndex() - TAG_BYTES);
    }

    private static void checkHasTag(int length) throws GeneralSecurityException {
        if (length < TAG_BYTES) {
            throw new GeneralSecurityException(length + " bytes have no room for a tag");
        }
    }

    private long nextNonce() throws GeneralSecurityException {
        if (nonce < 0) {
            throw new GeneralSecurityException("the key has been used for 2^63 messages");
        }
        return nonce++;
    }
}
