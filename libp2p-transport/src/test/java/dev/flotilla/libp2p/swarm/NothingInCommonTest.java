package dev.flotilla.libp2p.swarm;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostCounters;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Way;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.crypto.PublicKey;
import dev.flotilla.libp2p.multistream.MultistreamInitiator;
import dev.flotilla.libp2p.multistream.MultistreamResponder;
import dev.flotilla.libp2p.noise.Noise;
import dev.flotilla.libp2p.security.SecureSession;
import dev.flotilla.libp2p.security.SecurityHandler;
import dev.flotilla.libp2p.security.SecurityProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Peers that cannot talk to each other are told why, with what each of them has. */
@ExtendWith(NoLeaks.class)
class NothingInCommonTest {
    /** Noise under another name. */
    private record Renamed(String protocolId) implements SecurityProtocol {
        @Override
        public SecurityHandler newHandler(Parameters parameters) {
            return new Noise().newHandler(parameters);
        }
    }

    private static Way with(SecurityProtocol... protocols) {
        return new Way(Way.DEFAULT.listen(), List.of(protocols), Way.DEFAULT.expected());
    }

    @Test
    void whoDialsIsToldThatThePeerHasNoneOfWhatWasOffered() {
        try (Hosts ones = new Hosts(with(new Renamed("/one"), new Renamed("/two")));
                Hosts others = new Hosts(with(new Noise()))) {
            Host one = ones.start();
            Host other = others.start();
            assertThatThrownBy(() -> await(one.connect(other.peerId(), other.listenAddresses())))
                    .hasMessageContaining("no security protocol was agreed on")
                    .hasMessageContaining("the peer answered 'na' to all that this side proposed: /one, /two");
            awaitUntil(
                    "the other side has seen it",
                    () -> other.counters().get(HostCounters.Event.INBOUND_HANDSHAKE_FAILED) == 1);
        }
    }

    @Test
    void whoIsDialledSaysWhatWasProposedAndWhatItHas() {
        EmbeddedChannel dialler =
                new EmbeddedChannel(new MultistreamInitiator(List.of("/one", "/two"), (ctx, agreed) -> {}));
        MultistreamResponder responder = new MultistreamResponder(List.of("/noise", "/tls"), (ctx, agreed) -> {});
        EmbeddedChannel dialled = new EmbeddedChannel(responder);
        for (int i = 0; i < 4; i++) {
            move(dialler, dialled);
            move(dialled, dialler);
        }
        assertThat(dialler.isOpen()).isFalse();
        dialled.finishAndReleaseAll();
        assertThatThrownBy(() -> responder.agreed().join())
                .hasMessageContaining("it proposed '/one', '/two', this side has /noise, /tls");
    }

    private static void move(EmbeddedChannel from, EmbeddedChannel to) {
        for (ByteBuf bytes = from.readOutbound(); bytes != null; bytes = from.readOutbound()) {
            if (to.isOpen()) {
                to.writeInbound(bytes);
            } else {
                bytes.release();
            }
        }
    }

    @Test
    void theDiallersOrderDecidesAmongWhatBothHave() {
        try (Hosts ones = new Hosts(with(new Renamed("/one"), new Renamed("/two"), new Renamed("/three")));
                Hosts others = new Hosts(with(new Renamed("/three"), new Renamed("/two")))) {
            Host one = ones.start();
            Host other = others.start();
            assertThat(Hosts.connect(one, other).state().security()).isEqualTo("/two");
        }
    }

    @Test
    void whoAsksForAProtocolInVainIsToldWhatThePeerSpeaks() {
        try (Hosts hosts = new Hosts()) {
            Host one = hosts.start();
            Host other = hosts.start();
            Connection connection = Hosts.connect(one, other);
            awaitUntil("it is identified", () -> connection.peerInfo().isPresent());
            assertThatThrownBy(() -> await(connection.newStream(new ProtocolId("/chess/1.0.0"))))
                    .hasMessageContaining("the peer answered 'na' to all that this side proposed: /chess/1.0.0")
                    .hasMessageContaining("it says that it speaks /echo/1.0.0, /ipfs/id/1.0.0");
        }
    }

    /** Secures nothing, and agrees on no multiplexer by the way. */
    private record Plain(PublicKey peer) implements SecurityProtocol {
        @Override
        public String protocolId() {
            return "/plain";
        }

        @Override
        public SecurityHandler newHandler(Parameters parameters) {
            return new PlainHandler(new SecureSession(peer.peerId(), peer, null));
        }
    }

    private static final class PlainHandler extends ChannelInboundHandlerAdapter implements SecurityHandler {
        private final SecureSession session;

        PlainHandler(SecureSession session) {
            this.session = session;
        }

        @Override
        public CompletableFuture<SecureSession> session() {
            return CompletableFuture.completedFuture(session);
        }
    }

    @Test
    void whoHasNoMultiplexerInCommonIsToldWhichWereOffered() throws IOException {
        PublicKey peer = PrivateKey.generate().publicKey();
        String header = "\u0013/multistream/1.0.0\n";
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Hosts hosts = new Hosts(with(new Plain(peer)))) {
            Host one = hosts.start();
            var dial =
                    one.connect(peer.peerId(), List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/" + server.getLocalPort())));
            try (Socket socket = server.accept()) {
                String answers = header + "\u0007/plain\n" + header + "\u0003na\n";
                socket.getOutputStream().write(answers.getBytes(StandardCharsets.US_ASCII));
                assertThatThrownBy(() -> await(dial))
                        .hasMessageContaining("no multiplexer was agreed on")
                        .hasMessageContaining("this side proposed: /yamux/1.0.0");
            }
        }
    }
}
