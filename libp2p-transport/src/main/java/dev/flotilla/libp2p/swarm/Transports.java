package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.DialOptions;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.Transport;
import dev.flotilla.libp2p.dnsaddr.TxtRecords;
import dev.flotilla.transport.PeerId;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;

/**
 * The transports of a host: each address goes to the first that takes it, unless the gate is closed to it. Thread-safe.
 */
final class Transports implements DialAttempt.AddressDialer {
    private final List<Transport> transports;
    private final List<Transport> unfit;
    private final Gate gate;
    private final NameResolver names = new NameResolver(InetAddress::getAllByName, TxtRecords.ofSystem());

    /** @param unfit those of the machine that the host cannot use, since it belongs to a private network */
    Transports(List<Transport> transports, List<Transport> unfit, Gate gate) {
        this.transports = List.copyOf(transports);
        this.unfit = List.copyOf(unfit);
        this.gate = gate;
    }

    /**
     * The transport that listens on {@code address}.
     *
     * @throws IllegalArgumentException if there is none
     */
    Transport toListen(Multiaddr address) {
        if (address.peerId().isPresent()) {
            throw new IllegalArgumentException(
                    "cannot listen on " + address + ": an address to listen on names no peer at its end");
        }
        return transports.stream()
                .filter(transport -> transport.canListen(address))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("cannot listen on " + address + ": "
                        + whyUnfit(address, Transport::canListen).orElse("no transport takes it")
                        + "; this host has " + inWords()));
    }

    @Override
    public CompletableFuture<List<Multiaddr>> resolve(Multiaddr address, EventLoop loop) {
        return names.resolve(address, loop);
    }

    @Override
    public CompletableFuture<Connection> dial(Multiaddr address, PeerId peer, EventLoop loop, DialOptions options) {
        for (Transport transport : transports) {
            if (transport.canDial(address)) {
                return transport.dial(address, peer, loop, options);
            }
        }
        return CompletableFuture.failedFuture(
                new IOException(whyUnfit(address, Transport::canDial).orElse("no transport takes this address")
                        + "; this host has " + inWords()));
    }

    /** Whether {@code address} goes to a transport, and {@code peer} may be dialled at all and there. */
    boolean canDial(Multiaddr address, PeerId peer) {
        return transports.stream().anyMatch(transport -> transport.canDial(address))
                && gate.refusesPeerDial(peer).isEmpty()
                && gate.refusesAddrDial(peer, address).isEmpty();
    }

    @Override
    public Optional<String> refusal(Multiaddr address, PeerId peer) {
        return gate.refusesAddrDial(peer, address);
    }

    private Optional<String> whyUnfit(Multiaddr address, BiPredicate<Transport, Multiaddr> takes) {
        return unfit.stream()
                .filter(transport -> takes.test(transport, address))
                .findFirst()
                .map(transport ->
                        transport.name() + " cannot carry a private network, and this host has a pre-shared key");
    }

    private String inWords() {
        return transports.stream().map(Transport::name).collect(Collectors.joining(", "));
    }

    /** Looks up no more names, dials no more. */
    void close() {
        names.close();
        transports.forEach(Transport::close);
    }
}
