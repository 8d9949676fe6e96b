package dev.flotilla.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClosedLoopTest {
    private final ExecutorService library = Executors.newSingleThreadExecutor();
    private final List<Load.Outcome> outcomes = new ArrayList<>();

    @AfterEach
    void stop() {
        library.shutdownNow();
    }

    /** Ends each operation on its one thread. */
    private class Fake implements Contender {
        final int failing; // which proposal, from 1
        final AtomicInteger open = new AtomicInteger();
        final AtomicInteger openMax = new AtomicInteger();
        final AtomicInteger proposed = new AtomicInteger();
        final AtomicInteger read = new AtomicInteger();
        final Set<Integer> groups = ConcurrentHashMap.newKeySet();
        volatile int bytes;

        final CountDownLatch full; // nothing ends before so many operations are open

        Fake() {
            this(0, 0);
        }

        Fake(int failing, int full) {
            this.failing = failing;
            this.full = new CountDownLatch(full);
        }

        @Override
        public void start(Place place, Ledgers ledgers) {}

        @Override
        public boolean isLeader(int group) {
            return true;
        }

        @Override
        public boolean follows(int group) {
            return true;
        }

        @Override
        public void propose(int group, byte[] command, Done done) {
            groups.add(group);
            bytes = command.length;
            end(done, proposed.incrementAndGet() == failing ? "no leader" : null);
        }

        @Override
        public void read(Done done) {
            read.incrementAndGet();
            end(done, null);
        }

        private void end(Done done, @Nullable String failure) {
            openMax.accumulateAndGet(open.incrementAndGet(), Math::max);
            full.countDown();
            library.execute(() -> {
                awaitFull();
                open.decrementAndGet();
                done.ended(failure);
            });
        }

        private void awaitFull() {
            try {
                full.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {}
    }

    private void run(Contender contender, Load load, int... groups) throws InterruptedException {
        new ClosedLoop(contender, groups.length == 0 ? new int[] {0} : groups, load).run(new ClosedLoop.Listener() {
            @Override
            public void begins() {}

            @Override
            public void ends(Load.Outcome outcome) {
                outcomes.add(outcome);
            }
        });
    }

    @Test
    void asManyOperationsAreOutstandingAsAreAskedFor() throws InterruptedException {
        Fake fake = new Fake(0, 7);

        run(fake, new Load(7, 16, 0, 0.01, 0.05));

        assertThat(fake.openMax).hasValue(7);
        assertThat(fake.bytes).isEqualTo(16);
        assertThat(fake.read).hasValue(0);
    }

    @Test
    void returnsWhenTheLastOperationHasEnded() throws InterruptedException {
        Fake fake = new Fake();

        run(fake, new Load(50, 16, 0, 0, 0.02));

        assertThat(fake.open).hasValue(0);
        assertThat(outcomes).hasSize(1);
    }

    @Test
    void whatEndedBeforeTheWarmUpDidIsNotCounted() throws InterruptedException {
        Fake fake = new Fake();

        run(fake, new Load(1, 16, 0, 0.05, 0.05));

        assertThat(outcomes.get(0).operations()).isPositive().isLessThan(fake.proposed.get());
        assertThat(outcomes.get(0).writes()).isLessThanOrEqualTo(outcomes.get(0).operations() + 1);
    }

    @Test
    void readsAndWritesAreMixedAsAskedFor() throws InterruptedException {
        Fake fake = new Fake();

        run(fake, new Load(4, 16, 90, 0, 0.2));

        assertThat(fake.read.doubleValue()).isBetween(7.0 * fake.proposed.get(), 11.0 * fake.proposed.get());
    }

    @Test
    void aFailureIsCountedAndTheClientGoesOn() throws InterruptedException {
        Fake fake = new Fake(3, 0);

        run(fake, new Load(1, 16, 0, 0, 0.2));

        assertThat(outcomes.get(0).failed()).isEqualTo(1);
        assertThat(outcomes.get(0).failure()).isEqualTo("no leader");
        assertThat(fake.proposed).hasValueGreaterThan(3);
    }

    @Test
    void aBoundedLoadEndsWithItsLastOperation() throws InterruptedException {
        Fake fake = new Fake();

        run(fake, Load.writes(8, 16, 100));

        assertThat(fake.proposed).hasValue(100);
        assertThat(outcomes.get(0).operations()).isLessThanOrEqualTo(100);
    }

    @Test
    void eachGroupIsWrittenToAndNoOther() throws InterruptedException {
        Fake fake = new Fake();

        run(fake, Load.writes(2, 16, 100), 3, 5, 8);

        assertThat(fake.groups).containsExactlyInAnyOrder(3, 5, 8);
    }

    @Test
    void aLoadWithoutAGroupIsRefused() {
        assertThatThrownBy(() -> new ClosedLoop(new Fake(), new int[0], Load.writes(1, 16, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs a group");
    }
}
