package dev.flotilla.libp2p.crypto;

import dev.flotilla.transport.Bytes;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** Ed25519: public data is the 32 bytes of RFC 8032, private data seed and public key (libp2p spec, peer-ids). */
final class Ed25519Scheme implements KeyScheme {
    static final int SEED_BYTES = 32;
    private static final String ALGORITHM = "Ed25519";
    private static final int PUBLIC_BYTES = 32;
    private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    @Override
    public Verifier readPublic(byte[] data) throws GeneralSecurityException {
        if (data.length != PUBLIC_BYTES) {
            throw new IllegalArgumentException("expected " + PUBLIC_BYTES + " bytes, got " + data.length);
        }
        byte[] x509 = Arrays.copyOf(X509_PREFIX, X509_PREFIX.length + PUBLIC_BYTES);
        System.arraycopy(data, 0, x509, X509_PREFIX.length, PUBLIC_BYTES);
        return JcaSignatures.verifier(
                ALGORITHM, KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(x509)));
    }

    /** Reads {@code seed public} or the older {@code seed public public}; both parts must belong together. */
    @Override
    public KeyPair readPrivate(byte[] data) throws GeneralSecurityException {
        if (data.length != SEED_BYTES + PUBLIC_BYTES && data.length != SEED_BYTES + 2 * PUBLIC_BYTES) {
            throw new IllegalArgumentException("expected 64 or 96 bytes, got " + data.length);
        }
        KeyPair pair = ofSeed(Arrays.copyOf(data, SEED_BYTES));
        for (int at = SEED_BYTES; at < data.length; at += PUBLIC_BYTES) {
            if (!Arrays.equals(data, at, at + PUBLIC_BYTES, pair.publicData().toByteArray(), 0, PUBLIC_BYTES)) {
                throw new IllegalArgumentException("the public part does not belong to the private one");
            }
        }
        return pair;
    }

    @Override
    public KeyPair generate() throws GeneralSecurityException {
        byte[] seed = new byte[SEED_BYTES];
        new SecureRandom().nextBytes(seed);
        return ofSeed(seed);
    }

    static KeyPair ofSeed(byte[] seed) throws GeneralSecurityException {
        byte[] publicData = new byte[PUBLIC_BYTES];
        Ed25519.generatePublicKey(seed, 0, publicData, 0);
        byte[] privateData = Arrays.copyOf(seed, SEED_BYTES + PUBLIC_BYTES);
        System.arraycopy(publicData, 0, privateData, SEED_BYTES, PUBLIC_BYTES);
        var key = KeyFactory.getInstance(ALGORITHM)
                .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
        return new KeyPair(Bytes.wrap(privateData), Bytes.wrap(publicData), JcaSignatures.signer(ALGORITHM, key));
    }
}
