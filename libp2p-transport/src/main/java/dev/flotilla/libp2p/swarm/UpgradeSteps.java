package dev.flotilla.libp2p.swarm;

import dev.flotilla.libp2p.ConnectionState;
import dev.flotilla.libp2p.ConnectionStep;
import dev.flotilla.libp2p.ConnectionTracer;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.RawConnection;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.multistream.MultistreamInitiator;
import dev.flotilla.libp2p.multistream.MultistreamResponder;
import dev.flotilla.libp2p.multistream.ProtocolInstaller;
import dev.flotilla.libp2p.multistream.ProtocolNegotiationException;
import dev.flotilla.libp2p.security.SecureSession;
import dev.flotilla.libp2p.security.SecurityHandler;
import dev.flotilla.libp2p.security.SecurityProtocol;
import dev.flotilla.libp2p.yamux.YamuxConfig;
import dev.flotilla.libp2p.yamux.YamuxHandler;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The steps from a raw connection to a secured and divided one (libp2p spec, connections): agree on a security protocol,
 * secure, agree on the multiplexer unless the handshake did. The side that dialled is the initiator of each.
 */
final class UpgradeSteps {
    private static final List<String> MUXERS =
            List.of(YamuxHandler.PROTOCOL); // exactly one: js-libp2p chooses wrongly among several

    private final PrivateKey identity;
    private final Map<String, SecurityProtocol> securityProtocols = new LinkedHashMap<>(); // preferred first
    private final YamuxConfig yamux;
    private final ChannelHandler inboundStreams;
    private final ConnectionTracer tracer;

    UpgradeSteps(
            PrivateKey identity,
            List<SecurityProtocol> securityProtocols,
            YamuxConfig yamux,
            ChannelHandler inboundStreams,
            ConnectionTracer tracer) {
        this.identity = identity;
        securityProtocols.forEach(protocol -> this.securityProtocols.put(protocol.protocolId(), protocol));
        this.yamux = yamux;
        this.inboundStreams = inboundStreams;
        this.tracer = tracer;
    }

    /** Puts the handlers before the guard, one after the other. */
    CompletableFuture<SwarmUpgrader.Secured> run(RawConnection raw) {
        tell(raw, ConnectionStep.Kind.CONNECTED, raw.transport());
        return agree(raw, "security protocol", List.copyOf(securityProtocols.keySet()))
                .thenCompose(protocol -> {
                    tell(raw, ConnectionStep.Kind.SECURITY_AGREED, protocol);
                    return traced(raw, secure(raw, protocol)).thenCompose(session -> multiplex(raw, protocol, session));
                });
    }

    /** What secures {@code raw}, told when it has. */
    CompletableFuture<SecureSession> traced(RawConnection raw, CompletableFuture<SecureSession> secured) {
        return secured.thenApply(session -> {
            tell(raw, ConnectionStep.Kind.SECURED, session.remotePeerId().toString());
            return session;
        });
    }

    private CompletableFuture<SwarmUpgrader.Secured> multiplex(
            RawConnection raw, String security, SecureSession session) {
        String early = session.muxer();
        CompletableFuture<String> muxer =
                early != null ? CompletableFuture.completedFuture(early) : agree(raw, "multiplexer", MUXERS);
        return muxer.thenApply(agreed -> {
            tell(raw, ConnectionStep.Kind.MUXER_AGREED, agreed);
            return divide(raw, session, new ConnectionState(raw.transport(), security, agreed, early != null));
        });
    }

    private void tell(RawConnection raw, ConnectionStep.Kind kind, String detail) {
        tracer.onStep(new ConnectionStep(raw.direction(), raw.remoteAddress(), kind, detail));
    }

    private CompletableFuture<SecureSession> secure(RawConnection raw, String protocol) {
        SecurityProtocol agreed = securityProtocols.get(protocol);
        if (agreed == null) {
            throw new AssertionError("agreed on " + protocol + ", which this side does not speak");
        }
        SecurityHandler handler = agreed.newHandler(new SecurityProtocol.Parameters(
                raw.direction() == Direction.OUTBOUND, identity, raw.expected(), MUXERS));
        raw.channel().pipeline().addBefore(ConnectionGuard.NAME, null, handler);
        return handler.session();
    }

    /** @param what of which one is to be agreed on, for messages to people */
    private static CompletableFuture<String> agree(RawConnection raw, String what, List<String> protocols) {
        ProtocolInstaller next = (ctx, agreed) -> {}; // who waits for the future puts in the next handler
        Channel channel = raw.channel();
        CompletableFuture<String> agreed;
        if (raw.direction() == Direction.OUTBOUND) {
            MultistreamInitiator proposal = new MultistreamInitiator(protocols, next);
            channel.pipeline().addBefore(ConnectionGuard.NAME, null, proposal);
            agreed = proposal.agreed();
        } else {
            MultistreamResponder responder = new MultistreamResponder(protocols, next);
            channel.pipeline().addBefore(ConnectionGuard.NAME, null, responder);
            agreed = responder.agreed();
        }
        return agreed.handle((protocol, failure) -> outcome(what, protocol, failure));
    }

    private static String outcome(String what, String protocol, @Nullable Throwable failure) {
        if (failure instanceof ProtocolNegotiationException) {
            throw new CompletionException(
                    new IOException("no " + what + " was agreed on: " + failure.getMessage(), failure));
        } else if (failure != null) {
            throw new CompletionException(failure);
        }
        return protocol;
    }

    private SwarmUpgrader.Secured divide(RawConnection raw, SecureSession session, ConnectionState state) {
        YamuxHandler muxer = new YamuxHandler(raw.direction() == Direction.OUTBOUND, yamux, inboundStreams);
        return new SwarmUpgrader.Secured(
                session, state, muxer, () -> raw.channel().pipeline().addBefore(ConnectionGuard.NAME, "yamux", muxer));
    }
}
