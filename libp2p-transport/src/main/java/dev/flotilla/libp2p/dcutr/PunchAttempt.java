package dev.flotilla.libp2p.dcutr;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.DialOptions;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.PeerInfo;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.dcutr.pb.HolePunch;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** One effort of the side that begins: an ordinary dial, then up to three tries at the same moment as the other side. */
final class PunchAttempt {
    private static final int TRIES_MAX = 3;
    private static final Duration ORDINARY_DIAL_MAX = Duration.ofSeconds(5);

    private final Host host;
    private final Connection relayed;
    private final PeerId peer;
    private final PunchAddresses addresses;

    PunchAttempt(Host host, Connection relayed, PunchAddresses addresses) {
        this.host = host;
        this.relayed = relayed;
        this.peer = relayed.remotePeerId();
        this.addresses = addresses;
    }

    /** A direct connection, or an {@link IOException} that says why there is none. */
    CompletableFuture<Connection> run() {
        return orElse(ordinaryDial(), failure -> punch(1));
    }

    private static CompletableFuture<Connection> orElse(
            CompletableFuture<Connection> first, Function<Throwable, CompletableFuture<Connection>> next) {
        return first.handle((connection, failure) ->
                        failure == null ? CompletableFuture.completedFuture(connection) : next.apply(failure))
                .thenCompose(Function.identity());
    }

    /** The other side may be reachable, and only this one not. */
    private CompletableFuture<Connection> ordinaryDial() {
        List<Multiaddr> told = addresses.usable(
                relayed.peerInfo().map(PeerInfo::listenAddresses).orElse(List.of()));
        if (told.isEmpty()) {
            return CompletableFuture.failedFuture(new IOException("the peer told no address"));
        }
        return host.connect(peer, told, DialOptions.defaults().withDirectForced())
                .orTimeout(ORDINARY_DIAL_MAX.toNanos(), TimeUnit.NANOSECONDS);
    }

    private CompletableFuture<Connection> punch(int number) {
        boolean spoken = relayed.peerInfo()
                .filter(info -> info.protocols().contains(Dcutr.PROTOCOL.value()))
                .isPresent();
        if (!spoken || !relayed.isOpen() || addresses.own().isEmpty()) {
            return CompletableFuture.failedFuture(new IOException(
                    !spoken
                            ? "the peer does not speak " + Dcutr.PROTOCOL
                            : !relayed.isOpen()
                                    ? "the relayed connection is gone"
                                    : "this peer knows no address of itself to tell"));
        }
        CompletableFuture<Connection> tried = relayed.newStream(Dcutr.PROTOCOL, Dcutr.LIMITED_TOO)
                .thenCompose(stream -> synchronise(stream)
                        .whenComplete((theirs, failure) -> end(stream, failure == null))
                        .thenCompose(this::dial));
        return number == TRIES_MAX ? tried : orElse(tried, failure -> punch(number + 1));
    }

    private static void end(Stream stream, boolean inOrder) {
        if (inOrder) {
            stream.close();
        } else {
            stream.reset();
        }
    }

    /** Completes with the other side's addresses when it is told by now to dial: half a round trip after our SYNC. */
    private CompletableFuture<List<Multiaddr>> synchronise(Stream stream) {
        long startNanos = System.nanoTime();
        Dcutr.write(stream, HolePunch.Type.CONNECT, addresses.own());
        return Dcutr.read(stream, HolePunch.Type.CONNECT).thenCompose(answer -> {
            long roundTripNanos = System.nanoTime() - startNanos;
            Dcutr.write(stream, HolePunch.Type.SYNC, List.of());
            CompletableFuture<List<Multiaddr>> moment = new CompletableFuture<>();
            stream.channel()
                    .eventLoop()
                    .schedule(
                            () -> moment.complete(addresses.theirs(answer)), roundTripNanos / 2, TimeUnit.NANOSECONDS);
            return moment;
        });
    }

    private CompletableFuture<Connection> dial(List<Multiaddr> theirs) {
        if (theirs.isEmpty()) {
            return CompletableFuture.failedFuture(new IOException("the peer told no address that can be dialled"));
        }
        return host.connect(peer, theirs, DialOptions.defaults().withSimultaneousConnect(false));
    }
}
