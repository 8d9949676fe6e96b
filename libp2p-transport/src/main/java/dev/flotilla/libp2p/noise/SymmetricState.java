package dev.flotilla.libp2p.noise;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** The chaining key and the hash of all that was said (Noise spec, section 5.2). */
final class SymmetricState {
    private static final byte[] NO_BYTES = {};
    private static final String HMAC = "HmacSHA256";

    // Exactly as long as a hash: taken as it is, not hashed.
    private static final byte[] PROTOCOL_NAME = "Noise_XX_25519_ChaChaPoly_SHA256".getBytes(StandardCharsets.US_ASCII);

    private byte[] chainingKey = PROTOCOL_NAME;
    private byte[] hash = PROTOCOL_NAME;
    private final MessageDigest sha256;
    private final Mac hmac;
    private @Nullable CipherState cipher; // none before the first MixKey

    SymmetricState() throws GeneralSecurityException {
        sha256 = MessageDigest.getInstance("SHA-256");
        hmac = Mac.getInstance(HMAC);
        mixHash(NO_BYTES); // the empty prologue
    }

    byte[] handshakeHash() {
        return hash.clone();
    }

    void mixHash(byte[] data) {
        sha256.update(hash);
        hash = sha256.digest(data);
    }

    void mixKey(byte[] input) throws GeneralSecurityException {
        byte[][] keys = hkdf(input);
        chainingKey = keys[0];
        cipher = new CipherState(keys[1]);
    }

    byte[] encryptAndHash(byte[] plaintext) throws GeneralSecurityException {
        byte[] message = plaintext;
        if (cipher != null) {
            message = Arrays.copyOf(plaintext, plaintext.length + CipherState.TAG_BYTES);
            cipher.encrypt(hash, message, 0, plaintext.length);
        }
        mixHash(message);
        return message;
    }

    byte[] decryptAndHash(byte[] message) throws GeneralSecurityException {
        byte[] plaintext = message;
        if (cipher != null) {
            byte[] clear = message.clone();
            cipher.decrypt(hash, clear, 0, clear.length);
            plaintext = Arrays.copyOf(clear, clear.length - CipherState.TAG_BYTES);
        }
        mixHash(message);
        return plaintext;
    }

    /** The keys of the two directions: first the initiator's, then the responder's. */
    byte[][] split() throws GeneralSecurityException {
        return hkdf(NO_BYTES);
    }

    private byte[][] hkdf(byte[] input) throws GeneralSecurityException {
        byte[] temporary = hmac(chainingKey, input);
        byte[] first = hmac(temporary, new byte[] {1});
        byte[] second = Arrays.copyOf(first, first.length + 1);
        second[first.length] = 2;
        return new byte[][] {first, hmac(temporary, second)};
    }

    private byte[] hmac(byte[] key, byte[] data) throws GeneralSecurityException {
        hmac.init(new SecretKeySpec(key, HMAC));
        return hmac.doFinal(data);
    }
}
