package dev.flotilla.libp2p.transport;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.contract.PeerTransportContract;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** The contract of every transport, over WebSocket. */
class WebSocketTransportContractTest extends PeerTransportContract {
    private final Transports peers = new Transports(Multiaddr.parse("/ip4/127.0.0.1/tcp/0/ws"));

    @Override
    protected List<? extends PeerTransport> transports(int count) throws Exception {
        return peers.startAcquainted(count).stream()
                .map(Transports.Peer::transport)
                .toList();
    }

    @AfterEach
    void closeHosts() {
        peers.close();
    }
}
