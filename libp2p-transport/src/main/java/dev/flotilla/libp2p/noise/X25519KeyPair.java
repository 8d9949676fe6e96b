package dev.flotilla.libp2p.noise;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.SecureRandom;
import javax.crypto.KeyAgreement;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.conscrypt.XdhKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A Diffie-Hellman key of Noise (RFC 7748): private scalar and public coordinate, 32 bytes each. By BoringSSL where its
 * native library is there, else by Bouncy Castle, which takes twice as long, ten times before it is compiled, and half as
 * long as the JDK.
 */
final class X25519KeyPair {
    static final int KEY_BYTES = X25519.POINT_SIZE;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String ALGORITHM = "XDH";

    private final byte[] publicKey;
    private final Agreement agreement;

    private X25519KeyPair(byte[] publicKey, Agreement agreement) {
        this.publicKey = publicKey;
        this.agreement = agreement;
    }

    /** Makes the secret that is shared with another's key; of points of low order it is zero, or it fails. */
    @FunctionalInterface
    private interface Agreement {
        byte[] with(byte[] remotePublicKey) throws GeneralSecurityException;
    }

    static X25519KeyPair generate() throws GeneralSecurityException {
        return generate(BoringSsl.PROVIDER);
    }

    /** @param provider of BoringSSL; null for Bouncy Castle */
    static X25519KeyPair generate(@Nullable Provider provider) throws GeneralSecurityException {
        if (provider == null) {
            byte[] scalar = new byte[X25519.SCALAR_SIZE];
            RANDOM.nextBytes(scalar);
            return ofPrivate(scalar, null);
        }
        KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM, provider).generateKeyPair();
        byte[] publicKey = KeyFactory.getInstance(ALGORITHM, provider)
                .getKeySpec(pair.getPublic(), XdhKeySpec.class)
                .getKey();
        return new X25519KeyPair(publicKey, remote -> agree(provider, pair.getPrivate(), remote));
    }

    /** @param provider of BoringSSL; null for Bouncy Castle */
    static X25519KeyPair ofPrivate(byte[] given, @Nullable Provider provider) throws GeneralSecurityException {
        byte[] scalar = given.clone();
        byte[] publicKey = new byte[KEY_BYTES];
        X25519.generatePublicKey(scalar, 0, publicKey, 0);
        if (provider != null) {
            PrivateKey key = KeyFactory.getInstance(ALGORITHM, provider).generatePrivate(new XdhKeySpec(scalar));
            return new X25519KeyPair(publicKey, remote -> agree(provider, key, remote));
        }
        return new X25519KeyPair(publicKey, remote -> {
            byte[] secret = new byte[KEY_BYTES];
            X25519.scalarMult(scalar, 0, remote, 0, secret, 0);
            return secret;
        });
    }

    private static byte[] agree(Provider provider, PrivateKey own, byte[] remotePublicKey)
            throws GeneralSecurityException {
        KeyFactory keys = KeyFactory.getInstance(ALGORITHM, provider);
        KeyAgreement agreement = KeyAgreement.getInstance(ALGORITHM, provider);
        agreement.init(own);
        try {
            agreement.doPhase(keys.generatePublic(new XdhKeySpec(remotePublicKey)), true);
        } catch (InvalidKeyException e) {
            return new byte
                    [KEY_BYTES]; // all that it refuses of 32 bytes are points of low order (RFC 7748, section 6.1)
        }
        return agreement.generateSecret();
    }

    byte[] publicKey() {
        return publicKey.clone();
    }

    /** The shared secret; throws on points of low order, whose secret would be zero. */
    byte[] agree(byte[] remotePublicKey) throws GeneralSecurityException {
        byte[] secret = agreement.with(remotePublicKey);
        if (MessageDigest.isEqual(secret, new byte[KEY_BYTES])) {
            throw new GeneralSecurityException("the peer's key is a point of low order");
        }
        return secret;
    }
}
