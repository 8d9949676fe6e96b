package dev.flotilla.consensus.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.consensus.Agreed;
import dev.flotilla.consensus.Consensus;
import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What {@link Consensus#states} promises its subscribers: many, slow, leaving, throwing, blocking, asking back. */
abstract class SubscriptionContract<C extends Consensus<Journal>> extends Contract<C> {
    static final Journal A = Journal.of("a");
    static final Journal B = Journal.of("b");

    @Test
    void subscribersAreToldTheNewestKnownStateFirst() throws Exception {
        C member = start(3).get(0);
        applied(member.commitState(A));
        long index = applied(member.commitState(B));
        StateRecorder<Journal> recorder = subscribe(member, Long.MAX_VALUE);
        await(recorder.first(agreed -> true));
        assertThat(recorder.told().get(0)).isEqualTo(new Agreed<>(index, B));
    }

    @Test
    void subscribersAtEveryMemberAreToldEachStateAsItsIndexGrows() throws Exception {
        List<C> members = start(3);
        List<StateRecorder<Journal>> recorders = new ArrayList<>();
        for (C member : members) {
            recorders.add(subscribe(member, Long.MAX_VALUE));
        }
        long index = 0;
        for (int i = 0; i < 10; i++) {
            index = applied(members.get(i % 3).commitState(Journal.of("state " + i)));
        }
        Agreed<Journal> last = new Agreed<>(index, Journal.of("state 9"));
        for (StateRecorder<Journal> recorder : recorders) {
            await(recorder.first(last::equals));
            assertThat(recorder.told()).extracting(Agreed::index).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void aSlowSubscriberSkipsToTheNewestAndSeesTheGap() throws Exception {
        C member = start(1).get(0);
        long first = applied(member.commitState(A));
        StateRecorder<Journal> slow = subscribe(member, 1);
        assertThat(await(slow.first(agreed -> true)).index()).isEqualTo(first);
        StateRecorder<Journal> fast = subscribe(member, Long.MAX_VALUE);
        for (int i = 0; i < 9; i++) {
            applied(member.commitState(Journal.of("state " + i)));
        }
        Agreed<Journal> newest = new Agreed<>(applied(member.commitState(B)), B);
        await(fast.first(newest::equals));
        assertThat(slow.told()).hasSize(1);
        await(slow.subscription()).request(1);
        await(slow.first(newest::equals));
        assertThat(slow.told()).containsExactly(new Agreed<>(first, A), newest);
    }

    @Test
    void aSubscriberThatCancelsIsToldNothingMoreAndOthersAre() throws Exception {
        C member = start(1).get(0);
        applied(member.commitState(A));
        StateRecorder<Journal> leaving = subscribe(member, Long.MAX_VALUE);
        StateRecorder<Journal> staying = subscribe(member, Long.MAX_VALUE);
        await(leaving.first(agreed -> true));
        await(leaving.subscription()).cancel();
        applied(member.commitState(B));
        await(staying.first(agreed -> agreed.state().equals(B)));
        assertThat(leaving.told()).extracting(Agreed::state).containsExactly(A);
    }

    @Test
    void aSubscriberThatThrowsHarmsNobodyElse() throws Exception {
        C member = start(1).get(0);
        applied(member.commitState(A));
        Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
        CompletableFuture<Throwable> uncaught = new CompletableFuture<>();
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> uncaught.complete(thrown));
        try {
            member.states().subscribe(new Subscriber((subscription, agreed) -> {
                throw new IllegalStateException("from a subscriber");
            }));
            assertThat(await(uncaught)).hasMessage("from a subscriber");
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(handler);
        }
        StateRecorder<Journal> other = subscribe(member, Long.MAX_VALUE);
        applied(member.commitState(B));
        await(other.first(agreed -> agreed.state().equals(B)));
    }

    @Test
    void ofManySubscribersEachIsToldTheNewestInTheEndWhateverOthersDo() throws Exception {
        List<C> members = start(3);
        List<StateRecorder<Journal>> staying = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            C member = members.get(i % 3);
            staying.add(subscribe(member, Long.MAX_VALUE));
            member.states().subscribe(new Subscriber((subscription, agreed) -> subscription.cancel()));
        }
        Agreed<Journal> last = new Agreed<>(0, A);
        for (int i = 0; i < 40; i++) {
            last = appliedAs(members.get(i % 3).commitState(Journal.of("state " + i)));
        }
        for (StateRecorder<Journal> recorder : staying) {
            await(recorder.first(last::equals));
            assertThat(recorder.told()).extracting(Agreed::index).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void aSubscriberThatCancelsAmidIsToldNothingMore() throws Exception {
        C member = start(1).get(0);
        List<Agreed<Journal>> told = new ArrayList<>(); // one thread at a time calls
        member.states().subscribe(new Subscriber((subscription, agreed) -> {
            told.add(agreed);
            if (told.size() == 2) {
                subscription.cancel();
            }
        }));
        StateRecorder<Journal> other = subscribe(member, Long.MAX_VALUE);
        for (int i = 0; i < 20; i++) {
            Agreed<Journal> agreed = appliedAs(member.commitState(Journal.of("state " + i)));
            await(other.first(agreed::equals));
        }
        member.close();
        assertThat(await(other.ended())).isNull();
        assertThat(told).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void aSubscriberThatBlocksHoldsUpNobodyElse() throws Exception {
        C member = start(1).get(0);
        applied(member.commitState(A));
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Void> entered = new CompletableFuture<>();
        Subscriber blocking = new Subscriber((subscription, agreed) -> {
            entered.complete(null);
            awaitRelease(release);
        });
        member.states().subscribe(blocking);
        await(entered);
        try {
            StateRecorder<Journal> other = subscribe(member, Long.MAX_VALUE);
            Agreed<Journal> agreed = appliedAs(member.commitState(B));
            await(other.first(agreed::equals));
            assertThat(linearizable(member)).isEqualTo(B);
            member.close();
            assertThat(await(other.ended())).isNull();
        } finally {
            release.countDown();
        }
        assertThat(await(blocking.ended)).isNull();
    }

    /** What a subscriber is told is known: it may read it, and ask for more, and wait for that. */
    @Test
    void aSubscriberMayReadAndCommitAndWaitForIt() throws Exception {
        C member = start(3).get(1);
        CompletableFuture<Journal> read = new CompletableFuture<>();
        CompletableFuture<Outcome<Journal>> committed = new CompletableFuture<>();
        member.states().subscribe(new Subscriber((subscription, agreed) -> {
            subscription.cancel();
            read.complete(
                    member.read(Consistency.atLeast(agreed.index())).join().state());
            committed.complete(member.commitState(B).join());
        }));
        applied(member.commitState(A));
        assertThat(await(read)).isEqualTo(A);
        applied(committed);
        assertThat(member.currentState()).isEqualTo(B);
    }

    @Test
    void aSubscriberThatAsksForLessThanOneIsTold() throws Exception {
        C member = start(1).get(0);
        for (long demand : List.of(0L, -1L)) {
            StateRecorder<Journal> recorder = subscribe(member, 0);
            await(recorder.subscription()).request(demand);
            assertThat(await(recorder.ended())).isInstanceOf(IllegalArgumentException.class);
        }
    }

    static void awaitRelease(CountDownLatch release) {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks for all there is, and does something with each. */
    static final class Subscriber implements Flow.Subscriber<Agreed<Journal>> {
        final CompletableFuture<@Nullable Throwable> ended = new CompletableFuture<>();
        private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        private final BiConsumer<Flow.Subscription, Agreed<Journal>> action;

        Subscriber(BiConsumer<Flow.Subscription, Agreed<Journal>> action) {
            this.action = action;
        }

        @Override
        public void onSubscribe(Flow.Subscription newSubscription) {
            subscription.complete(newSubscription);
            newSubscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Agreed<Journal> agreed) {
            action.accept(subscription.join(), agreed);
        }

        @Override
        public void onError(Throwable error) {
            ended.complete(error);
        }

        @Override
        public void onComplete() {
            ended.complete(null);
        }
    }
}
