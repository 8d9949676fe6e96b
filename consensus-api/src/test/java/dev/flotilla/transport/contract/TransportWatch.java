package dev.flotilla.transport.contract;

import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** Keeps what a transport tells of its connections. */
final class TransportWatch implements PeerTransport.ConnectivityListener {
    /** What was told of a peer; {@code flag} is who closed, or whether a dial was refused. */
    record Event(Kind kind, PeerId peer, boolean flag, String reason) {}

    enum Kind {
        CONNECTED,
        LOST,
        UNREACHABLE
    }

    private record Wait(Predicate<Event> condition, CompletableFuture<Event> met) {}

    private final List<Event> events = new ArrayList<>(); // guarded by this
    private final List<Wait> waits = new ArrayList<>(); // guarded by this

    /** Completes with the first event, told before or later, that is this. */
    synchronized CompletableFuture<Event> first(Kind kind, PeerId peer) {
        Predicate<Event> condition = event -> event.kind == kind && event.peer.equals(peer);
        CompletableFuture<Event> met = new CompletableFuture<>();
        waits.add(new Wait(condition, met));
        events.stream().filter(condition).findFirst().ifPresent(met::complete);
        return met;
    }

    @Override
    public void connected(PeerId peer) {
        add(new Event(Kind.CONNECTED, peer, false, ""));
    }

    @Override
    public void lost(PeerId peer, boolean closedByPeer) {
        add(new Event(Kind.LOST, peer, closedByPeer, ""));
    }

    @Override
    public void unreachable(PeerId peer, String reason, boolean refused) {
        add(new Event(Kind.UNREACHABLE, peer, refused, reason));
    }

    private synchronized void add(Event event) {
        events.add(event);
        waits.stream().filter(wait -> wait.condition.test(event)).forEach(wait -> wait.met.complete(event));
    }
}
