package dev.flotilla.libp2p;

import dev.flotilla.libp2p.noise.Noise;
import dev.flotilla.libp2p.security.SecurityProtocol;
import dev.flotilla.libp2p.tls.Tls;
import io.netty.channel.Channel;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicChannel;
import java.util.List;
import java.util.stream.Stream;

/**
 * A way for two hosts to talk: what carries them, and what secures it.
 *
 * @param listen with port 0
 * @param security that both have; empty for the default ones
 */
public record Way(Multiaddr listen, List<SecurityProtocol> security, ConnectionState expected) {
    private static final String TCP = "/ip4/127.0.0.1/tcp/0";
    private static final String WS = TCP + "/ws";

    /** What a host does that is told nothing. */
    public static final Way DEFAULT =
            new Way(Multiaddr.parse(TCP), List.of(), new ConnectionState("tcp", "", "", true));

    private static final Way QUIC = new Way(
            Multiaddr.parse("/ip4/127.0.0.1/udp/0/quic-v1"),
            List.of(),
            new ConnectionState("quic-v1", "quic-v1", "quic-v1", true));

    /** All of them: each new transport or security protocol is a line here, and what hosts promise is tested over it. */
    public static Stream<Way> all() {
        Stream<Way> noise = Stream.of(upgraded("tcp", TCP, new Noise()), upgraded("ws", WS, new Noise()));
        Stream<Way> tls = Tls.ifAvailable().stream()
                .flatMap(each -> Stream.of(upgraded("tcp", TCP, each), upgraded("ws", WS, each)));
        Stream<Way> quic = Quic.isAvailable() ? Stream.of(QUIC) : Stream.empty();
        return Stream.of(noise, tls, quic).flatMap(each -> each);
    }

    /** Ends a connection without a word, as far as its peer can learn of that before it gets impatient. */
    public void kill(Channel channel) {
        if (channel instanceof QuicChannel) {
            channel.close(); // a peer of QUIC that says nothing is merely silent
        } else {
            channel.pipeline().firstContext().close();
        }
    }

    private static Way upgraded(String transport, String listen, SecurityProtocol security) {
        return new Way(
                Multiaddr.parse(listen),
                List.of(security),
                new ConnectionState(transport, security.protocolId(), "/yamux/1.0.0", true));
    }

    @Override
    public String toString() {
        return expected.transport() + " " + expected.security();
    }
}
