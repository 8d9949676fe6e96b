package dev.flotilla.libp2p.security;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.transport.PeerId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A way to secure a connection and to prove who is at its other end, such as {@code /noise}. A host has a list of them in
 * order of preference; the two sides agree on one by multistream-select: the side that dialled proposes in its order, the
 * other takes what it has (libp2p spec, connections). Thread-safe.
 */
public interface SecurityProtocol {
    /** The name under which the two sides agree on this protocol. */
    String protocolId();

    /** The handler for one connection. */
    SecurityHandler newHandler(Parameters parameters);

    /**
     * One side of one handshake.
     *
     * @param initiator whether this side proposed the protocol: it dialled
     * @param identity that this side proves to have
     * @param expected the only peer to accept; null accepts any
     * @param muxers that this side speaks, best first, for early negotiation (libp2p spec, connections, early muxer
     *     negotiation); empty leaves them to a negotiation on the secured channel
     */
    record Parameters(boolean initiator, PrivateKey identity, @Nullable PeerId expected, List<String> muxers) {
        public Parameters {
            muxers = List.copyOf(muxers);
        }
    }
}
