package dev.flotilla.consensus.contract;

import static dev.flotilla.consensus.contract.JournalOp.append;
import static dev.flotilla.consensus.contract.JournalOp.fail;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.consensus.Agreed;
import dev.flotilla.consensus.Change;
import dev.flotilla.consensus.NoStateException;
import dev.flotilla.consensus.Op;
import dev.flotilla.consensus.OpLogConsensus;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.transport.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What {@link OpLogConsensus} promises, with all that {@link ConsensusContract} does. Extend it and say how a swarm is made. */
public abstract class OpLogConsensusContract extends FailureContract {
    @Test
    void anOperationLeadsFromTheStateToTheNextOnEveryMember() throws Exception {
        List<OpLogConsensus<Journal>> members = startFrom(START, 3);
        Agreed<Journal> agreed = appliedAs(members.get(1).commitOp(append("one")));
        assertThat(agreed.state()).isEqualTo(Journal.of("start", "one"));
        for (OpLogConsensus<Journal> member : members) {
            reached(member, agreed.index());
            assertThat(member.currentState()).isEqualTo(agreed.state());
            assertThat(member.logHead()).isEqualTo(agreed);
        }
    }

    @Test
    void thereIsNoLogHeadBeforeTheFirstAgreement() throws Exception {
        assertThatThrownBy(start(1).get(0)::logHead).isInstanceOf(NoStateException.class);
    }

    @Test
    void anOperationBeforeTheFirstStateIsRejected() throws Exception {
        List<OpLogConsensus<Journal>> members = start(3);
        assertRejected(members.get(2).commitOp(append("one")), Outcome.Reason.NO_STATE);
        assertRejected(members.get(2).commitOp(fail("no state")), Outcome.Reason.NO_STATE);
        applied(members.get(0).commitState(START));
        assertThat(linearizable(members.get(2))).isEqualTo(START);
    }

    @Test
    void anOperationThatLooksLikeAStateIsNotTakenForOne() throws Exception {
        List<OpLogConsensus<Journal>> members = startFrom(START, 3);
        Op<Journal> op = append("one");
        assertThat(JournalOp.codec().encode(op)).isEqualTo(Journal.codec().encode(Journal.of("one")));
        long index = applied(members.get(0).commitOp(op));
        assertAll(members, index, Journal.of("start", "one"));
        index = applied(members.get(1).commitState(Journal.of("one")));
        assertAll(members, index, Journal.of("one"));
    }

    @Test
    void aThousandOperationsFromThreeMembersLeadToEqualStates() throws Exception {
        List<OpLogConsensus<Journal>> members = startFrom(Journal.of(), 3);
        List<CompletableFuture<Outcome<Journal>>> writes = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            writes.add(members.get(i % 3).commitOp(append("line " + i)));
        }
        long last = 0;
        for (CompletableFuture<Outcome<Journal>> write : writes) {
            last = Math.max(last, applied(write));
        }
        reached(members.get(0), last);
        Journal journal = members.get(0).currentState();
        assertThat(journal.lines())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 1000).mapToObj(i -> "line " + i).toList());
        assertAll(members, last, journal);
    }

    @Test
    void rollbackIsAllowedWhileConsistentToo() throws Exception {
        List<OpLogConsensus<Journal>> members = startFrom(START, 3);
        applied(members.get(0).commitOp(append("one")));
        long index = applied(members.get(1).rollback(START));
        assertAll(members, index, START);
    }

    @Test
    void statesAndOperationsShareOneLog() throws Exception {
        List<OpLogConsensus<Journal>> members = startFrom(START, 3);
        applied(members.get(0).commitOp(append("lost")));
        applied(members.get(1).commitState(Journal.of("fresh")));
        long index = applied(members.get(2).commitOp(append("kept")));
        assertAll(members, index, Journal.of("fresh", "kept"));
    }

    @Test
    void subscribersAreToldOfOperationsAndRollbacksAndOfNothingThatFailed() throws Exception {
        List<OpLogConsensus<Journal>> members = startFrom(START, 3);
        StateRecorder<Journal> recorder = subscribe(members.get(2), Long.MAX_VALUE);
        Agreed<Journal> operated = appliedAs(members.get(0).commitOp(append("one")));
        await(recorder.first(operated::equals));
        long failedAt = failed(members.get(1).commitOp(fail("ink is out")));
        Agreed<Journal> rolledBack = appliedAs(members.get(0).rollback(Journal.of("healed")));
        await(recorder.first(rolledBack::equals));
        assertThat(recorder.told()).extracting(Agreed::index).doesNotContain(failedAt);
    }

    @Test
    void aChangeWhoseFateIsUnknownIsRetriedElsewhereAndMadeOnce() throws Exception {
        List<OpLogConsensus<Journal>> members = startFrom(Journal.of(), 3);
        OpLogConsensus<Journal> leaving = members.get(2);
        List<Op<Journal>> ops =
                IntStream.range(0, 500).mapToObj(i -> append("line " + i)).toList();
        List<CompletableFuture<Outcome<Journal>>> writes =
                ops.stream().map(leaving::commitOp).toList();
        leaving.close();
        List<String> made = new ArrayList<>();
        for (int i = 0; i < ops.size(); i++) {
            Outcome<Journal> outcome = await(writes.get(i));
            if (outcome instanceof Outcome.Unknown<Journal> unknown) {
                Outcome.RetryToken token = Objects.requireNonNull(unknown.token(), unknown.detail());
                Change<Journal> change = new Change.Operation<>(ops.get(i));
                applied(members.get(i % 2).retry(token, change));
                applied(members.get(1).retry(token, change)); // and once more
                made.add("line " + i);
            } else if (outcome instanceof Outcome.Applied) {
                made.add("line " + i);
            } else {
                assertThat(outcome).isInstanceOf(Outcome.Rejected.class);
            }
        }
        assertThat(linearizable(members.get(0)).lines()).containsExactlyInAnyOrderElementsOf(made);
    }

    @Test
    void aRetryWithAForeignTokenIsACallersMistake() throws Exception {
        OpLogConsensus<Journal> member = startFrom(START, 1).get(0);
        Outcome.RetryToken foreign = new Outcome.RetryToken(Bytes.utf8("no token of anybody"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> member.retry(foreign, new Change.Operation<>(append("one"))));
        assertThat(member.currentState()).isEqualTo(START);
    }

    @Test
    void anActorThatCannotRetryLeavesItUnknown() throws Exception {
        OpLogConsensus<Journal> member = startFrom(START, 1).get(0);
        member.setActor(change -> new CompletableFuture<>());
        Outcome.RetryToken token = new Outcome.RetryToken(Bytes.utf8("token"));
        assertThat(await(member.retry(token, new Change.NewState<>(START))))
                .isInstanceOfSatisfying(Outcome.Unknown.class, unknown -> assertThat(unknown.token())
                        .isEqualTo(token));
    }

    @Test
    void operationsAndRollbacksGoThroughTheActor() throws Exception {
        OpLogConsensus<Journal> member = startFrom(START, 1).get(0);
        List<Change<Journal>> asked = new ArrayList<>();
        member.setActor(change -> {
            asked.add(change);
            return CompletableFuture.completedFuture(new Outcome.Rejected<>(Outcome.Reason.REFUSED, "not on a Sunday"));
        });
        assertRejected(member.commitOp(append("one")), Outcome.Reason.REFUSED);
        assertRejected(member.rollback(START), Outcome.Reason.REFUSED);
        assertThat(asked).containsExactly(new Change.Operation<>(append("one")), new Change.Rollback<>(START));
        member.setActor(null);
        assertThatIllegalStateException().isThrownBy(() -> member.commitOp(append("one")));
        assertThatIllegalStateException().isThrownBy(() -> member.rollback(START));
    }

    @Test
    void afterCloseOperationsAndRollbacksAreMisuse() throws Exception {
        OpLogConsensus<Journal> member = startFrom(START, 1).get(0);
        member.close();
        assertThatIllegalStateException().isThrownBy(() -> member.commitOp(append("one")));
        assertThatIllegalStateException().isThrownBy(() -> member.rollback(START));
    }
}
