package dev.flotilla.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.consensus.contract.StateRecorder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AgreedStatesTest {
    /** Tasks run when the test says so. */
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    private final AgreedStates<String> states = new AgreedStates<>(tasks::add);

    @Test
    void nothingIsToldWithoutDemand() {
        StateRecorder<String> recorder = subscribe();
        publish(1);
        assertThat(recorder.told()).isEmpty();
        request(recorder, 1);
        assertThat(recorder.told()).containsExactly(agreed(1));
    }

    @Test
    void eachRequestIsAnsweredOnceAndTheNewestWins() {
        StateRecorder<String> recorder = subscribe();
        request(recorder, 2);
        publish(1);
        publish(2);
        publish(3);
        publish(4);
        assertThat(recorder.told()).containsExactly(agreed(1), agreed(2));
        request(recorder, 1);
        assertThat(recorder.told()).containsExactly(agreed(1), agreed(2), agreed(4));
    }

    @Test
    void aStateThatIsNotNewerIsNotTold() {
        StateRecorder<String> recorder = subscribe();
        request(recorder, Long.MAX_VALUE);
        publish(5);
        publish(5);
        publish(4);
        assertThat(recorder.told()).containsExactly(agreed(5));
        StateRecorder<String> late = subscribe();
        request(late, 1);
        assertThat(late.told()).containsExactly(agreed(5));
    }

    @Test
    void demandAddsUpWithoutOverflow() {
        StateRecorder<String> recorder = subscribe();
        request(recorder, Long.MAX_VALUE - 1);
        request(recorder, Long.MAX_VALUE - 1);
        publish(1);
        publish(2);
        assertThat(recorder.told()).hasSize(2);
    }

    @Test
    void aRequestForLessThanOneEndsTheSubscriptionWithAnError() {
        StateRecorder<String> recorder = subscribe();
        publish(1);
        request(recorder, 0);
        assertThat(recorder.ended().join())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("got 0");
        request(recorder, 1);
        assertThat(recorder.told()).isEmpty();
    }

    @Test
    void whatWasPublishedBeforeTheEndIsToldBeforeIt() {
        StateRecorder<String> recorder = subscribe();
        recorder.subscription().join().request(1);
        states.publish(agreed(1));
        states.close();
        run();
        assertThat(recorder.told()).containsExactly(agreed(1));
        assertThat(recorder.ended()).isCompletedWithValue(null);
    }

    @Test
    void closeCompletesASubscriberWithoutDemandAndAfterwardsAnother() {
        StateRecorder<String> before = subscribe();
        publish(1);
        states.close();
        states.close();
        run();
        assertThat(before.ended()).isCompletedWithValue(null);
        StateRecorder<String> after = subscribe();
        assertThat(after.ended()).isCompletedWithValue(null);
        assertThat(after.told()).isEmpty();
    }

    @Test
    void afterAFailureEverySubscriptionEndsWithIt() {
        StateRecorder<String> before = subscribe();
        Throwable failure = new OutOfMemoryError("not really");
        states.fail(failure);
        states.close();
        run();
        assertThat(before.ended().join()).isSameAs(failure);
        assertThat(subscribe().ended().join()).isSameAs(failure);
    }

    @Test
    void aCancelledSubscriptionIsToldNothingMore() {
        StateRecorder<String> recorder = subscribe();
        request(recorder, Long.MAX_VALUE);
        states.publish(agreed(1));
        recorder.subscription().join().cancel();
        run();
        publish(2);
        states.close();
        run();
        assertThat(recorder.told()).isEmpty();
        assertThat(recorder.ended()).isNotDone();
    }

    /** In the midst of being told: what comes while it returns is for others. */
    @Test
    void whoCancelsWhileItIsToldIsToldNothingMore() {
        List<Long> indexes = new ArrayList<>();
        states.subscribe(greedy((subscription, agreed) -> {
            indexes.add(agreed.index());
            subscription.cancel();
            states.publish(agreed(agreed.index() + 1));
        }));
        run();
        publish(1);
        publish(5);
        assertThat(indexes).containsExactly(1L);
    }

    @Test
    void whoThrowsIsToldNothingMore() {
        List<Long> indexes = new ArrayList<>();
        states.subscribe(greedy((subscription, agreed) -> {
            indexes.add(agreed.index());
            throw new IllegalStateException("this is the test's own");
        }));
        run();
        publish(1);
        publish(2);
        assertThat(indexes).containsExactly(1L);
    }

    /** One that asks for all there is. */
    private static Flow.Subscriber<Agreed<String>> greedy(BiConsumer<Flow.Subscription, Agreed<String>> onNext) {
        return new Flow.Subscriber<>() {
            private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();

            @Override
            public void onSubscribe(Flow.Subscription newSubscription) {
                subscription.complete(newSubscription);
                newSubscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(Agreed<String> agreed) {
                onNext.accept(subscription.join(), agreed);
            }

            @Override
            public void onError(Throwable error) {
                throw new AssertionError(error);
            }

            @Override
            public void onComplete() {
                throw new AssertionError("not closed");
            }
        };
    }

    @Test
    void asManyStatesAsAskedForFromWithinASubscriber() {
        List<Long> indexes = new ArrayList<>();
        states.subscribe(new Flow.Subscriber<>() {
            private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();

            @Override
            public void onSubscribe(Flow.Subscription newSubscription) {
                subscription.complete(newSubscription);
                newSubscription.request(1);
            }

            @Override
            public void onNext(Agreed<String> agreed) {
                indexes.add(agreed.index());
                if (agreed.index() < 5) {
                    states.publish(agreed(agreed.index() + 1));
                    subscription.join().request(1);
                }
            }

            @Override
            public void onError(Throwable error) {
                throw new AssertionError(error);
            }

            @Override
            public void onComplete() {
                throw new AssertionError("not closed");
            }
        });
        publish(1);
        assertThat(indexes).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void subscribersComingAndGoingWhileStatesArePublishedEachSeeTheLast() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            AgreedStates<String> busy = new AgreedStates<>(threads);
            long last = 2_000;
            AtomicBoolean done = new AtomicBoolean();
            CompletableFuture<Void> publishing = CompletableFuture.runAsync(
                    () -> {
                        for (long index = 1; index <= last; index++) {
                            busy.publish(agreed(index));
                        }
                        done.set(true);
                    },
                    threads);
            List<StateRecorder<String>> recorders = new ArrayList<>();
            do {
                StateRecorder<String> recorder = new StateRecorder<>();
                busy.subscribe(recorder);
                Flow.Subscription subscription = recorder.subscription().get(30, TimeUnit.SECONDS);
                subscription.request(Long.MAX_VALUE);
                recorders.add(recorder);
            } while (!done.get() && recorders.size() < 50);
            publishing.get(30, TimeUnit.SECONDS);
            for (StateRecorder<String> recorder : recorders) {
                recorder.first(agreed -> agreed.index() == last).get(30, TimeUnit.SECONDS);
                assertThat(recorder.told()).extracting(Agreed::index).isSorted().doesNotHaveDuplicates();
            }
            busy.close();
            for (StateRecorder<String> recorder : recorders) {
                assertThat(recorder.ended().get(30, TimeUnit.SECONDS)).isNull();
            }
        } finally {
            threads.shutdown();
        }
    }

    private StateRecorder<String> subscribe() {
        StateRecorder<String> recorder = new StateRecorder<>();
        states.subscribe(recorder);
        run();
        return recorder;
    }

    private void request(StateRecorder<String> recorder, long count) {
        recorder.subscription().join().request(count);
        run();
    }

    private void publish(long index) {
        states.publish(agreed(index));
        run();
    }

    private static Agreed<String> agreed(long index) {
        return new Agreed<>(index, "state " + index);
    }

    private void run() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }
}
