package dev.flotilla.raft.sim;

import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;

/** Signatures that everybody could forge and nobody does: a hash over signer and payload. */
public final class FakeCredentials implements PeerCredentials {
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private final PeerId peerId;

    public FakeCredentials(PeerId peerId) {
        this.peerId = peerId;
    }

    @Override
    public PeerId peerId() {
        return peerId;
    }

    @Override
    public Bytes sign(Bytes payload) {
        return signature(peerId, payload);
    }

    @Override
    public boolean verify(PeerId signer, Bytes payload, Bytes signature) {
        return signature.equals(signature(signer, payload));
    }

    private static Bytes signature(PeerId signer, Bytes payload) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < payload.size(); i++) {
            hash = (hash ^ payload.at(i)) * FNV_PRIME;
        }
        return Bytes.utf8(Names.of(signer) + ':' + Long.toHexString(hash));
    }
}
