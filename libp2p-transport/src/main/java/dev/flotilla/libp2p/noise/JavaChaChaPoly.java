package dev.flotilla.libp2p.noise;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.AEADBadTagException;

/**
 * ChaCha20-Poly1305 in Java that the compiler of an old JDK makes fast (RFC 8439, section 2.8). Neither half has a branch
 * or an index that depends on secrets.
 */
final class JavaChaChaPoly implements ChaChaPoly {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final ChaCha20 stream;
    private final Poly1305 poly = new Poly1305();
    private final byte[] polyKey = new byte[ChaCha20.BLOCK_BYTES];
    private final byte[] lengths = new byte[16];
    private final byte[] tag = new byte[TAG_BYTES];

    JavaChaChaPoly(byte[] key) {
        this.stream = new ChaCha20(key);
    }

    @Override
    public void encrypt(long nonce, byte[] ad, byte[] bytes, int offset, int length) {
        begin(nonce);
        stream.xor(bytes, offset, length);
        tagOf(ad, bytes, offset, length, tag);
        System.arraycopy(tag, 0, bytes, offset + length, TAG_BYTES);
    }

    @Override
    public void decrypt(long nonce, byte[] ad, byte[] bytes, int offset, int length) throws GeneralSecurityException {
        int clear = length - TAG_BYTES;
        if (clear < 0) {
            throw new AEADBadTagException("a message of " + length + " bytes has no room for its tag");
        }
        begin(nonce);
        tagOf(ad, bytes, offset, clear, tag);
        byte[] received = new byte[TAG_BYTES];
        System.arraycopy(bytes, offset + clear, received, 0, TAG_BYTES);
        if (!MessageDigest.isEqual(tag, received)) {
            throw new AEADBadTagException("the tag does not match");
        }
        stream.xor(bytes, offset, clear);
    }

    /** The first block of the key stream is the key of the tag (RFC 8439, section 2.6). */
    private void begin(long nonce) {
        stream.begin(nonce);
        stream.nextBlock(polyKey);
        poly.begin(polyKey);
    }

    private void tagOf(byte[] ad, byte[] ciphertext, int offset, int length, byte[] out) {
        poly.updatePadded(ad, 0, ad.length);
        poly.updatePadded(ciphertext, offset, length);
        LONG.set(lengths, 0, (long) ad.length);
        LONG.set(lengths, 8, (long) length);
        poly.updatePadded(lengths, 0, lengths.length);
        poly.finish(out);
    }
}
