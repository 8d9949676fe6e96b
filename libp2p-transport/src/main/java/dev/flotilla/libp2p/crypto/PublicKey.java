package dev.flotilla.libp2p.crypto;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flotilla.libp2p.crypto.pb.PublicKeyPb;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The public key of a peer, checked to be one (libp2p spec, peer-ids). Immutable, compared by type and data. */
public final class PublicKey {
    private static final int IDENTITY_BYTES_MAX = 42;

    private final KeyType type;
    private final Bytes data;
    private final KeyScheme.Verifier verifier;
    private volatile @Nullable PeerId peerId; // once somebody has asked

    private PublicKey(KeyType type, Bytes data, KeyScheme.Verifier verifier) {
        this.type = type;
        this.data = data;
        this.verifier = verifier;
    }

    static PublicKey of(KeyType type, Bytes data) {
        try {
            return new PublicKey(type, data, type.scheme().readPublic(data.toByteArray()));
        } catch (GeneralSecurityException | RuntimeException e) { // Bouncy Castle and the JDK have many
            throw new IllegalArgumentException("not a public key of type " + type + ": " + e.getMessage(), e);
        }
    }

    /**
     * Reads the protobuf form.
     *
     * @throws IllegalArgumentException if it is malformed, of an unknown type, or no usable key of its type
     */
    public static PublicKey fromBytes(byte[] protobuf) {
        PublicKeyPb message;
        try {
            message = PublicKeyPb.parseFrom(protobuf);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not a public key: " + e.getMessage(), e);
        }
        return of(KeyType.of(message.getType()), Bytes.wrap(message.getData().toByteArray()));
    }

    /**
     * The key inside an id that is not a hash; empty for the others.
     *
     * @throws IllegalArgumentException if what is inside is no key
     */
    public static Optional<PublicKey> ofPeerId(PeerId peerId) {
        if (!peerId.carriesKey()) {
            return Optional.empty();
        }
        byte[] multihash = peerId.toBytes();
        return Optional.of(fromBytes(Arrays.copyOfRange(multihash, 2, multihash.length)));
    }

    public KeyType type() {
        return type;
    }

    /** The key without its type, as the type defines it. */
    public Bytes data() {
        return data;
    }

    /** The protobuf form, which peer ids are made of. */
    public byte[] toBytes() {
        return PublicKeyPb.newBuilder()
                .setType(type.wire())
                .setData(ByteString.copyFrom(data.asByteBuffer()))
                .build()
                .toByteArray();
    }

    /** The id of the peer that has this key: the key itself if that is at most 42 bytes, else its SHA-256. */
    public PeerId peerId() {
        PeerId known = peerId;
        if (known == null) {
            known = makePeerId();
            peerId = known;
        }
        return known;
    }

    private PeerId makePeerId() {
        byte[] key = toBytes();
        boolean identity = key.length <= IDENTITY_BYTES_MAX;
        byte[] digest = identity ? key : sha256(key);
        byte[] multihash = new byte[2 + digest.length];
        multihash[0] = (byte) (identity ? 0x00 : 0x12);
        multihash[1] = (byte) digest.length;
        System.arraycopy(digest, 0, multihash, 2, digest.length);
        return PeerId.fromBytes(multihash);
    }

    /** Whether {@code signature} is this key's over {@code message}; false for malformed signatures too. */
    public boolean verify(byte[] message, byte[] signature) {
        try {
            return verifier.verify(message, signature);
        } catch (GeneralSecurityException | RuntimeException e) {
            return false; // the key was checked when it was read: the signature is at fault
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PublicKey that && type == that.type && data.equals(that.data);
    }

    @Override
    public int hashCode() {
        return data.hashCode();
    }

    @Override
    public String toString() {
        return type + " key of " + peerId();
    }
}
