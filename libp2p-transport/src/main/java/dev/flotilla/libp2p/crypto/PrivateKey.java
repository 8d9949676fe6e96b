package dev.flotilla.libp2p.crypto;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flotilla.libp2p.crypto.pb.PrivateKeyPb;
import dev.flotilla.transport.PeerId;
import java.security.GeneralSecurityException;

/** The secret that makes a peer itself (libp2p spec, peer-ids). Never printed, never sent. Immutable, thread-safe. */
public final class PrivateKey {
    /** A key that was damaged on disk may be well-formed and yet sign nothing that anybody accepts. */
    private static final byte[] PROBE = {};

    private final KeyType type;
    private final KeyScheme.KeyPair pair;
    private final PublicKey publicKey;

    private PrivateKey(KeyType type, KeyScheme.KeyPair pair) {
        this.type = type;
        this.pair = pair;
        this.publicKey = PublicKey.of(type, pair.publicData());
    }

    /** A new Ed25519 key from the system's randomness. */
    public static PrivateKey generate() {
        return generate(KeyType.ED25519);
    }

    /**
     * A new key from the system's randomness: RSA of 2048 bits, ECDSA on P-256. Every peer takes Ed25519, not every one
     * the others.
     */
    public static PrivateKey generate(KeyType type) {
        try {
            return new PrivateKey(type, type.scheme().generate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK from 15 on makes keys of type " + type, e);
        }
    }

    /** The Ed25519 key that these 32 bytes are the seed of. */
    public static PrivateKey ofEd25519Seed(byte[] seed) {
        if (seed.length != Ed25519Scheme.SEED_BYTES) {
            throw new IllegalArgumentException(
                    "an Ed25519 seed has " + Ed25519Scheme.SEED_BYTES + " bytes, not " + seed.length);
        }
        return new PrivateKey(KeyType.ED25519, Ed25519Scheme.ofSeed(seed));
    }

    /**
     * Reads the protobuf form.
     *
     * @throws IllegalArgumentException if it is malformed, of an unknown type, or no usable key of its type; the message
     *     carries nothing of the key
     */
    public static PrivateKey fromBytes(byte[] protobuf) {
        PrivateKeyPb message;
        try {
            message = PrivateKeyPb.parseFrom(protobuf);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not a private key: malformed protobuf", e);
        }
        KeyType type = KeyType.of(message.getType());
        try {
            PrivateKey key = new PrivateKey(
                    type, type.scheme().readPrivate(message.getData().toByteArray()));
            if (!key.publicKey.verify(PROBE, key.pair.signer().sign(PROBE))) {
                throw new GeneralSecurityException("what it signs does not fit its public key");
            }
            return key;
        } catch (GeneralSecurityException | RuntimeException e) { // Bouncy Castle and the JDK have many
            throw new IllegalArgumentException("not a private key of type " + type + ": " + e.getMessage(), e);
        }
    }

    /** The protobuf form. Secret. */
    public byte[] toBytes() {
        return PrivateKeyPb.newBuilder()
                .setType(type.wire())
                .setData(ByteString.copyFrom(pair.privateData().asByteBuffer()))
                .build()
                .toByteArray();
    }

    public PublicKey publicKey() {
        return publicKey;
    }

    /** The id of the peer that has this key. */
    public PeerId peerId() {
        return publicKey.peerId();
    }

    /** A signature that {@link PublicKey#verify} accepts. */
    public byte[] sign(byte[] message) {
        try {
            return pair.signer().sign(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the key signed when it was read and does not now", e);
        }
    }

    @Override
    public String toString() {
        return "private key of " + peerId();
    }
}
