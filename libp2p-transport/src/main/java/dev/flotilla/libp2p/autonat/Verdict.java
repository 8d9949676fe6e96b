package dev.flotilla.libp2p.autonat;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.Multiaddr.Component;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.autonat.pb.DialResponse;
import dev.flotilla.libp2p.autonat.pb.DialResponse.ResponseStatus;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What to make of a server's answer. That an address is reachable is believed only with the nonce, whatever the server
 * says.
 *
 * @param asked the addresses of the request
 * @param paidIndex which of them dial data was sent for; {@link #NOTHING_PAID} if for none
 * @param arrivedAt this side's end of the connection that brought the nonce; null if none did
 */
record Verdict(List<Multiaddr> asked, int paidIndex, @Nullable Multiaddr arrivedAt) {
    static final int NOTHING_PAID = -1;

    ProbeResult of(DialResponse response) {
        if (response.getStatus() != ResponseStatus.OK) {
            return ProbeResult.unknown(null, inWords(response.getStatus()));
        }
        int index = response.getAddrIdx();
        if (index < 0 || index >= asked.size() || (paidIndex != NOTHING_PAID && index != paidIndex)) {
            return ProbeResult.unknown(
                    null,
                    "the server says that it dialled address " + Integer.toUnsignedString(index) + " of " + asked.size()
                            + (paidIndex == NOTHING_PAID ? "" : ", but it was to dial " + paidIndex));
        }
        Multiaddr address = asked.get(index);
        return switch (response.getDialStatus()) {
            case OK, E_DIAL_BACK_ERROR -> reached(address);
            case E_DIAL_ERROR -> notReached(address);
            case UNUSED, UNRECOGNIZED ->
                ProbeResult.unknown(address, "the server answered with the status " + response.getDialStatusValue());
        };
    }

    private ProbeResult reached(Multiaddr address) {
        Multiaddr at = arrivedAt;
        if (at == null) {
            return ProbeResult.unknown(address, "the server says that it connected, but its nonce did not come");
        }
        if (!isConsistent(address, at)) {
            return ProbeResult.unknown(address, "the server's dial-back came to " + at + " instead");
        }
        return new ProbeResult(address, Reachability.REACHABLE, "the dial-back came to " + at);
    }

    private ProbeResult notReached(Multiaddr address) {
        return arrivedAt == null
                ? new ProbeResult(address, Reachability.UNREACHABLE, "the server could not connect")
                : ProbeResult.unknown(address, "the server says that it could not connect, but its nonce came");
    }

    /**
     * Whether who dials {@code dialled} may arrive at {@code local}: the transport is the same, and so are host and port
     * unless somebody translates addresses, which nobody does with one of this machine's own.
     */
    static boolean isConsistent(Multiaddr dialled, Multiaddr local) {
        List<Component> there = dialled.withoutPeerId().components();
        List<Component> here = local.components();
        if (!protocols(there).equals(protocols(here))) {
            return false;
        }
        Optional<InetAddress> ip = dialled.ipAddress().filter(Verdict::isOwn);
        if (ip.isEmpty()) {
            return true;
        }
        boolean sameHost = local.ipAddress()
                .filter(end -> end.equals(ip.get()) || end.isAnyLocalAddress())
                .isPresent();
        return sameHost && there.subList(1, there.size()).equals(here.subList(1, here.size()));
    }

    private static List<MultiaddrProtocol> protocols(List<Component> components) {
        return components.stream().map(Component::protocol).toList();
    }

    private static boolean isOwn(InetAddress ip) {
        try {
            return NetworkInterface.getByInetAddress(ip) != null;
        } catch (SocketException e) {
            return false;
        }
    }

    private static String inWords(ResponseStatus status) {
        return switch (status) {
            case E_REQUEST_REJECTED -> "the server serves no more requests now, or none of this peer";
            case E_DIAL_REFUSED -> "the server dials none of the addresses";
            case E_INTERNAL_ERROR -> "the server failed";
            case OK, UNRECOGNIZED -> "the server answered with the status " + status;
        };
    }
}
