package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.metrics.Metrics;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.memory.Ed25519Credentials;
import dev.flotilla.transport.memory.InMemoryNetwork;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class EventLoopTest {
    private final PeerId self = Ed25519Credentials.generate().peerId();
    private final List<String> done = new CopyOnWriteArrayList<>();

    @Test
    void whatWasAcceptedRunsThoughTheLoopFails() throws Exception {
        try (PeerTransport transport = new InMemoryNetwork().join(self)) {
            Meters meters = new Meters(Metrics.NONE);
            Links links = new Links(transport, meters, new Links.Listener() {
                @Override
                public void connected(PeerId peer) {}

                @Override
                public void lost(PeerId peer, boolean closedByPeer) {}

                @Override
                public void unreachable(PeerId peer, boolean refused) {}
            });
            EventLoop loop = new EventLoop(
                    "loop",
                    System::nanoTime,
                    new StorageThread(new InMemoryLogStorage(), meters, failure -> {}),
                    new Outbox(links, 1, transport.frameBytesMax(), meters),
                    1000,
                    meters,
                    failure -> done.add("failed"));
            loop.execute(() -> {
                loop.execute(() -> done.add("later round"));
                throw new IllegalStateException("broken");
            });
            loop.execute(() -> done.add("same round"));
            loop.start();
            loop.awaitEnd();
        }
        assertThat(done).containsExactly("failed", "same round", "later round");
    }
}
