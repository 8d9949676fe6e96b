package dev.flotilla.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.flotilla.consensus.contract.Journal;
import dev.flotilla.consensus.contract.JournalOp;
import dev.flotilla.consensus.contract.OpLogConsensusContract;
import dev.flotilla.consensus.contract.StateRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LocalConsensusTest extends OpLogConsensusContract {
    private static final Journal START = Journal.of("start");

    @Override
    protected List<LocalConsensus<Journal>> swarm(int members) {
        return LocalConsensus.swarm(members);
    }

    @Test
    void aSwarmHasAtLeastOneMember() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LocalConsensus.swarm(0))
                .withMessageContaining("got 0");
    }

    @Test
    void anErrorStopsTheMemberThatItBefellAndNoOther() throws Exception {
        List<LocalConsensus<Journal>> members = LocalConsensus.swarm(2);
        LocalConsensus<Journal> struck = members.get(0);
        LocalConsensus<Journal> spared = members.get(1);
        struck.commitState(START).join();
        struck.commitOp(JournalOp.append("each member has its own")).join();
        StateRecorder<Journal> recorder = new StateRecorder<>();
        struck.states().subscribe(recorder);
        Object own = struck.currentState();
        Outcome<Journal> outcome = struck.commitOp(journal -> {
                    if ((Object) journal == own) {
                        throw new OutOfMemoryError("not really");
                    }
                    return journal.with("survived");
                })
                .join();
        assertThat(outcome).isInstanceOf(Outcome.Unknown.class);
        assertThat(recorder.ended().get(30, TimeUnit.SECONDS)).isInstanceOf(OutOfMemoryError.class);
        assertThatIllegalStateException()
                .isThrownBy(() -> struck.commitState(START))
                .withMessageContaining("OutOfMemoryError");
        assertThat(struck.read(Consistency.local())
                        .handle((answer, failure) -> failure)
                        .join())
                .isInstanceOf(UnavailableException.class);
        assertThat(spared.read(Consistency.linearizable()).join().state().lines())
                .endsWith("survived");
        members.forEach(LocalConsensus::close);
    }

    @Test
    void anOperationThatBlocksHoldsUpItsMemberAndCloseStillCompletesAll() throws Exception {
        LocalConsensus<Journal> member = LocalConsensus.<Journal>swarm(1).get(0);
        member.commitState(START).join();
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Outcome<Journal>> write = member.commitOp(journal -> {
            release.await();
            return journal;
        });
        CompletableFuture<ReadResult<Journal>> read = member.read(Consistency.linearizable());
        assertThat(member.read(Consistency.local()).join().state()).isEqualTo(START);
        member.close();
        assertThat(write).isCompletedWithValueMatching(outcome -> outcome instanceof Outcome.Unknown);
        assertThat(read).isCompletedExceptionally();
        release.countDown();
    }

    @Test
    void whatAMemberThatStopsLeavesUnknownIsToldByAnother() throws Exception {
        List<LocalConsensus<Journal>> members = LocalConsensus.swarm(2);
        members.get(0).commitState(START).join();
        CountDownLatch release = new CountDownLatch(1);
        Op<Journal> op = journal -> {
            release.await();
            return journal.with("once");
        };
        CompletableFuture<Outcome<Journal>> write = members.get(0).commitOp(op);
        members.get(0).close();
        Outcome.RetryToken token = Objects.requireNonNull(((Outcome.Unknown<Journal>) write.join()).token());
        CompletableFuture<Outcome<Journal>> retry = members.get(1).retry(token, new Change.Operation<>(op));
        release.countDown();
        assertThat(retry.join()).isEqualTo(new Outcome.Applied<>(2, START.with("once")));
        assertThat(members.get(1).currentState()).isEqualTo(START.with("once"));
        assertThat(members.get(1)
                        .retry(token, new Change.Operation<>(JournalOp.append("other")))
                        .join())
                .isInstanceOfSatisfying(Outcome.Rejected.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Outcome.Reason.REFUSED));
        members.get(1).close();
    }

    @Test
    void aMemberThatIsTooFarBehindRefusesMore() throws Exception {
        LocalConsensus<Journal> member = LocalConsensus.<Journal>swarm(1).get(0);
        member.commitState(START).join();
        CountDownLatch release = new CountDownLatch(1);
        List<CompletableFuture<Outcome<Journal>>> writes = new ArrayList<>();
        Op<Journal> blocking = journal -> {
            release.await();
            return journal;
        };
        for (int i = 0; i < LocalLog.BACKLOG_MAX + 2; i++) {
            writes.add(member.commitOp(blocking));
        }
        Outcome<Journal> refused = writes.get(writes.size() - 1).join();
        assertThat(refused).isInstanceOf(Outcome.Rejected.class);
        assertThat(((Outcome.Rejected<Journal>) refused).reason()).isEqualTo(Outcome.Reason.OVERLOADED);
        release.countDown();
        assertThat(writes.get(0).join()).isInstanceOf(Outcome.Applied.class);
        member.close();
    }

    @Test
    void anIndexThatTheLogHasNotReachedIsUnavailable() {
        LocalConsensus<Journal> member = LocalConsensus.<Journal>swarm(1).get(0);
        member.commitState(START).join();
        assertThat(member.read(Consistency.atLeast(2))
                        .handle((answer, failure) -> failure)
                        .join())
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("the log ends at 1");
        member.close();
    }

    @Test
    void everyLevelIsOffered() {
        List<LocalConsensus<Journal>> members = LocalConsensus.swarm(2);
        members.get(0).commitState(START).join();
        for (Consistency level : List.of(Consistency.lease(), Consistency.atMost(Duration.ZERO))) {
            assertThat(members.get(1).read(level).join().state()).isEqualTo(START);
        }
        members.forEach(LocalConsensus::close);
    }

    @Test
    void theActorItStartsWithCanBeWrapped() {
        LocalConsensus<Journal> member = LocalConsensus.<Journal>swarm(1).get(0);
        List<Change<Journal>> seen = new ArrayList<>();
        Actor<Journal> appending = member.actor();
        member.setActor(change -> {
            seen.add(change);
            return appending.perform(change);
        });
        member.commitState(START).join();
        member.commitOp(JournalOp.append("one")).join();
        assertThat(seen).hasSize(2);
        assertThat(member.currentState()).isEqualTo(START.with("one"));
        member.close();
        assertThat(appending.perform(new Change.NewState<>(START)).join()).isInstanceOf(Outcome.Rejected.class);
    }

    @Test
    void whatAnActorThrowsOrFailsWithReachesTheCaller() {
        LocalConsensus<Journal> member = LocalConsensus.<Journal>swarm(1).get(0);
        member.setActor(change -> {
            throw new IllegalArgumentException("not an operation of mine");
        });
        assertThatIllegalArgumentException().isThrownBy(() -> member.commitState(START));
        member.setActor(change -> CompletableFuture.failedFuture(new IllegalArgumentException("later")));
        assertThat(member.commitState(START)
                        .handle((outcome, failure) -> failure)
                        .join())
                .isInstanceOf(IllegalArgumentException.class)
                .isNotInstanceOf(CompletionException.class);
        member.close();
    }
}
