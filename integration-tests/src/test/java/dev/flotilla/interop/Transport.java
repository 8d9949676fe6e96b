package dev.flotilla.interop;

import java.util.List;

/** What carries connections, as the peer programs name it. */
enum Transport {
    TCP("tcp", "/ip4/127.0.0.1/tcp/0"),
    WEB_SOCKET("ws", "/ip4/127.0.0.1/tcp/0/ws"),
    QUIC("quic-v1", "/ip4/127.0.0.1/udp/0/quic-v1");

    private final String argument;
    private final String listen;

    Transport(String argument, String listen) {
        this.argument = argument;
        this.listen = listen;
    }

    /** For {@code --listen}. */
    String argument() {
        return argument;
    }

    /** Where our host listens. */
    String listen() {
        return listen;
    }

    /** The security protocols that go with it; QUIC has TLS within. */
    List<Security> security() {
        return switch (this) {
            case TCP, WEB_SOCKET -> List.of(Security.NOISE, Security.TLS);
            case QUIC -> List.of(Security.TLS);
        };
    }

    @Override
    public String toString() {
        return argument;
    }
}
