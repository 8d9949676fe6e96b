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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class EventLoopTest {
    private final PeerId self = Ed25519Credentials.generate().peerId();
    private final List<String> done = new CopyOnWriteArrayList<>();

    private interface Use {
        void of(EventLoop loop) throws Exception;
    }

    /** Runs {@code use} before the loop starts, and waits for the loop's end. */
    private void run(LongSupplier clock, Use use) throws Exception {
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
                    clock,
                    new StorageThread(new InMemoryLogStorage(), meters, failure -> {}),
                    new Outbox(links, 1, transport.frameBytesMax(), meters),
                    1000,
                    meters,
                    failure -> done.add("failed"));
            use.of(loop);
            loop.start();
            loop.awaitEnd();
        }
    }

    @Test
    void whatWasAcceptedRunsThoughTheLoopFails() throws Exception {
        run(System::nanoTime, loop -> {
            loop.execute(() -> {
                loop.execute(() -> done.add("later round"));
                throw new IllegalStateException("broken");
            });
            loop.execute(() -> done.add("same round"));
        });
        assertThat(done).containsExactly("failed", "same round", "later round");
    }

    @Test
    void anAlarmWaitsForWhatArrivedBeforeItWasDue() throws Exception {
        AtomicLong now = new AtomicLong();
        run(now::get, loop -> {
            Alarm alarm = loop.alarm(() -> {
                done.add("alarm");
                loop.close();
            });
            loop.execute(() -> {
                loop.set(alarm, 10);
                loop.execute(() -> done.add("arrived before"));
                now.set(20); // that took long
            });
        });
        assertThat(done).containsExactly("arrived before", "alarm");
    }

    @Test
    void whatNobodyAwaitsRunsWithWhatComesNext() throws Exception {
        run(System::nanoTime, loop -> {
            loop.executeSoon(() -> false, () -> done.add("not awaited"));
            loop.execute(() -> done.add("next"));
            loop.close();
        });
        assertThat(done).containsExactly("not awaited", "next");
    }

    @Test
    void whatNobodyAwaitsRunsWhenAnAlarmIsDue() throws Exception {
        run(System::nanoTime, loop -> {
            Alarm alarm = loop.alarm(loop::close);
            loop.execute(() -> loop.set(alarm, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50)));
            new Thread(() -> loop.executeSoon(() -> false, () -> done.add("not awaited"))).start();
        });
        assertThat(done).containsExactly("not awaited");
    }

    @Test
    void whatIsAwaitedWakesTheLoop() throws Exception {
        CountDownLatch asleep = new CountDownLatch(1);
        run(System::nanoTime, loop -> {
            loop.execute(asleep::countDown);
            Thread waker = new Thread(() -> {
                try {
                    asleep.await();
                } catch (InterruptedException e) {
                    return;
                }
                loop.executeSoon(() -> true, loop::close);
            });
            waker.start();
        });
        assertThat(asleep.getCount()).isZero();
    }
}
