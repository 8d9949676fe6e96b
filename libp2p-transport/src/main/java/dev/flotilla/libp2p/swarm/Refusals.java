package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;

/**
 * Whether a dial that failed was refused, as {@link dev.flotilla.libp2p.DialException#isRefused} has it. Raft gives a
 * leader up at once that closed a connection and is then refused (design, section 4), so nothing short of proof will do:
 * every address that was dialled must have refused, and one must have. A time-out, a failed handshake, a name without an
 * address or a relay that does not answer leave it open whether the peer lives.
 *
 * <p>A loopback address of a peer on another machine leads to this machine, where of course nobody listens: such ones
 * count only where no other kind is known, as between peers of one machine.
 */
final class Refusals {
    private boolean othersKnown; // addresses that are not loopback
    private boolean othersRefused;
    private boolean othersOpen; // anything but a refusal came of one
    private boolean loopbackRefused;
    private boolean loopbackOpen;

    /** {@code address} is not dialled, by this side's own choice: it says nothing, but it is known. */
    void passedOver(Multiaddr address) {
        othersKnown |= !isOwn(address);
    }

    /** Whether it leads to this machine and no further. */
    private static boolean isOwn(Multiaddr address) {
        return address.isLoopback() && !address.has(MultiaddrProtocol.P2P_CIRCUIT);
    }

    /** Nothing is known of {@code address}. */
    void leftOpen(Multiaddr address) {
        failed(address, false);
    }

    /** A dial to {@code address} has failed. */
    void failed(Multiaddr address, boolean refused) {
        if (isOwn(address)) {
            loopbackRefused |= refused;
            loopbackOpen |= !refused;
        } else {
            othersKnown = true;
            othersRefused |= refused;
            othersOpen |= !refused;
        }
    }

    /** Whether the whole dial was refused, once each address was told of. */
    boolean all() {
        return othersKnown ? othersRefused && !othersOpen : loopbackRefused && !loopbackOpen;
    }
}
