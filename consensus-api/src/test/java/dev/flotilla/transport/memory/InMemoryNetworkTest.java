package dev.flotilla.transport.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.contract.PeerTransportContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InMemoryNetworkTest extends PeerTransportContract {
    private final InMemoryNetwork network = new InMemoryNetwork();

    @Override
    protected List<PeerTransport> transports(int count) {
        List<PeerTransport> transports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            transports.add(network.join(peer(i)));
        }
        return transports;
    }

    @Test
    void aCutBreaksTheConnectionAndHealingMakesItAgain() throws Exception {
        List<PeerTransport> transports = transports(2);
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        transports.get(0).connectivity(new Told(told));
        transports.get(0).keepConnected(Set.of(peer(1)));
        assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("connected");
        network.cut(Set.of(peer(0)), Set.of(peer(1)));
        assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("lost closedByPeer=false");
        assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("unreachable refused=false");
        network.heal();
        assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("connected");
        transports.get(1).close();
        assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("lost closedByPeer=true");
        network.join(peer(1)).keepConnected(Set.of());
        assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("connected");
    }

    private record Told(BlockingQueue<String> told) implements PeerTransport.ConnectivityListener {
        @Override
        public void connected(PeerId peer) {
            told.add("connected");
        }

        @Override
        public void lost(PeerId peer, boolean closedByPeer) {
            told.add("lost closedByPeer=" + closedByPeer);
        }

        @Override
        public void unreachable(PeerId peer, String reason, boolean refused) {
            told.add("unreachable refused=" + refused);
        }
    }

    private static PeerId peer(int number) {
        byte[] multihash = new byte[34];
        multihash[0] = 0x12;
        multihash[1] = 32;
        multihash[33] = (byte) number;
        return PeerId.fromBytes(multihash);
    }
}
