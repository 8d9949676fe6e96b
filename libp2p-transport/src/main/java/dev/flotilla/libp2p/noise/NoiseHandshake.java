package dev.flotilla.libp2p.noise;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.security.SecureSession;
import dev.flotilla.libp2p.security.SecurityHandshakeException;
import dev.flotilla.transport.PeerId;
import java.security.GeneralSecurityException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One side of the handshake: messages in, messages out, at the end a {@link SecureSession} and two keys. Pure but for
 * the keys that it draws.
 */
final class NoiseHandshake {
    private final boolean initiator;
    private final PrivateKey identity;
    private final @Nullable PeerId expected;
    private final List<String> muxers;
    private final HandshakeState state;
    private boolean firstRead; // the first message is behind us
    private @Nullable SecureSession session;

    /**
     * @param expected the only peer to accept; null accepts any
     * @param muxers that this side speaks, best first
     */
    NoiseHandshake(
            boolean initiator,
            PrivateKey identity,
            @Nullable PeerId expected,
            List<String> muxers,
            X25519KeyPair localStatic,
            X25519KeyPair localEphemeral)
            throws GeneralSecurityException {
        this.initiator = initiator;
        this.identity = identity;
        this.expected = expected;
        this.muxers = List.copyOf(muxers);
        this.state = new HandshakeState(initiator, localStatic, localEphemeral);
        this.firstRead = initiator;
    }

    /** The initiator's first message. */
    byte[] begin() throws GeneralSecurityException {
        return state.writeFirst();
    }

    /** Takes the peer's next message; returns the answer to it, or null if it was the last. */
    byte @Nullable [] onMessage(byte[] message) throws GeneralSecurityException, SecurityHandshakeException {
        if (!firstRead) {
            firstRead = true;
            state.readFirst(message);
            return state.writeSecond(payload());
        }
        byte[] remotePayload = initiator ? state.readSecond(message) : state.readThird(message);
        NoisePayload remote = NoisePayload.verify(remotePayload, state.remoteStaticPublicKey());
        PeerId remotePeerId = remote.identityKey().peerId();
        if (expected != null && !expected.equals(remotePeerId)) {
            throw new SecurityHandshakeException("the peer is " + remotePeerId + ", expected " + expected);
        }
        SecureSession proven = new SecureSession(remotePeerId, remote.identityKey(), selectMuxer(remote.muxers()));
        byte[] answer = initiator ? state.writeThird(payload()) : null;
        session = proven;
        return answer;
    }

    private byte[] payload() {
        return NoisePayload.encode(identity, state.localStaticPublicKey(), muxers);
    }

    /** The first of the initiator's list that the responder has (libp2p spec, connections, early muxer negotiation). */
    private @Nullable String selectMuxer(List<String> remoteMuxers) throws SecurityHandshakeException {
        if (remoteMuxers.isEmpty() || muxers.isEmpty()) {
            return null;
        }
        List<String> proposed = initiator ? muxers : remoteMuxers;
        List<String> available = initiator ? remoteMuxers : muxers;
        return proposed.stream()
                .filter(available::contains)
                .findFirst()
                .orElseThrow(() -> new SecurityHandshakeException(
                        "no multiplexer in common: this side has " + muxers + ", the peer " + remoteMuxers));
    }

    /** The result; null while the handshake is not complete. */
    @Nullable
    SecureSession session() {
        return session;
    }

    byte[] handshakeHash() {
        return state.handshakeHash();
    }

    /** For what this side sends, once complete. */
    CipherState sending() throws GeneralSecurityException {
        return state.sending();
    }

    /** For what the peer sends, once complete. */
    CipherState receiving() throws GeneralSecurityException {
        return state.receiving();
    }
}
