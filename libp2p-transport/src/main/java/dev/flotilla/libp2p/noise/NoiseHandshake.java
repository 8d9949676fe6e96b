package dev.flotilla.libp2p.noise;

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
    private final StaticKey localStatic;
    private final @Nullable PeerId expected;
    private final KnownPayloads known;
    private final HandshakeState state;
    private boolean firstRead; // the first message is behind us
    private @Nullable SecureSession session;

    /**
     * @param expected the only peer to accept; null accepts any
     * @param known payloads of peers, which need no other look
     */
    NoiseHandshake(
            boolean initiator,
            StaticKey localStatic,
            X25519KeyPair localEphemeral,
            @Nullable PeerId expected,
            KnownPayloads known)
            throws GeneralSecurityException {
        this.initiator = initiator;
        this.localStatic = localStatic;
        this.expected = expected;
        this.known = known;
        this.state = new HandshakeState(initiator, localStatic.pair(), localEphemeral);
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
            return state.writeSecond(localStatic.payload().toByteArray());
        }
        byte[] remotePayload = initiator ? state.readSecond(message) : state.readThird(message);
        NoisePayload remote = known.verify(remotePayload, state.remoteStaticPublicKey());
        PeerId remotePeerId = remote.identityKey().peerId();
        if (expected != null && !expected.equals(remotePeerId)) {
            throw new SecurityHandshakeException("the peer is " + remotePeerId + ", expected " + expected);
        }
        SecureSession proven = new SecureSession(remotePeerId, remote.identityKey(), selectMuxer(remote.muxers()));
        byte[] answer = initiator ? state.writeThird(localStatic.payload().toByteArray()) : null;
        session = proven;
        return answer;
    }

    /** The first of the initiator's list that the responder has (libp2p spec, connections, early muxer negotiation). */
    private @Nullable String selectMuxer(List<String> remoteMuxers) throws SecurityHandshakeException {
        List<String> muxers = localStatic.muxers();
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
