package dev.flotilla.libp2p.noise;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.crypto.PublicKey;
import dev.flotilla.libp2p.noise.pb.NoiseExtensionsPb;
import dev.flotilla.libp2p.noise.pb.NoisePayloadPb;
import dev.flotilla.libp2p.security.SecurityHandshakeException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What one side says about itself inside the handshake, proven (libp2p spec, noise, handshake payload).
 *
 * @param muxers that the side speaks, best first; empty if it leaves them to a later negotiation
 */
record NoisePayload(PublicKey identityKey, List<String> muxers) {
    private static final byte[] SIGNED_PREFIX = "noise-libp2p-static-key:".getBytes(StandardCharsets.US_ASCII);
    private static final int MUXERS_MAX = 100;

    /** The payload of this side. */
    static byte[] encode(PrivateKey identity, byte[] staticPublicKey, List<String> muxers) {
        NoisePayloadPb.Builder payload = NoisePayloadPb.newBuilder()
                .setIdentityKey(ByteString.copyFrom(identity.publicKey().toBytes()))
                .setIdentitySig(ByteString.copyFrom(identity.sign(signed(staticPublicKey))));
        if (!muxers.isEmpty()) {
            payload.setExtensions(NoiseExtensionsPb.newBuilder().addAllStreamMuxers(muxers));
        }
        return payload.build().toByteArray();
    }

    /** The payload of the peer, whose identity key must have signed its Noise key; nothing else is looked at before. */
    static NoisePayload verify(byte[] bytes, byte[] staticPublicKey) throws SecurityHandshakeException {
        NoisePayloadPb payload;
        PublicKey key;
        try {
            payload = NoisePayloadPb.parseFrom(bytes);
            key = PublicKey.fromBytes(payload.getIdentityKey().toByteArray());
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw new SecurityHandshakeException("the peer sent a malformed payload: " + e.getMessage(), e);
        }
        if (!key.verify(signed(staticPublicKey), payload.getIdentitySig().toByteArray())) {
            throw new SecurityHandshakeException(
                    "the peer did not prove to be " + key.peerId() + ": its signature is wrong");
        }
        List<String> muxers = payload.getExtensions().getStreamMuxersList();
        return new NoisePayload(key, muxers.size() > MUXERS_MAX ? List.of() : List.copyOf(muxers));
    }

    private static byte[] signed(byte[] staticPublicKey) {
        byte[] message = new byte[SIGNED_PREFIX.length + staticPublicKey.length];
        System.arraycopy(SIGNED_PREFIX, 0, message, 0, SIGNED_PREFIX.length);
        System.arraycopy(staticPublicKey, 0, message, SIGNED_PREFIX.length, staticPublicKey.length);
        return message;
    }
}
