package dev.flotilla.libp2p.noise;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import javax.crypto.KeyAgreement;

/** A Diffie-Hellman key of Noise (RFC 7748): private scalar and public coordinate, 32 bytes each. */
final class X25519KeyPair {
    static final int KEY_BYTES = 32;
    private static final String ALGORITHM = "X25519";
    private static final byte[] BASE_POINT = basePoint();

    private final PrivateKey privateKey;
    private final byte[] publicKey;

    private X25519KeyPair(PrivateKey privateKey) throws GeneralSecurityException {
        this.privateKey = privateKey;
        this.publicKey = agree(privateKey, BASE_POINT);
    }

    private static byte[] basePoint() {
        byte[] point = new byte[KEY_BYTES];
        point[0] = 9;
        return point;
    }

    static X25519KeyPair generate() throws GeneralSecurityException {
        byte[] scalar = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(scalar);
        return ofPrivate(scalar);
    }

    static X25519KeyPair ofPrivate(byte[] scalar) throws GeneralSecurityException {
        XECPrivateKeySpec spec = new XECPrivateKeySpec(NamedParameterSpec.X25519, scalar);
        return new X25519KeyPair(KeyFactory.getInstance(ALGORITHM).generatePrivate(spec));
    }

    byte[] publicKey() {
        return publicKey.clone();
    }

    /** The shared secret; throws on points of low order, whose secret would be zero. */
    byte[] agree(byte[] remotePublicKey) throws GeneralSecurityException {
        return agree(privateKey, remotePublicKey);
    }

    private static byte[] agree(PrivateKey privateKey, byte[] remotePublicKey) throws GeneralSecurityException {
        byte[] bigEndian = new byte[KEY_BYTES];
        for (int i = 0; i < KEY_BYTES; i++) {
            bigEndian[i] = remotePublicKey[KEY_BYTES - 1 - i];
        }
        bigEndian[0] &= 0x7f; // RFC 7748, section 5
        PublicKey remote = KeyFactory.getInstance(ALGORITHM)
                .generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, new BigInteger(1, bigEndian)));
        KeyAgreement agreement = KeyAgreement.getInstance(ALGORITHM);
        agreement.init(privateKey);
        agreement.doPhase(remote, true);
        return agreement.generateSecret();
    }
}
