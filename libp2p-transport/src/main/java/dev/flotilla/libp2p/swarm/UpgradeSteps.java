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
import dev.flotilla.libp2p.pnet.PnetHandler;
import dev.flotilla.libp2p.pnet.PreSharedKey;
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
 * The steps from a raw connection to a secured and divided one (libp2p spec, connections): cipher it if this is a private
 * network, agree on a security protocol, secure, see who it is, agree on the multiplexer unless the handshake did. The side
 * that dialled is the initiator of each.
 */
final class UpgradeSteps {
    private static final List<String> MUXERS =
            List.of(YamuxHandler.PROTOCOL); // exactly one: js-libp2p chooses wrongly among several

    private final PrivateKey identity;
    private final Map<String, SecurityProtocol> securityProtocols = new LinkedHashMap<>(); // preferred first
    private final @Nullable PreSharedKey privateNetwork;
    private final Checkpoint checkpoint;
    private final YamuxConfig yamux;
    private final UnreadBytes unread;
    private final ChannelHandler inboundStreams;
    private final ConnectionTracer tracer;

    UpgradeSteps(
            PrivateKey identity,
            List<SecurityProtocol> securityProtocols,
            @Nullable PreSharedKey privateNetwork,
            Checkpoint checkpoint,
            YamuxConfig yamux,
            UnreadBytes unread,
            ChannelHandler inboundStreams,
            ConnectionTracer tracer) {
        this.identity = identity;
        securityProtocols.forEach(protocol -> this.securityProtocols.put(protocol.protocolId(), protocol));
        this.privateNetwork = privateNetwork;
        this.checkpoint = checkpoint;
        this.yamux = yamux;
        this.unread = unread;
        this.inboundStreams = inboundStreams;
        this.tracer = tracer;
    }

    /** Looks at who has proven itself, before anything else is agreed on. */
    @FunctionalInterface
    interface Checkpoint {
        /** @throws IOException if the connection must not go on; the message says why */
        void secured(RawConnection raw, SecureSession session) throws IOException;
    }

    /** Puts the handlers before the guard, one after the other. */
    CompletableFuture<SwarmUpgrader.Secured> run(RawConnection raw) {
        tell(raw, ConnectionStep.Kind.CONNECTED, raw.transport());
        if (privateNetwork != null) {
            raw.channel().pipeline().addBefore(ConnectionGuard.NAME, "pnet", new PnetHandler(privateNetwork));
        }
        return agree(raw, "security protocol", List.copyOf(securityProtocols.keySet()))
                .thenCompose(protocol -> {
                    tell(raw, ConnectionStep.Kind.SECURITY_AGREED, protocol);
                    return traced(raw, secure(raw, protocol)).thenCompose(session -> multiplex(raw, protocol, session));
                });
    }

    /** What secures {@code raw}, told when it has. */
    private CompletableFuture<SecureSession> traced(RawConnection raw, CompletableFuture<SecureSession> secured) {
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
        return handler.session().thenApply(session -> passed(raw, session));
    }

    /** What is left to do where a transport secures by itself. */
    CompletableFuture<SecureSession> adopt(RawConnection raw, CompletableFuture<SecureSession> secured) {
        return privateNetwork != null
                ? CompletableFuture.failedFuture(new IOException(raw.transport() + " cannot carry a private network"))
                : traced(raw, secured.thenApply(session -> passed(raw, session)));
    }

    private SecureSession passed(RawConnection raw, SecureSession session) {
        try {
            checkpoint.secured(raw, session);
            return session;
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    /** @param what of which one is to be agreed on, for messages to people */
    private CompletableFuture<String> agree(RawConnection raw, String what, List<String> protocols) {
        ProtocolInstaller next = (ctx, agreed) -> {}; // who waits for the future puts in the next handler
        Channel channel = raw.channel();
        if (raw.direction() == Direction.OUTBOUND) {
            MultistreamInitiator proposal = new MultistreamInitiator(protocols, next);
            channel.pipeline().addBefore(ConnectionGuard.NAME, null, proposal);
            return proposal.agreed()
                    .handle((protocol, failure) -> outcome(what, proposal.hasPeerSpoken(), protocol, failure));
        }
        MultistreamResponder responder = new MultistreamResponder(protocols, next);
        channel.pipeline().addBefore(ConnectionGuard.NAME, null, responder);
        return responder
                .agreed()
                .handle((protocol, failure) -> outcome(what, responder.hasPeerSpoken(), protocol, failure));
    }

    private String outcome(String what, boolean hasPeerSpoken, String protocol, @Nullable Throwable failure) {
        if (failure instanceof ProtocolNegotiationException) {
            throw new CompletionException(new IOException(
                    "no " + what + " was agreed on: " + failure.getMessage() + (hasPeerSpoken ? "" : hint()), failure));
        } else if (failure != null) {
            throw new CompletionException(failure);
        }
        return protocol;
    }

    /** What else may be wrong where not even multistream-select was spoken. */
    private String hint() {
        return privateNetwork != null
                ? "; this side is in a private network: the peer may have another pre-shared key, or none"
                : "; it may have refused this side, or be in a private network whose pre-shared key this side does not"
                        + " have";
    }

    private SwarmUpgrader.Secured divide(RawConnection raw, SecureSession session, ConnectionState state) {
        YamuxHandler muxer = new YamuxHandler(
                raw.direction() == Direction.OUTBOUND, yamux, inboundStreams, unread.of(raw.channel()));
        return new SwarmUpgrader.Secured(
                session, state, muxer, () -> raw.channel().pipeline().addBefore(ConnectionGuard.NAME, "yamux", muxer));
    }
}
