package dev.flotilla.consensus.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.flotilla.consensus.Consensus;
import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.ReadResult;
import dev.flotilla.consensus.UnavailableException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link Consensus#close} promises, whatever goes on and from wherever it is called. */
abstract class ClosingContract<C extends Consensus<Journal>> extends SubscriptionContract<C> {
    @Test
    void subscriptionsCompleteOnClose() throws Exception {
        C member = start(1).get(0);
        StateRecorder<Journal> recorder = subscribe(member, 0);
        await(recorder.subscription());
        member.close();
        assertThat(await(recorder.ended())).isNull();
        assertThat(await(subscribe(member, 0).ended())).isNull();
    }

    @Test
    void closeCompletesEveryOutstandingFuture() throws Exception {
        List<C> members = start(3);
        applied(members.get(0).commitState(A));
        C closing = members.get(1);
        List<CompletableFuture<Outcome<Journal>>> writes = new ArrayList<>();
        List<CompletableFuture<ReadResult<Journal>>> reads = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            writes.add(closing.commitState(Journal.of("state " + i)));
            reads.add(closing.read(Consistency.linearizable()));
        }
        closing.close();
        for (CompletableFuture<Outcome<Journal>> write : writes) {
            assertThat(await(write)).isNotNull();
        }
        for (CompletableFuture<ReadResult<Journal>> read : reads) {
            Object end = await(read.handle((answer, failure) -> failure == null ? answer : failure));
            assertThat(end).isInstanceOfAny(ReadResult.class, UnavailableException.class);
        }
    }

    @Test
    void closeInTheMidstOfWritesAndReadsFromManyThreadsCompletesAll() throws Exception {
        List<C> members = start(3);
        applied(members.get(0).commitState(A));
        C closing = members.get(2);
        List<CompletableFuture<?>> answers = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch underWay = new CountDownLatch(30);
        List<CompletableFuture<Void>> callers = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            for (int i = 0; i < 3; i++) {
                callers.add(CompletableFuture.runAsync(() -> callUntilClosed(closing, answers, underWay), threads));
            }
            assertThat(underWay.await(30, TimeUnit.SECONDS)).isTrue();
            closing.close();
            for (CompletableFuture<Void> caller : callers) {
                failure(caller, IllegalStateException.class);
            }
        } finally {
            threads.shutdownNow();
        }
        for (CompletableFuture<?> answer : List.copyOf(answers)) {
            Object end = await(answer.handle((value, thrown) -> thrown == null ? value : thrown));
            assertThat(end).isInstanceOfAny(Outcome.class, ReadResult.class, UnavailableException.class);
        }
    }

    @Test
    void closeCompletesAWriteWhoseActorNeverAnswersAsUnknown() throws Exception {
        C member = start(1).get(0);
        member.setActor(change -> new CompletableFuture<>());
        CompletableFuture<Outcome<Journal>> write = member.commitState(A);
        assertThat(write).isNotDone();
        member.close();
        assertThat(await(write)).isInstanceOf(Outcome.Unknown.class);
    }

    @Test
    void afterCloseWritesAreMisuseAndReadsUnavailable() throws Exception {
        C member = start(1).get(0);
        applied(member.commitState(A));
        member.close();
        member.close();
        assertThatIllegalStateException().isThrownBy(() -> member.commitState(B));
        failure(member.read(Consistency.linearizable()), UnavailableException.class);
        failure(member.read(Consistency.local()), UnavailableException.class);
    }

    /** Ends with the exception for misuse. At most a few writes wait at a time. */
    private static void callUntilClosed(
            Consensus<Journal> member, List<CompletableFuture<?>> answers, CountDownLatch underWay) {
        while (true) {
            List<CompletableFuture<?>> round = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                CompletableFuture<Outcome<Journal>> write = member.commitState(Journal.of("state"));
                round.add(write.exceptionally(thrown -> {
                    throw new AssertionError("a write ends as an outcome", thrown);
                }));
                answers.add(write);
                answers.add(member.read(Consistency.linearizable()));
                underWay.countDown();
            }
            CompletableFuture.allOf(round.toArray(new CompletableFuture<?>[0])).join();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closeFromTheCallbackOfAWriteOrARead(boolean write) throws Exception {
        List<C> members = start(3);
        C closing = members.get(1);
        applied(closing.commitState(A));
        StateRecorder<Journal> recorder = subscribe(closing, 0);
        CompletableFuture<?> asked = write ? closing.commitState(B) : closing.read(Consistency.linearizable());
        await(asked.thenRun(closing::close));
        assertClosed(closing, recorder);
        applied(members.get(0).commitState(B));
    }

    @Test
    void closeFromASubscriber() throws Exception {
        List<C> members = start(3);
        C closing = members.get(2);
        StateRecorder<Journal> recorder = subscribe(closing, 0);
        Subscriber closer = new Subscriber((subscription, agreed) -> closing.close());
        closing.states().subscribe(closer);
        assertThat(await(closing.commitState(A))).isNotNull();
        assertThat(await(closer.ended)).isNull();
        assertClosed(closing, recorder);
        applied(members.get(0).commitState(B));
    }

    @Test
    void closeFromTheActor() throws Exception {
        C member = start(1).get(0);
        applied(member.commitState(A));
        StateRecorder<Journal> recorder = subscribe(member, 0);
        member.setActor(change -> {
            member.close();
            return new CompletableFuture<>();
        });
        assertThat(await(member.commitState(B))).isInstanceOf(Outcome.Unknown.class);
        assertClosed(member, recorder);
    }

    @Test
    void closeByManyThreadsAtOnceWhileOthersSubscribe() throws Exception {
        C member = start(3).get(0);
        applied(member.commitState(A));
        List<StateRecorder<Journal>> recorders = Collections.synchronizedList(new ArrayList<>());
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            CountDownLatch together = new CountDownLatch(8);
            List<CompletableFuture<Void>> done = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                boolean closes = i % 2 == 0;
                done.add(CompletableFuture.runAsync(
                        () -> {
                            together.countDown();
                            awaitRelease(together);
                            if (closes) {
                                member.close();
                            }
                            for (int k = 0; k < 20; k++) {
                                StateRecorder<Journal> recorder = new StateRecorder<>();
                                member.states().subscribe(recorder);
                                recorders.add(recorder);
                            }
                        },
                        threads));
            }
            for (CompletableFuture<Void> each : done) {
                await(each);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(recorders).hasSize(160);
        for (StateRecorder<Journal> recorder : List.copyOf(recorders)) {
            assertThat(await(recorder.ended())).isNull();
        }
    }

    @Test
    void closeBeforeTheFirstStateEndsAllTheSame() throws Exception {
        C member = start(1).get(0);
        StateRecorder<Journal> recorder = subscribe(member, Long.MAX_VALUE);
        CompletableFuture<ReadResult<Journal>> read = member.read(Consistency.atLeast(Long.MAX_VALUE));
        member.close();
        failure(read, UnavailableException.class);
        assertClosed(member, recorder);
        assertThat(recorder.told()).isEmpty();
    }

    /** Closed as every closed one is: idempotent, misuse to write, unavailable to read, its subscriptions ended. */
    final void assertClosed(C member, StateRecorder<Journal> recorder) throws Exception {
        assertThat(await(recorder.ended())).isNull();
        assertThat(await(subscribe(member, 0).ended())).isNull();
        member.close();
        assertThatIllegalStateException().isThrownBy(() -> member.commitState(B));
        failure(member.read(Consistency.local()), UnavailableException.class);
        failure(member.read(Consistency.linearizable()), UnavailableException.class);
    }
}
