package dev.flotilla.libp2p.transport;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.crypto.PublicKey;
import dev.flotilla.libp2p.multiformats.Varint;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * The identity of a libp2p peer, to sign with. A signature is the public key in its protobuf form behind its length as a
 * varint, then what the key made of the payload. The key is left out (length 0) where the peer id carries it.
 */
public final class Libp2pCredentials implements PeerCredentials {
    private final PrivateKey identity;
    private final PeerId peerId;

    public Libp2pCredentials(PrivateKey identity) {
        this.identity = identity;
        this.peerId = identity.peerId();
    }

    @Override
    public PeerId peerId() {
        return peerId;
    }

    @Override
    public Bytes sign(Bytes payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] key = peerId.carriesKey() ? new byte[0] : identity.publicKey().toBytes();
        Varint.writeDelimited(out, key);
        out.writeBytes(identity.sign(payload.toByteArray()));
        return Bytes.wrap(out.toByteArray());
    }

    @Override
    public boolean verify(PeerId signer, Bytes payload, Bytes signature) {
        ByteBuffer in = signature.asByteBuffer();
        PublicKey key;
        try {
            byte[] named = Varint.readDelimited(in);
            if (signer.carriesKey() != (named.length == 0)) {
                return false;
            }
            key = named.length == 0 ? PublicKey.ofPeerId(signer).orElseThrow() : PublicKey.fromBytes(named);
        } catch (IllegalArgumentException e) {
            return false; // malformed
        }
        byte[] made = new byte[in.remaining()];
        in.get(made);
        return key.peerId().equals(signer) && key.verify(payload.toByteArray(), made);
    }
}
