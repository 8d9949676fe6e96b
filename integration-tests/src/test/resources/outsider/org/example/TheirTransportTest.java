package org.example;

import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.contract.PeerTransportContract;
import dev.flotilla.transport.memory.Ed25519Credentials;
import dev.flotilla.transport.memory.InMemoryNetwork;
import java.util.ArrayList;
import java.util.List;

class TheirTransportTest extends PeerTransportContract {
    private final InMemoryNetwork network = new InMemoryNetwork();

    @Override
    protected List<PeerTransport> transports(int count) {
        List<PeerTransport> transports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            transports.add(network.join(Ed25519Credentials.generate().peerId()));
        }
        return transports;
    }
}
