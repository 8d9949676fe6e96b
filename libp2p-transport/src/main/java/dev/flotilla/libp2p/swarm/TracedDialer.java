package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionStep;
import dev.flotilla.libp2p.ConnectionTracer;
import dev.flotilla.libp2p.DialOptions;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.transport.PeerId;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** Dials, and tells each address that is looked up or dialled, and what it came to. */
record TracedDialer(DialAttempt.AddressDialer dialer, ConnectionTracer tracer) implements DialAttempt.AddressDialer {
    @Override
    public CompletableFuture<List<Multiaddr>> resolve(Multiaddr address, EventLoop loop) {
        CompletableFuture<List<Multiaddr>> resolved = dialer.resolve(address, loop);
        resolved.whenComplete((found, failure) -> {
            if (failure != null) {
                if (!resolved.isCancelled()) {
                    tell(address, ConnectionStep.Kind.FAILED, DialAttempt.describe(failure));
                }
            } else if (!found.equals(List.of(address))) {
                String all = found.stream().map(Multiaddr::toString).collect(Collectors.joining(", "));
                tell(address, ConnectionStep.Kind.RESOLVED, all);
            }
        });
        return resolved;
    }

    @Override
    public Optional<String> refusal(Multiaddr address, PeerId peer) {
        Optional<String> refusal = dialer.refusal(address, peer);
        refusal.ifPresent(reason -> tell(address, ConnectionStep.Kind.FAILED, reason));
        return refusal;
    }

    @Override
    public CompletableFuture<Connection> dial(Multiaddr address, PeerId peer, EventLoop loop, DialOptions options) {
        tell(address, ConnectionStep.Kind.DIALLING, "");
        CompletableFuture<Connection> dialled = dialer.dial(address, peer, loop, options);
        dialled.whenComplete((connection, failure) -> {
            if (failure != null && !dialled.isCancelled()) {
                tell(address, ConnectionStep.Kind.FAILED, DialAttempt.describe(failure));
            }
        });
        return dialled;
    }

    private void tell(Multiaddr address, ConnectionStep.Kind kind, String detail) {
        tracer.onStep(new ConnectionStep(Direction.OUTBOUND, address, kind, detail));
    }
}
