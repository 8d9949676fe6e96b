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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What {@link Consensus} promises. Extend it and say how a swarm is made. */
public abstract class ConsensusContract<C extends Consensus<Journal>> extends ClosingContract<C> {
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
}
