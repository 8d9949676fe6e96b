package dev.flotilla.libp2p;

import dev.flotilla.libp2p.noise.Noise;
import dev.flotilla.libp2p.security.SecurityProtocol;
import dev.flotilla.libp2p.tls.Tls;
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

    /** What a host does that is told nothing. */
    public static final Way DEFAULT =
            new Way(Multiaddr.parse(TCP), List.of(), new ConnectionState("tcp", "", "", true));

    /** All of them: each new transport or security protocol is a line here, and what hosts promise is tested over it. */
    public static Stream<Way> all() {
        return Stream.concat(
                Stream.of(upgraded("tcp", TCP, new Noise())),
                Tls.ifAvailable().stream().map(tls -> upgraded("tcp", TCP, tls)));
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
