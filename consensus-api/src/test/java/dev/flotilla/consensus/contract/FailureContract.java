package dev.flotilla.consensus.contract;

import static dev.flotilla.consensus.contract.JournalOp.append;
import static dev.flotilla.consensus.contract.JournalOp.fail;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.flotilla.consensus.Agreed;
import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.InconsistentStateException;
import dev.flotilla.consensus.Op;
import dev.flotilla.consensus.OpLogConsensus;
import dev.flotilla.consensus.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What {@link OpLogConsensus} promises of operations that fail, that close their member, and that do not end. */
abstract class FailureContract extends ConsensusContract<OpLogConsensus<Journal>> {
    static final Journal START = Journal.of("start");

    @Test
    void anOperationThatThrowsIsReportedToItsCallerWithTheCause() throws Exception {
        OpLogConsensus<Journal> member = startFrom(START, 3).get(1);
        Outcome<Journal> outcome = await(member.commitOp(fail("ink is out")));
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        assertThat(((Outcome.Failed<Journal>) outcome).cause())
                .isInstanceOf(JournalOp.JournalException.class)
                .hasMessage("ink is out");
    }

    @Test
    void anOperationThatThrowsMakesTheStateInconsistentOnEveryMemberAlike() throws Exception {
        List<OpLogConsensus<Journal>> members = startFrom(START, 3);
        long index = failed(members.get(0).commitOp(fail("ink is out")));
        for (OpLogConsensus<Journal> member : members) {
            reached(member, index);
            assertInconsistent(member::currentState, index);
            assertInconsistent(member::logHead, index);
            for (Consistency level : List.of(Consistency.linearizable(), Consistency.local())) {
                InconsistentStateException thrown = failure(member.read(level), InconsistentStateException.class);
                assertThat(thrown.index()).isEqualTo(index);
                assertThat(thrown).hasMessageContaining("ink is out");
            }
        }
    }

    @Test
    void whileInconsistentOperationsAndStatesAreRejectedAtEveryMember() throws Exception {
        List<OpLogConsensus<Journal>> members = startFrom(START, 3);
        long index = failed(members.get(0).commitOp(fail("ink is out")));
        for (OpLogConsensus<Journal> member : members) {
            assertRejected(member.commitOp(append("one")), Outcome.Reason.INCONSISTENT);
            assertRejected(member.commitOp(fail("again")), Outcome.Reason.INCONSISTENT);
            assertRejected(member.commitState(Journal.of("new")), Outcome.Reason.INCONSISTENT);
            assertInconsistent(member::currentState, index);
        }
    }

    @Test
    void rollbackHealsFromAnyMember() throws Exception {
        List<OpLogConsensus<Journal>> members = startFrom(START, 3);
        for (OpLogConsensus<Journal> healer : members) {
            failed(members.get(0).commitOp(fail("ink is out")));
            Journal healed = Journal.of("healed", "by member " + members.indexOf(healer));
            Agreed<Journal> agreed = appliedAs(healer.rollback(healed));
            assertThat(agreed.state()).isEqualTo(healed);
            assertAll(members, agreed.index(), healed);
            long index = applied(members.get(2).commitOp(append("on we go")));
            assertAll(members, index, healed.with("on we go"));
        }
    }

    @Test
    void aSubscriberWhileInconsistentIsToldTheLastStateBeforeTheFailure() throws Exception {
        List<OpLogConsensus<Journal>> members = startFrom(START, 3);
        Agreed<Journal> before = appliedAs(members.get(0).commitOp(append("one")));
        long failedAt = failed(members.get(0).commitOp(fail("ink is out")));
        reached(members.get(1), failedAt);
        StateRecorder<Journal> recorder = subscribe(members.get(1), Long.MAX_VALUE);
        assertThat(await(recorder.first(agreed -> true))).isEqualTo(before);
    }

    /** Type, index and message; whatever it is that went wrong. */
    @Test
    void theVerdictIsTheSameOnEveryMember() throws Exception {
        List<OpLogConsensus<Journal>> members = startFrom(START, 3);
        List<Op<Journal>> failing =
                List.of(fail("ink is out"), JournalOp.nothing(), JournalOp.meddle(FailureContract::throwWithoutAWord));
        List<String> types = List.of(
                JournalOp.JournalException.class.getName(),
                NullPointerException.class.getName(),
                ArrayIndexOutOfBoundsException.class.getName());
        List<String> reasons = List.of("ink is out", "the operation gave no state", "ArrayIndexOutOfBoundsException");
        for (int i = 0; i < failing.size(); i++) {
            Outcome<Journal> outcome = await(members.get(i).commitOp(failing.get(i)));
            assertThat(outcome).isInstanceOf(Outcome.Failed.class);
            Outcome.Failed<Journal> failed = (Outcome.Failed<Journal>) outcome;
            assertThat(failed.cause().getClass().getName()).isEqualTo(types.get(i));
            for (OpLogConsensus<Journal> member : members) {
                reached(member, failed.index());
                InconsistentStateException thrown =
                        failure(member.read(Consistency.linearizable()), InconsistentStateException.class);
                assertThat(thrown.index()).isEqualTo(failed.index());
                assertThat(thrown.type()).isEqualTo(types.get(i));
                assertThat(thrown)
                        .hasMessage("the operation at index " + failed.index() + " failed: " + reasons.get(i)
                                + "; roll back to go on");
            }
            applied(members.get(2).rollback(START));
        }
    }

    private static void throwWithoutAWord() {
        throw new ArrayIndexOutOfBoundsException();
    }

    @Test
    void rollbackHealsBothModes() throws Exception {
        List<OpLogConsensus<Journal>> members = startFrom(START, 3);
        failed(members.get(0).commitOp(fail("ink is out")));
        applied(members.get(1).rollback(START));
        long index = applied(members.get(2).commitState(Journal.of("by state")));
        assertAll(members, index, Journal.of("by state"));
        failed(members.get(0).commitOp(fail("ink is out")));
        applied(members.get(1).rollback(START));
        index = applied(members.get(2).commitOp(append("by operation")));
        assertAll(members, index, START.with("by operation"));
    }

    /** In the midst of others that are on their way: those before it are made, those behind it are not, by their index. */
    @Test
    void whatFollowsAFailureInTheLogIsRejectedUntilTheRollbackInIt() throws Exception {
        List<OpLogConsensus<Journal>> members = startFrom(Journal.of(), 3);
        List<CompletableFuture<Outcome<Journal>>> before = new ArrayList<>();
        List<CompletableFuture<Outcome<Journal>>> after = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            before.add(members.get(i % 3).commitOp(append("line " + i)));
        }
        CompletableFuture<Outcome<Journal>> failing = members.get(1).commitOp(fail("ink is out"));
        for (int i = 0; i < 60; i++) {
            after.add(members.get(i % 3).commitOp(append("line " + i)));
        }
        long failedAt = failed(failing);
        after.addAll(before);
        int made = 0;
        for (CompletableFuture<Outcome<Journal>> write : after) {
            Outcome<Journal> outcome = await(write);
            if (outcome instanceof Outcome.Applied<Journal> applied) {
                assertThat(applied.index()).isLessThan(failedAt);
                made++;
            } else {
                assertRejected(write, Outcome.Reason.INCONSISTENT);
            }
        }
        StateRecorder<Journal> recorder = subscribe(members.get(0), Long.MAX_VALUE);
        int lines = made;
        await(recorder.first(agreed -> agreed.state().lines().size() == lines));
        long index = applied(members.get(2).rollback(START));
        assertAll(members, index, START);
    }

    @Test
    void closeFromWithinAnOperation() throws Exception {
        List<OpLogConsensus<Journal>> members = startFrom(START, 3);
        OpLogConsensus<Journal> closing = members.get(1);
        StateRecorder<Journal> recorder = subscribe(closing, 0);
        assertThat(await(closing.commitOp(JournalOp.meddle(closing::close)))).isNotNull();
        assertClosed(closing, recorder);
        long index = applied(members.get(0).commitOp(append("goes on")));
        assertThat(index).isPositive();
        assertThat(linearizable(members.get(2)).lines()).endsWith("goes on");
    }

    @Test
    void closeWhileAnOperationDoesNotEndCompletesAllTheSame() throws Exception {
        OpLogConsensus<Journal> member = startFrom(START, 1).get(0);
        StateRecorder<Journal> recorder = subscribe(member, Long.MAX_VALUE);
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Void> entered = new CompletableFuture<>();
        try {
            List<CompletableFuture<Outcome<Journal>>> writes = new ArrayList<>();
            writes.add(member.commitOp(JournalOp.meddle(() -> {
                entered.complete(null);
                awaitRelease(release);
            })));
            await(entered);
            writes.add(member.commitOp(append("behind it")));
            List<CompletableFuture<?>> reads = List.of(
                    member.read(Consistency.linearizable()),
                    member.read(Consistency.local()),
                    member.read(Consistency.atLeast(Long.MAX_VALUE)));
            Thread closer = new Thread(member::close, "contract-closer"); // it may wait for the operation
            closer.setDaemon(true);
            closer.start();
            for (CompletableFuture<Outcome<Journal>> write : writes) {
                assertThat(await(write)).isNotInstanceOf(Outcome.Failed.class);
            }
            for (CompletableFuture<?> read : reads) {
                await(read.handle((answer, thrown) -> "ended"));
            }
            assertThat(await(recorder.ended())).isNull();
        } finally {
            release.countDown();
        }
        assertClosed(member, recorder);
    }

    @Test
    void closeWhileInconsistentCompletesWhatIsOnItsWay() throws Exception {
        List<OpLogConsensus<Journal>> members = startFrom(START, 3);
        OpLogConsensus<Journal> closing = members.get(0);
        StateRecorder<Journal> recorder = subscribe(closing, 0);
        List<CompletableFuture<Outcome<Journal>>> writes = new ArrayList<>();
        writes.add(closing.commitOp(fail("ink is out")));
        for (int i = 0; i < 50; i++) {
            writes.add(closing.commitOp(append("line")));
            writes.add(closing.commitState(START));
        }
        writes.add(closing.rollback(START));
        closing.close();
        for (CompletableFuture<Outcome<Journal>> write : writes) {
            assertThat(await(write)).isNotNull();
        }
        assertClosed(closing, recorder);
        long index = applied(members.get(1).rollback(Journal.of("healed")));
        reached(members.get(2), index);
        assertThat(members.get(2).currentState()).isEqualTo(Journal.of("healed"));
    }

    final List<OpLogConsensus<Journal>> startFrom(Journal state, int count) throws Exception {
        List<OpLogConsensus<Journal>> members = start(count);
        long index = applied(members.get(0).commitState(state));
        members.forEach(member -> reached(member, index));
        return members;
    }

    static long failed(CompletableFuture<Outcome<Journal>> write) throws ExecutionException {
        Outcome<Journal> outcome = await(write);
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        return ((Outcome.Failed<Journal>) outcome).index();
    }

    static void assertAll(List<OpLogConsensus<Journal>> members, long index, Journal state) {
        for (OpLogConsensus<Journal> member : members) {
            reached(member, index);
            assertThat(member.currentState()).isEqualTo(state);
        }
    }

    static void assertInconsistent(ThrowingCallable call, long index) {
        assertThatExceptionOfType(InconsistentStateException.class)
                .isThrownBy(call)
                .withMessageContaining("ink is out")
                .satisfies(thrown -> assertThat(thrown.index()).isEqualTo(index));
    }
}
