package dev.flotilla.libp2p.record;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.crypto.PublicKey;
import dev.flotilla.libp2p.crypto.pb.PublicKeyPb;
import dev.flotilla.libp2p.multiformats.Varint;
import dev.flotilla.libp2p.record.pb.EnvelopePb;
import dev.flotilla.transport.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A payload with its signer's key and signature (libp2p RFC 0002). Whoever has one has checked the signature.
 *
 * @param payloadType what the payload is, a multicodec
 */
public record SignedEnvelope(PublicKey publicKey, Bytes payloadType, Bytes payload, Bytes signature) {
    private static final int BYTES_MAX = 64 * 1024;

    /** Signs {@code payload} for use in {@code domain}. */
    public static SignedEnvelope seal(PrivateKey key, String domain, Bytes payloadType, Bytes payload) {
        Bytes signature = Bytes.wrap(key.sign(signed(domain, payloadType, payload)));
        return new SignedEnvelope(key.publicKey(), payloadType, payload, signature);
    }

    /**
     * Reads an envelope that was sealed for {@code domain}.
     *
     * @throws IllegalArgumentException if it is malformed, of another payload type, or not signed for this domain by the
     *     key that it names
     */
    public static SignedEnvelope open(byte[] bytes, String domain, Bytes payloadType) {
        if (bytes.length > BYTES_MAX) {
            throw new IllegalArgumentException("envelope of " + bytes.length + " bytes exceeds " + BYTES_MAX);
        }
        EnvelopePb message;
        PublicKeyPb key;
        try {
            message = EnvelopePb.parseFrom(bytes);
            key = message.getPublicKey();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not a signed envelope: " + e.getMessage(), e);
        }
        SignedEnvelope envelope = new SignedEnvelope(
                PublicKey.fromBytes(key.toByteArray()),
                Bytes.copyOf(message.getPayloadType().asReadOnlyByteBuffer()),
                Bytes.copyOf(message.getPayload().asReadOnlyByteBuffer()),
                Bytes.copyOf(message.getSignature().asReadOnlyByteBuffer()));
        if (!envelope.payloadType.equals(payloadType)) {
            throw new IllegalArgumentException(
                    "envelope has payload type " + envelope.payloadType.hex() + ", expected " + payloadType.hex());
        }
        byte[] signed = signed(domain, payloadType, envelope.payload);
        if (!envelope.publicKey.verify(signed, envelope.signature.toByteArray())) {
            throw new IllegalArgumentException(
                    "envelope is not signed for " + domain + " by " + envelope.publicKey.peerId());
        }
        return envelope;
    }

    private static byte[] signed(String domain, Bytes payloadType, Bytes payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Varint.writeDelimited(out, domain.getBytes(StandardCharsets.UTF_8));
        Varint.writeDelimited(out, payloadType.toByteArray());
        Varint.writeDelimited(out, payload.toByteArray());
        return out.toByteArray();
    }

    /** The protobuf form. */
    public byte[] toBytes() {
        return EnvelopePb.newBuilder()
                .setPublicKey(publicKeyMessage())
                .setPayloadType(ByteString.copyFrom(payloadType.asByteBuffer()))
                .setPayload(ByteString.copyFrom(payload.asByteBuffer()))
                .setSignature(ByteString.copyFrom(signature.asByteBuffer()))
                .build()
                .toByteArray();
    }

    private PublicKeyPb publicKeyMessage() {
        try {
            return PublicKeyPb.parseFrom(publicKey.toBytes());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a public key does not read what it wrote", e);
        }
    }
}
