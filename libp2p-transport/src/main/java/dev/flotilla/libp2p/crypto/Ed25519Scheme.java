package dev.flotilla.libp2p.crypto;

import dev.flotilla.transport.Bytes;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * Ed25519: public data is the 32 bytes of RFC 8032, private data seed and public key (libp2p spec, peer-ids). By Bouncy
 * Castle, which signs in a twentieth and verifies in a seventh of the JDK's time.
 */
final class Ed25519Scheme implements KeyScheme {
    static final int SEED_BYTES = 32;
    private static final int PUBLIC_BYTES = 32;

    @Override
    public Verifier readPublic(byte[] data) {
        if (data.length != PUBLIC_BYTES) {
            throw new IllegalArgumentException("expected " + PUBLIC_BYTES + " bytes, got " + data.length);
        }
        Ed25519.PublicPoint point = Ed25519.validatePublicKeyPartialExport(data, 0);
        if (point == null) {
            throw new IllegalArgumentException("they are no point of the curve");
        }
        return (message, signature) -> signature.length == Ed25519.SIGNATURE_SIZE
                && Ed25519.verify(signature, 0, point, message, 0, message.length);
    }

    /** Reads {@code seed public} or the older {@code seed public public}; both parts must belong together. */
    @Override
    public KeyPair readPrivate(byte[] data) {
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
    public KeyPair generate() {
        byte[] seed = new byte[SEED_BYTES];
        new SecureRandom().nextBytes(seed);
        return ofSeed(seed);
    }

    static KeyPair ofSeed(byte[] given) {
        byte[] seed = given.clone();
        byte[] publicData = new byte[PUBLIC_BYTES];
        Ed25519.generatePublicKey(seed, 0, publicData, 0);
        byte[] privateData = Arrays.copyOf(seed, SEED_BYTES + PUBLIC_BYTES);
        System.arraycopy(publicData, 0, privateData, SEED_BYTES, PUBLIC_BYTES);
        KeyScheme.Signer signer = message -> {
            byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
            Ed25519.sign(seed, 0, publicData, 0, message, 0, message.length, signature, 0);
            return signature;
        };
        return new KeyPair(Bytes.wrap(privateData), Bytes.wrap(publicData), signer);
    }
}
