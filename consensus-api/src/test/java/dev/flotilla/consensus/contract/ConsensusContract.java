package dev.flotilla.consensus.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.consensus.Agreed;
import dev.flotilla.consensus.Change;
import dev.flotilla.consensus.Consensus;
import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.NoStateException;
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
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What {@link Consensus} promises. Extend it and say how a swarm is made. */
public abstract class ConsensusContract<C extends Consensus<Journal>> extends Contract<C> {
    private static final Journal A = Journal.of("a");
    private static final Journal B = Journal.of("b");

    @Test
    void thereIsNoStateBeforeTheFirstAgreement() throws Exception {
        for (C member : start(3)) {
            assertThatThrownBy(member::currentState).isInstanceOf(NoStateException.class);
            failure(member.read(Consistency.local()), NoStateException.class);
            failure(member.read(Consistency.linearizable()), NoStateException.class);
        }
    }

    @Test
    void aStateCommittedAtAnyMemberIsAgreedOnByAll() throws Exception {
        List<C> members = start(3);
        for (int i = 0; i < members.size(); i++) {
            Journal state = Journal.of("from", "member " + i);
            Agreed<Journal> agreed = appliedAs(members.get(i).commitState(state));
            assertThat(agreed.state()).isEqualTo(state);
            for (C member : members) {
                reached(member, agreed.index());
                assertThat(member.currentState()).isEqualTo(state);
            }
        }
    }

    @Test
    void aCommitCompletesOnceItIsAppliedHere() throws Exception {
        C member = start(3).get(2);
        applied(member.commitState(A));
        assertThat(member.currentState()).isEqualTo(A);
    }

    @Test
    void indexesOfOutcomesGrow() throws Exception {
        List<C> members = start(3);
        long last = 0;
        for (int i = 0; i < 12; i++) {
            long index = applied(members.get(i % 3).commitState(Journal.of("state " + i)));
            assertThat(index).isGreaterThan(last);
            last = index;
        }
    }

    @Test
    void concurrentCommitsFromAllMembersConverge() throws Exception {
        List<C> members = start(3);
        List<CompletableFuture<Outcome<Journal>>> commits = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            commits.add(members.get(i % 3).commitState(Journal.of("state " + i)));
        }
        Agreed<Journal> newest = new Agreed<>(0, Journal.of());
        for (CompletableFuture<Outcome<Journal>> commit : commits) {
            Agreed<Journal> agreed = appliedAs(commit);
            newest = agreed.index() > newest.index() ? agreed : newest;
        }
        for (C member : members) {
            reached(member, newest.index());
            assertThat(member.currentState()).isEqualTo(newest.state());
        }
    }

    @Test
    void aLinearizableReadSeesEveryCompletedWriteFromWhicheverMemberItIsAsked() throws Exception {
        List<C> members = start(3);
        for (int i = 0; i < 12; i++) {
            Journal state = Journal.of("state " + i);
            long index = applied(members.get(i % 3).commitState(state));
            ReadResult<Journal> read = await(members.get((i + 1) % 3).read(Consistency.linearizable()));
            assertThat(read.state()).isEqualTo(state);
            assertThat(read.index()).isGreaterThanOrEqualTo(index);
        }
    }

    @Test
    void aReadAtABookmarkSeesOnesOwnWriteAtAnyMember() throws Exception {
        List<C> members = start(3);
        long index = applied(members.get(0).commitState(A));
        for (C member : members) {
            ReadResult<Journal> read = await(member.read(Consistency.atLeast(index)));
            assertThat(read.state()).isEqualTo(A);
            assertThat(read.index()).isGreaterThanOrEqualTo(index);
            assertThat(read.term()).isPositive();
        }
    }

    @Test
    void aLocalReadGivesWhatThisMemberHas() throws Exception {
        C member = start(1).get(0);
        long index = applied(member.commitState(A));
        ReadResult<Journal> read = await(member.read(Consistency.local()));
        assertThat(read.state()).isEqualTo(A);
        assertThat(read.index()).isGreaterThanOrEqualTo(index);
    }

    @Test
    void theAgeOfAnAnswerIsNeverNegative() throws Exception {
        C member = start(3).get(1);
        applied(member.commitState(A));
        for (Consistency level : List.of(Consistency.linearizable(), Consistency.local())) {
            ReadResult<Journal> read = await(member.read(level));
            if (read.age() != null) {
                assertThat(read.age().isNegative()).isFalse();
            }
        }
    }

    @Test
    void withoutAnActorNobodyPerformsChanges() throws Exception {
        C member = start(1).get(0);
        applied(member.commitState(A));
        member.setActor(null);
        assertThatIllegalStateException().isThrownBy(() -> member.commitState(B));
        assertThat(linearizable(member)).isEqualTo(A);
    }

    @Test
    void anActorReplacesTheOneBeforeIt() throws Exception {
        C member = start(1).get(0);
        applied(member.commitState(A));
        List<Change<Journal>> asked = new ArrayList<>();
        member.setActor(change -> {
            asked.add(change);
            return CompletableFuture.completedFuture(new Outcome.Applied<>(42, B));
        });
        assertThat(await(member.commitState(B))).isEqualTo(new Outcome.Applied<>(42, B));
        assertThat(asked).containsExactly(new Change.NewState<>(B));
        assertThat(linearizable(member)).isEqualTo(A);
    }

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
            member.states().subscribe(new ThrowingSubscriber());
            assertThat(await(uncaught)).hasMessage("from a subscriber");
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(handler);
        }
        StateRecorder<Journal> other = subscribe(member, Long.MAX_VALUE);
        applied(member.commitState(B));
        await(other.first(agreed -> agreed.state().equals(B)));
    }

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

    private static final class ThrowingSubscriber implements Flow.Subscriber<Agreed<Journal>> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Agreed<Journal> agreed) {
            throw new IllegalStateException("from a subscriber");
        }

        @Override
        public void onError(Throwable error) {
            throw new IllegalStateException("called after it threw", error);
        }

        @Override
        public void onComplete() {
            throw new IllegalStateException("called after it threw");
        }
    }
}
