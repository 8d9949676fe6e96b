package dev.flotilla.peer.command;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.relay.CircuitLimit;
import dev.flotilla.libp2p.relay.RelayAcl;
import dev.flotilla.libp2p.relay.RelayLimits;
import dev.flotilla.libp2p.relay.RelayService;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.daemon.RelayPeer;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "relay",
        description = {
            "Run a relay, until it is told to end: peers that cannot be reached keep a place at it, and others reach"
                    + " them over it. It has an identity and a data directory of its own and is a member of nothing.",
            "A peer takes a place by: flotilla run --listen RELAY_ADDRESS/p2p-circuit"
        })
final class RelayCommand extends PeerCommand {
    private static final RelayLimits DEFAULTS = RelayLimits.defaults();
    private static final CircuitLimit OF_STRANGERS = strangers();

    @Option(
            names = "--listen",
            paramLabel = "MULTIADDR",
            description = "Where to listen, any number of times, as run does (default: /ip4/127.0.0.1/tcp/0).")
    private List<String> listen = new ArrayList<>();

    @Mixin
    private SwarmKeyOption swarmKey = new SwarmKeyOption();

    @Option(
            names = "--allow",
            paramLabel = "PEER_ID",
            description =
                    "A peer that is served, any number of times: circuits are made among these alone, and have no limit"
                            + " unless one is named. Without it everybody is served, with limits.")
    private List<String> allow = new ArrayList<>();

    @Option(
            names = "--unlimited",
            description = "No limit of time and bytes for circuits, even if everybody is served.")
    private boolean unlimited;

    @Option(
            names = "--circuit-duration",
            paramLabel = "DURATION",
            description = "How long a circuit may last (default without --allow: 2m).")
    private @Nullable String circuitDuration;

    @Option(
            names = "--circuit-bytes",
            paramLabel = "BYTES",
            description = "How much a circuit may carry each way (default without --allow: 128KiB).")
    private @Nullable String circuitBytes;

    @Option(
            names = "--circuits",
            paramLabel = "N",
            description = "How many circuits at a time (default: 1024; with --allow: 8192).")
    private @Nullable Integer circuits;

    @Option(
            names = "--circuits-per-peer",
            paramLabel = "N",
            description = "How many circuits one peer may be an end of (default: 16; with --allow: 128).")
    private @Nullable Integer circuitsPerPeer;

    @Option(names = "--reservations", paramLabel = "N", description = "How many peers may have a place (default: 128).")
    private int reservations = DEFAULTS.reservationsMax();

    @Option(
            names = "--reservations-per-address",
            paramLabel = "N",
            description = "How many of them may have the same IP address (default: 8; with --allow: all).")
    private @Nullable Integer reservationsPerAddress;

    @Option(
            names = "--ttl",
            paramLabel = "DURATION",
            description = "How long a place is kept unless it is renewed (default: 1h).")
    private String ttl = "1h";

    @Option(names = "--verbose", description = "Log what happens in detail.")
    private boolean verbose;

    /** As of run. */
    @Option(names = "--until-input-ends", hidden = true)
    private boolean untilInputEnds;

    private static CircuitLimit strangers() {
        CircuitLimit limit = DEFAULTS.circuitLimit();
        if (limit == null) {
            throw new AssertionError("strangers have no limit");
        }
        return limit;
    }

    @Override
    void logging() {
        Logging.ofDaemon(verbose);
    }

    @Override
    void run(Console console) throws CommandException, IOException {
        List<Multiaddr> addresses = new ArrayList<>();
        for (String text : listen) {
            addresses.add(NetworkOptions.listenAddress(text));
        }
        Set<PeerId> allowed = allowed();
        RelayPeer relay = RelayPeer.start(
                directory(), addresses, swarmKey.key(directory()).orElse(null), service(allowed), allowed);
        RunningPeer.run(relay, relay.addresses(), console, untilInputEnds);
    }

    private Set<PeerId> allowed() throws CommandException {
        Set<PeerId> allowed = new HashSet<>();
        for (String text : allow) {
            allowed.add(Inputs.peerId(text));
        }
        return allowed;
    }

    private RelayService service(Set<PeerId> allowed) throws CommandException {
        Integer perAddress = reservationsPerAddress;
        int perAddressMax = perAddress != null
                ? perAddress
                : allowed.isEmpty() ? DEFAULTS.reservationsPerAddressMax() : Math.max(1, reservations);
        RelayLimits usual = allowed.isEmpty() ? DEFAULTS : RelayLimits.ofSwarm();
        try {
            RelayLimits limits = usual.withReservationTtl(Inputs.duration(ttl))
                    .withReservations(reservations, perAddressMax)
                    .withCircuits(
                            circuits != null ? circuits : usual.circuitsMax(),
                            circuitsPerPeer != null ? circuitsPerPeer : usual.circuitsPerPeerMax())
                    .withCircuitLimit(circuitLimit(allowed.isEmpty()));
            return new RelayService(limits, allowed.isEmpty() ? RelayAcl.all() : RelayAcl.among(allowed::contains));
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(String.valueOf(e.getMessage()));
        }
    }

    private @Nullable CircuitLimit circuitLimit(boolean forStrangers) throws CommandException {
        boolean named = circuitDuration != null || circuitBytes != null;
        if (unlimited && named) {
            throw CommandException.usage("--unlimited makes no sense with --circuit-duration or --circuit-bytes");
        }
        if (unlimited || (!forStrangers && !named)) {
            return null;
        }
        return new CircuitLimit(
                circuitDuration == null ? OF_STRANGERS.duration() : Inputs.duration(circuitDuration),
                circuitBytes == null ? OF_STRANGERS.dataBytes() : Inputs.bytes(circuitBytes));
    }
}
