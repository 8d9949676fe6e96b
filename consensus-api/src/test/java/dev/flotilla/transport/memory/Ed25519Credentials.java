package dev.flotilla.transport.memory;

import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/** A fresh Ed25519 identity with the JDK's own signatures; its peer id carries the key, as libp2p's do. */
public final class Ed25519Credentials implements PeerCredentials {
    private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");
    private static final byte[] PEER_ID_PREFIX = HexFormat.of().parseHex("002408011220");
    private static final int KEY_BYTES = 32;

    private final KeyPair keys;
    private final PeerId peerId;

    private Ed25519Credentials(KeyPair keys) {
        this.keys = keys;
        byte[] encoded = keys.getPublic().getEncoded();
        byte[] id = Arrays.copyOf(PEER_ID_PREFIX, PEER_ID_PREFIX.length + KEY_BYTES);
        System.arraycopy(encoded, X509_PREFIX.length, id, PEER_ID_PREFIX.length, KEY_BYTES);
        this.peerId = PeerId.fromBytes(id);
    }

    public static Ed25519Credentials generate() {
        try {
            return new Ed25519Credentials(
                    KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK since 15 has Ed25519", e);
        }
    }

    @Override
    public PeerId peerId() {
        return peerId;
    }

    @Override
    public Bytes sign(Bytes payload) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(keys.getPrivate());
            signature.update(payload.toByteArray());
            return Bytes.wrap(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new AssertionError("a fresh key signs", e);
        }
    }

    @Override
    public boolean verify(PeerId signer, Bytes payload, Bytes signature) {
        byte[] id = signer.toBytes();
        if (id.length != PEER_ID_PREFIX.length + KEY_BYTES) {
            return false;
        }
        byte[] encoded = Arrays.copyOf(X509_PREFIX, X509_PREFIX.length + KEY_BYTES);
        System.arraycopy(id, PEER_ID_PREFIX.length, encoded, X509_PREFIX.length, KEY_BYTES);
        try {
            PublicKey key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(payload.toByteArray());
            return verifier.verify(signature.toByteArray());
        } catch (GeneralSecurityException e) {
            return false; // no key, or no signature
        }
    }
}
