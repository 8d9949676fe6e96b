package dev.flotilla.libp2p.noise;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The JDK's own ChaCha20-Poly1305. */
final class JdkChaChaPoly implements ChaChaPoly {
    private static final int NONCE_BYTES = 12;

    private final SecretKeySpec key;
    private final Cipher cipher;

    JdkChaChaPoly(byte[] key) throws GeneralSecurityException {
        this.key = new SecretKeySpec(key, "ChaCha20");
        this.cipher = Cipher.getInstance("ChaCha20-Poly1305");
    }

    @Override
    public void encrypt(long nonce, byte[] ad, byte[] bytes, int offset, int length) throws GeneralSecurityException {
        run(Cipher.ENCRYPT_MODE, nonce, ad, bytes, offset, length);
    }

    @Override
    public void decrypt(long nonce, byte[] ad, byte[] bytes, int offset, int length) throws GeneralSecurityException {
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
