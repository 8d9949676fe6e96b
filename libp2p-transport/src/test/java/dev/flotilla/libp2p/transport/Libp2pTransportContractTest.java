package dev.flotilla.libp2p.transport;

import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.contract.PeerTransportContract;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** The contract of every transport, over real sockets. */
class Libp2pTransportContractTest extends PeerTransportContract {
    private final Transports peers = new Transports();

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
