package dev.flotilla.libp2p.noise;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import org.bouncycastle.math.ec.rfc7748.X25519;

/**
 * A Diffie-Hellman key of Noise (RFC 7748): private scalar and public coordinate, 32 bytes each. By Bouncy Castle, whose
 * keys cost a fifth and whose secrets cost half of what the JDK's do.
 */
final class X25519KeyPair {
    static final int KEY_BYTES = X25519.POINT_SIZE;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] scalar;
    private final byte[] publicKey = new byte[KEY_BYTES];

    private X25519KeyPair(byte[] scalar) {
        this.scalar = scalar;
        X25519.generatePublicKey(scalar, 0, publicKey, 0);
    }

    static X25519KeyPair generate() {
        byte[] scalar = new byte[X25519.SCALAR_SIZE];
        RANDOM.nextBytes(scalar);
        return new X25519KeyPair(scalar);
    }

    static X25519KeyPair ofPrivate(byte[] scalar) {
        return new X25519KeyPair(scalar.clone());
    }

    byte[] publicKey() {
        return publicKey.clone();
    }

    /** The shared secret; throws on points of low order, whose secret would be zero. */
    byte[] agree(byte[] remotePublicKey) throws GeneralSecurityException {
        byte[] secret = new byte[KEY_BYTES];
        if (!X25519.calculateAgreement(scalar, 0, remotePublicKey, 0, secret, 0)) {
            throw new GeneralSecurityException("the peer's key is a point of low order");
        }
        return secret;
    }
}
