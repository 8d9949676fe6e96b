package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.metrics.Metrics;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One write for all that waits, in order; none after a failure. */
class StorageThreadTest {
    /** Lets one write through for each permit, and notes how many changes it had. */
    private static final class SlowLog implements LogStorage {
        final Semaphore permits = new Semaphore(0);
        final List<Integer> rounds = new ArrayList<>();
        final CountDownLatch begun = new CountDownLatch(1);
        volatile boolean broken;

        @Override
        public void write(List<GroupWrite> round) throws IOException {
            begun.countDown();
            permits.acquireUninterruptibly();
            rounds.add(round.size());
            if (broken) {
                throw new IOException("no space left on device");
            }
        }

        @Override
        public Set<GenesisId> groups() {
            return Set.of();
        }

        @Override
        public Optional<StoredGroup> read(GenesisId genesis) {
            return Optional.empty();
        }

        @Override
        public List<Entry> entries(GenesisId genesis, long fromIndex, long toIndexExclusive, int bytesMax) {
            return List.of();
        }

        @Override
        public @Nullable Bytes get(String table, String key) {
            return null;
        }

        @Override
        public Set<String> tables() {
            return Set.of();
        }

        @Override
        public List<String> keys(String table) {
            return List.of();
        }

        @Override
        public void close() {}
    }

    private final SlowLog log = new SlowLog();
    private final List<Throwable> failures = new ArrayList<>();
    private final StorageThread storage = new StorageThread(log, new Meters(Metrics.NONE), failures::add);

    private CompletableFuture<Void> submit() {
        return storage.submit(List.of(put()));
    }

    private static LogStorage.GroupWrite put() {
        return new LogStorage.GroupWrite.Put("table", "key", null);
    }

    @AfterEach
    void close() throws Exception {
        log.permits.release(100);
        storage.close();
    }

    @Test
    void whatComesDuringAWriteGoesDownInOne() throws Exception {
        storage.start();
        CompletableFuture<Void> first = submit();
        assertThat(log.begun.await(30, TimeUnit.SECONDS)).isTrue();
        List<CompletableFuture<Void>> others = List.of(submit(), submit(), submit());
        assertThat(first).isNotDone();
        log.permits.release(2);
        for (CompletableFuture<Void> other : others) {
            other.get(30, TimeUnit.SECONDS);
        }
        assertThat(first).isCompleted();
        assertThat(log.rounds).containsExactly(1, 3);
    }

    @Test
    void whoIsAloneWritesAtOnce() {
        log.permits.release(100);
        List<String> done = new ArrayList<>();
        assertThat(storage.writeNow(List.of(put()), () -> done.add("durable"))).isTrue();
        assertThat(done).containsExactly("durable");
        var unused = submit(); // waits: the thread has not started
        assertThat(storage.writeNow(List.of(put()), () -> done.add("out of order")))
                .isFalse();
        assertThat(done).hasSize(1);
    }

    @Test
    void nobodyWritesAtOnceBesideTheThread() throws Exception {
        storage.start();
        CompletableFuture<Void> first = submit();
        assertThat(log.begun.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(storage.writeNow(List.of(put()), () -> {})).isFalse();
        log.permits.release(1);
        first.get(30, TimeUnit.SECONDS);
    }

    @Test
    void theThreadWaitsForWhoWritesAtOnce() throws Exception {
        storage.start();
        Thread alone = new Thread(() -> storage.writeNow(List.of(put()), () -> {}));
        alone.start();
        assertThat(log.begun.await(30, TimeUnit.SECONDS)).isTrue();
        List<CompletableFuture<Void>> others = List.of(submit(), submit());
        log.permits.release(2);
        for (CompletableFuture<Void> other : others) {
            other.get(30, TimeUnit.SECONDS);
        }
        alone.join();
        assertThat(log.rounds).containsExactly(1, 2);
    }

    @Test
    void whoWritesAtOnceIsNotToldOfAFailureAsOfSuccess() {
        log.permits.release(100);
        log.broken = true;
        List<String> done = new ArrayList<>();
        assertThat(storage.writeNow(List.of(put()), () -> done.add("durable"))).isTrue();
        assertThat(done).isEmpty();
        assertThat(failures).hasSize(1);
        assertThat(storage.writeNow(List.of(put()), () -> done.add("durable"))).isFalse();
        assertThat(log.rounds).hasSize(1);
    }

    @Test
    void afterAFailureNothingIsWritten() {
        storage.start();
        log.broken = true;
        log.permits.release(100);
        assertThatThrownBy(() -> submit().get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
        log.broken = false;
        assertThatThrownBy(() -> submit().get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
        assertThat(log.rounds).hasSize(1);
        assertThat(failures).hasSize(1);
    }
}
