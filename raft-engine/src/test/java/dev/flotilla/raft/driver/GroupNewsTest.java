package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.metrics.Metrics;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.memory.Ed25519Credentials;
import dev.flotilla.transport.memory.InMemoryNetwork;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** News of a node, as of the loss of another, do not come to all of its groups at once: waking is spread over time. */
class GroupNewsTest {
    private static final long PAUSE_NANOS = 1000;
    private static final List<Integer> GROUPS = IntStream.range(0, 150).boxed().toList();

    private final AtomicLong now = new AtomicLong();
    private final PeerId self = Ed25519Credentials.generate().peerId();
    private final PeerTransport transport = new InMemoryNetwork().join(self);
    private final EventLoop loop = loop();
    private final List<Integer> told = new CopyOnWriteArrayList<>();

    private EventLoop loop() {
        Meters meters = new Meters(Metrics.NONE);
        Links links = new Links(transport, meters, new Links.Listener() {
            @Override
            public void connected(PeerId peer) {}

            @Override
            public void lost(PeerId peer, boolean closedByPeer) {}

            @Override
            public void unreachable(PeerId peer, boolean refused) {}
        });
        return new EventLoop(
                "loop",
                now::get,
                new StorageThread(new InMemoryLogStorage(), meters, failure -> {}),
                new Outbox(links, 1, transport.frameBytesMax(), meters),
                1000,
                meters,
                failure -> {});
    }

    @BeforeEach
    void start() {
        loop.start();
    }

    @AfterEach
    void close() throws Exception {
        loop.close();
        loop.awaitEnd();
        transport.close();
    }

    /** The loop has done what was to be done by now. */
    private void turn() throws Exception {
        for (int i = 0; i < 2; i++) { // what a task sets off is done in its round
            CompletableFuture<Void> turned = new CompletableFuture<>();
            loop.execute(() -> turned.complete(null));
            turned.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void groupsAreToldAFewAtATime() throws Exception {
        GroupNews<Integer> news = new GroupNews<>(loop, PAUSE_NANOS);
        news.tell(GROUPS, told::add);
        turn();
        int few = told.size();
        assertThat(few).isBetween(1, GROUPS.size() / 2);
        turn();
        assertThat(told).as("before time has passed").hasSize(few);

        now.addAndGet(PAUSE_NANOS);
        turn();
        assertThat(told).hasSize(2 * few);

        now.addAndGet(PAUSE_NANOS);
        turn();
        assertThat(told).isEqualTo(GROUPS);
    }

    @Test
    void whatComesMeanwhileIsToldAfterwards() throws Exception {
        GroupNews<Integer> news = new GroupNews<>(loop, PAUSE_NANOS);
        news.tell(GROUPS, told::add);
        news.tell(GROUPS, group -> told.add(-group - 1));
        for (int i = 0; i < GROUPS.size(); i++) {
            now.addAndGet(PAUSE_NANOS);
            turn();
        }
        assertThat(told).startsWith(GROUPS.toArray(Integer[]::new)).hasSize(2 * GROUPS.size());
        assertThat(told.subList(GROUPS.size(), told.size()))
                .isEqualTo(GROUPS.stream().map(group -> -group - 1).toList());
    }
}
