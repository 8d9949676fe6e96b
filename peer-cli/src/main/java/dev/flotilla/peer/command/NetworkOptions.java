package dev.flotilla.peer.command;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.gating.Subnet;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.daemon.AccessRules;
import dev.flotilla.peer.daemon.NetworkSettings;
import dev.flotilla.peer.daemon.PeerDirectory;
import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of a command that runs a host until it is told to end. */
final class NetworkOptions {
    private static final Multiaddr CIRCUIT = Multiaddr.parse("/p2p-circuit");

    @Option(
            names = "--listen",
            paramLabel = "MULTIADDR",
            description = "Where to listen, any number of times, by TCP, QUIC (/ip4/../udp/../quic-v1) or WebSocket"
                    + " (/ip4/../tcp/../ws), or at a relay (RELAY_ADDRESS/p2p/RELAY/p2p-circuit); port 0: the"
                    + " system chooses one, and it is taken again at the next start (default, and beside a"
                    + " relay: /ip4/127.0.0.1/tcp/0).")
    private List<String> listen = new ArrayList<>();

    @Option(names = "--peer", paramLabel = "MULTIADDR", description = "A peer to connect to, any number of times.")
    private List<String> peers = new ArrayList<>();

    @Option(names = "--perf", description = "Answer who measures the throughput to this peer (flotilla perf).")
    private boolean perf;

    @Option(names = "--relay", description = "Be a relay for the members of this peer's communities.")
    private boolean relay;

    @Option(
            names = "--mdns",
            description = "Find the members of its communities in the local network by multicast, and be found there.")
    private boolean mdns;

    @Option(
            names = "--map-ports",
            description =
                    "Have the router pass on ports to this peer, by UPnP, NAT-PMP or PCP, and tell others of them.")
    private boolean mapPorts;

    @Option(
            names = "--autonat",
            description =
                    "Have other peers try where this one can be reached (AutoNAT v2), tell others of no address that"
                            + " cannot, and try the same for them.")
    private boolean autonat;

    @Option(
            names = "--fallback-relay",
            paramLabel = "RELAY_ADDRESS",
            description =
                    "A relay (RELAY_ADDRESS/p2p/RELAY), any number of times, to take a place at while --autonat finds"
                            + " this peer reachable nowhere.")
    private List<String> fallbackRelays = new ArrayList<>();

    @Mixin
    private SwarmKeyOption swarmKey = new SwarmKeyOption();

    @Option(
            names = "--allow",
            paramLabel = "PEER_ID|SUBNET",
            description = "A peer, or a subnet such as 10.0.0.0/8, any number of times: other peers, or other addresses"
                    + " than those and this machine's own, may not connect. The operator always may.")
    private List<String> allowed = new ArrayList<>();

    @Option(
            names = "--deny",
            paramLabel = "PEER_ID|SUBNET",
            description = "A peer or a subnet that may not connect nor be dialled, any number of times.")
    private List<String> denied = new ArrayList<>();

    NetworkSettings settings(PeerDirectory directory) throws CommandException {
        List<Multiaddr> listenAddresses = new ArrayList<>();
        for (String text : listen) {
            listenAddresses.add(listenAddress(text));
        }
        return NetworkSettings.defaults()
                .withListen(listenAddresses)
                .withPeers(Inputs.peerAddresses(peers))
                .withPerf(perf)
                .withRelay(relay)
                .withMdns(mdns)
                .withMapPorts(mapPorts)
                .withAutonat(autonat, fallbackRelays())
                .withSwarmKey(swarmKey.key(directory).orElse(null))
                .withAccess(access());
    }

    private List<Multiaddr> fallbackRelays() throws CommandException {
        if (!fallbackRelays.isEmpty() && !autonat) {
            throw CommandException.usage("--fallback-relay needs --autonat, which finds out when there is need of it");
        }
        List<Multiaddr> places = new ArrayList<>();
        for (Multiaddr relay : Inputs.peerAddresses(fallbackRelays)) {
            places.add(listenAddress(relay.encapsulate(CIRCUIT).toString()));
        }
        return places;
    }

    private AccessRules access() throws CommandException {
        return new AccessRules(peers(allowed), subnets(allowed), peers(denied), subnets(denied));
    }

    private static Set<PeerId> peers(List<String> texts) throws CommandException {
        Set<PeerId> peers = new HashSet<>();
        for (String text : texts) {
            if (!isSubnet(text)) {
                peers.add(peer(text));
            }
        }
        return peers;
    }

    private static PeerId peer(String text) throws CommandException {
        try {
            return PeerId.parse(text);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(
                    "neither a peer id nor a subnet: '" + text + "'; examples: 12D3KooW.., 10.0.0.0/8, 2001:db8::/32");
        }
    }

    private static Set<Subnet> subnets(List<String> texts) throws CommandException {
        Set<Subnet> subnets = new HashSet<>();
        for (String text : texts) {
            if (isSubnet(text)) {
                subnets.add(Inputs.subnet(text));
            }
        }
        return subnets;
    }

    /** Peer ids have neither points nor colons nor slashes. */
    private static boolean isSubnet(String text) {
        return text.matches(".*[.:/].*");
    }

    static Multiaddr listenAddress(String text) throws CommandException {
        Multiaddr address = Inputs.multiaddr(text);
        if (address.peerId().isPresent() || !isToListenOn(address)) {
            throw CommandException.usage("cannot listen on " + address
                    + "; examples: /ip4/127.0.0.1/tcp/4001, /ip4/127.0.0.1/udp/4001/quic-v1,"
                    + " /ip4/127.0.0.1/tcp/4002/ws, /ip4/192.0.2.1/tcp/4001/p2p/RELAY/p2p-circuit");
        }
        return address;
    }

    private static boolean isToListenOn(Multiaddr address) {
        return isSocket(address)
                || relayOf(address).filter(NetworkOptions::isSocket).isPresent();
    }

    private static boolean isSocket(Multiaddr address) {
        return address.tcpSocketAddress()
                .or(() -> address.socketAddress(MultiaddrProtocol.UDP, MultiaddrProtocol.QUIC_V1))
                .or(() -> address.socketAddress(MultiaddrProtocol.TCP, MultiaddrProtocol.WS))
                .isPresent();
    }

    /** Where the relay is that {@code address} is a place at, with its peer id. */
    private static Optional<Multiaddr> relayOf(Multiaddr address) {
        return Optional.of(address.decapsulate(CIRCUIT))
                .filter(relay ->
                        relay.peerId().isPresent() && relay.encapsulate(CIRCUIT).equals(address));
    }
}
