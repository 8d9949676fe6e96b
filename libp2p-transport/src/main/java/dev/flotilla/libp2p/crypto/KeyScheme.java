package dev.flotilla.libp2p.crypto;

import dev.flotilla.transport.Bytes;
import java.security.GeneralSecurityException;

/**
 * What one key type does with the {@code data} of its keys. Reading a key throws {@link GeneralSecurityException} or
 * {@link IllegalArgumentException} with the reason if the data is no such key.
 */
interface KeyScheme {
    /** Checks signatures of one key. Thread-safe. */
    interface Verifier {
        /** Throws, or returns false, if the signature is malformed or another's. */
        boolean verify(byte[] message, byte[] signature) throws GeneralSecurityException;
    }

    /** Signs with one key. Thread-safe. */
    interface Signer {
        byte[] sign(byte[] message) throws GeneralSecurityException;
    }

    /**
     * A private key that was read.
     *
     * @param privateData in the form that we write
     */
    record KeyPair(Bytes privateData, Bytes publicData, Signer signer) {}

    Verifier readPublic(byte[] data) throws GeneralSecurityException;

    KeyPair readPrivate(byte[] data) throws GeneralSecurityException;

    /** A new key from the system's randomness. */
    KeyPair generate() throws GeneralSecurityException;
}
