package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.InSession;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.session.Told;
import dev.flotilla.raft.session.Verdict;
import dev.flotilla.transport.Bytes;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Writes are numbered in a session, which is opened when it is needed and left when it is full or has expired. */
class ProposalSessionsTest extends ProposalsHarness {
    @Test
    void theFirstWriteOpensASessionInWhichAllAreNumbered() throws Exception {
        CompletableFuture<Outcome<String>> first = submit("a");
        CompletableFuture<Outcome<String>> second = submit("b");
        assertThat(asked).hasSize(1);
        openSession();
        assertThat(asked.subList(1, 3))
                .extracting(Command::inSession)
                .containsExactly(new InSession.Numbered(11, 1, 1), new InSession.Numbered(11, 2, 1));
        apply(asked.get(2));
        apply(asked.get(1));
        assertThat(ended(second)).isEqualTo(new Outcome.Applied<>(12, "done"));
        assertThat(ended(first)).isEqualTo(new Outcome.Applied<>(13, "done"));
        write("c");
        assertThat(last().inSession()).isEqualTo(new InSession.Numbered(11, 3, 3));
    }

    @Test
    void anAttemptToOpenASessionThatWasRefusedIsForgotten() {
        write("a");
        Command refused = last();
        answer(refused, NO_LEADER);
        proposals.retryNow();
        Command second = last();
        tell(refused, new Told.Fate.Opened<>()); // cannot be: else there were one more to remember for each refusal
        assertThat(last()).isEqualTo(second);
        tell(second, new Told.Fate.Opened<>());
        assertThat(last().inSession()).isInstanceOf(InSession.Numbered.class);
    }

    @Test
    void aNumberWhoseFateIsUnknownStaysUnanswered() throws Exception {
        write("a");
        openSession();
        timeout();
        CompletableFuture<Outcome<String>> second = submit("b");
        assertThat(last().inSession()).isEqualTo(new InSession.Numbered(11, 2, 1));
        apply(last());
        ended(second);
        write("c");
        assertThat(last().inSession()).isEqualTo(new InSession.Numbered(11, 3, 1));
    }

    @Test
    void aWindowThatIsFullIsLeftForANewSession() throws Exception {
        CompletableFuture<Outcome<String>> stuck = submit("a");
        openSession();
        for (int i = 2; i <= WINDOW; i++) {
            write("more");
            apply(last());
        }
        CompletableFuture<Outcome<String>> next = submit("b");
        Command opening = last();
        assertThat(opening.inSession()).isInstanceOf(InSession.Opening.class);
        tell(opening, new Told.Fate.Opened<>());
        assertThat(last().inSession()).isEqualTo(new InSession.Numbered(appliedIndex, 1, 1));
        apply(last());
        assertThat(ended(next)).isInstanceOf(Outcome.Applied.class);
        assertThat(stuck).isNotDone();
        apply(asked.get(1));
        assertThat(ended(stuck)).isInstanceOf(Outcome.Applied.class);
    }

    @Test
    void whatAnExpiredSessionDidNotApplyGetsANumberOfANewOne() throws Exception {
        CompletableFuture<Outcome<String>> write = submit("a");
        openSession();
        Command first = last();
        tell(first, new Told.Fate.Refused<>(Verdict.Why.EXPIRED));
        openSession();
        assertThat(last().inSession()).isEqualTo(new InSession.Numbered(appliedIndex, 1, 1));
        tell(first, new Told.Fate.Refused<>(Verdict.Why.EXPIRED)); // another copy of it
        apply(last());
        assertThat(ended(write)).isInstanceOf(Outcome.Applied.class);
    }

    @Test
    void whatAnExpiredSessionMayHaveAppliedBehindASnapshotIsUnknownForGood() throws Exception {
        CompletableFuture<Outcome<String>> write = submit("a");
        openSession();
        proposals.restored();
        proposals.settle(new EntryId(2, 20));
        proposals.retryNow();
        CompletableFuture<Outcome<String>> later = submit("b");
        Command laterOne = last();
        tell(asked.get(1), new Told.Fate.Refused<>(Verdict.Why.EXPIRED));
        assertUnknownForGood(ended(write));
        tell(laterOne, new Told.Fate.Refused<>(Verdict.Why.EXPIRED));
        openSession();
        apply(last());
        assertThat(ended(later)).isInstanceOf(Outcome.Applied.class);
        assertThat(asked.stream().filter(command -> command.data().equals(Bytes.utf8("a"))))
                .extracting(Command::inSession)
                .containsOnly(new InSession.Numbered(11, 1, 1));
    }

    @Test
    void anExpiredWriteThatWaitsForItsNextAttemptIsTriedInTheNewSessionAlone() {
        write("a");
        openSession();
        Command first = last();
        pass(proposals.nextTickNanos() - context.nowNanos.get());
        answer(last(), NO_LEADER); // the second attempt waits
        tell(first, new Told.Fate.Refused<>(Verdict.Why.EXPIRED));
        proposals.retryNow();
        assertThat(last().inSession()).isInstanceOf(InSession.Opening.class);
    }

    /** The log is applied again when a group is opened again: the numbers of that session were given away before. */
    @Test
    void aSessionOfAnEarlierLifeOfTheGroupIsNotTakenUp() {
        RequestId earlier = context.node.nextRequestId();
        Command opening = new Command(context.node.self(), earlier, new InSession.Opening(), Bytes.EMPTY);
        tell(opening, new Told.Fate.Opened<>());
        write("a");
        assertThat(asked).hasSize(1);
        tell(opening, new Told.Fate.Opened<>());
        assertThat(asked).hasSize(1);
        openSession();
        assertThat(number(last()).session()).isEqualTo(appliedIndex);
    }

    @Test
    void aLostOpeningIsMadeAgain() {
        write("a");
        pass(proposals.nextTickNanos() - context.nowNanos.get());
        assertThat(asked).hasSize(2);
        openSession();
        assertThat(last().data()).isEqualTo(Bytes.utf8("a"));
        tell(asked.get(0), new Told.Fate.Opened<>()); // the first one came through after all: nobody uses it
        write("b");
        assertThat(number(last())).isEqualTo(new InSession.Numbered(11, 2, 1));
    }

    @Test
    void anOpeningEndsWithTheLastWriteThatWaitsForIt() throws Exception {
        CompletableFuture<Outcome<String>> write = submit("a");
        timeout();
        assertRejected(ended(write), Outcome.Reason.NO_LEADER);
        assertThat(proposals.isIdle()).isTrue();
        assertThat(proposals.nextTickNanos()).isEqualTo(Alarm.NEVER);
        int before = asked.size();
        write("b");
        assertThat(asked).hasSize(before + 1);
        openSession();
        assertThat(last().data()).isEqualTo(Bytes.utf8("b"));
    }

    @Test
    void lostAttemptsToOpenASessionAreForgottenOnceItIsOpen() {
        write("a");
        Command lost = last();
        pass(proposals.nextTickNanos() - context.nowNanos.get());
        openSession();
        Command write = last();
        tell(write, new Told.Fate.Refused<>(Verdict.Why.EXPIRED));
        Command opening = last();
        assertThat(opening.inSession()).isInstanceOf(InSession.Opening.class);
        tell(lost, new Told.Fate.Opened<>()); // cannot be known any more: else there were one to remember for each loss
        assertThat(last()).isEqualTo(opening);
        openSession();
        assertThat(last().data()).isEqualTo(Bytes.utf8("a"));
    }
}
