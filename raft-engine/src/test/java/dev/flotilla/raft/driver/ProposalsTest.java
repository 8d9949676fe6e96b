package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.InSession;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.session.Token;
import dev.flotilla.raft.session.Told;
import dev.flotilla.raft.session.Verdict;
import dev.flotilla.transport.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A write is tried again under its number until its fate is known; what may have been appended is never called rejected. */
class ProposalsTest {
    private static final Result NO_LEADER = new Result.Refused(Result.Reason.NO_LEADER, "no leader is known");
    private static final int WINDOW = 4;

    private final TestContext context = new TestContext();
    private final List<Command> asked = new ArrayList<>();
    private final Proposals<String> proposals = proposals();
    private long appliedIndex = 10;

    private Proposals<String> proposals() {
        return new Proposals<>(
                context.node,
                MessageSamples.genesis(7),
                WINDOW,
                10,
                null,
                (id, request) -> asked.add(((Request.Propose) request).command()));
    }

    @AfterEach
    void close() throws Exception {
        context.close();
    }

    private CompletableFuture<Outcome<String>> submit(String data) {
        CompletableFuture<Outcome<String>> future = new CompletableFuture<>();
        proposals.submit(Bytes.utf8(data), future);
        return future;
    }

    /** The same for who does not wait. */
    private void write(String data) {
        var unused = submit(data);
    }

    private CompletableFuture<Outcome<String>> retry(Token token, String data) {
        CompletableFuture<Outcome<String>> future = new CompletableFuture<>();
        proposals.retry(token, Bytes.utf8(data), future);
        return future;
    }

    private Command last() {
        return asked.get(asked.size() - 1);
    }

    private InSession.Numbered number(Command command) {
        return (InSession.Numbered) command.inSession();
    }

    private void answer(Command command, Result result) {
        proposals.answered(command.request(), result);
    }

    private void tell(Command command, Told.Fate<String> fate) {
        proposals.told(new Told<>(command, ++appliedIndex, fate));
    }

    private void apply(Command command) {
        tell(command, new Told.Fate.Applied<>(appliedIndex + 1, "done"));
    }

    private void openSession() {
        assertThat(last().inSession()).isInstanceOf(InSession.Opening.class);
        tell(last(), new Told.Fate.Opened<>());
    }

    private void pass(long nanos) {
        context.nowNanos.addAndGet(nanos);
        proposals.tick(context.nowNanos.get());
    }

    private void timeout() {
        pass(context.settings.requestTimeout().toNanos());
    }

    private static Outcome<String> ended(CompletableFuture<Outcome<String>> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    private static Token token(Outcome<String> outcome) {
        Outcome.Unknown<String> unknown = (Outcome.Unknown<String>) outcome;
        return Token.decode(Objects.requireNonNull(unknown.token()).value());
    }

    private static void assertRejected(Outcome<String> outcome, Outcome.Reason reason) {
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Rejected.class, rejected -> assertThat(rejected.reason())
                .isEqualTo(reason));
    }

    private static void assertUnknownForGood(Outcome<String> outcome) {
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Unknown.class, unknown -> assertThat(unknown.token())
                .isNull());
    }

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
    void whatMetNoLeaderIsTriedAgainUnderItsNumber() throws Exception {
        CompletableFuture<Outcome<String>> write = submit("a");
        openSession();
        Command first = last();
        answer(first, NO_LEADER);
        proposals.retryNow();
        assertThat(asked).hasSize(3);
        assertThat(last().request()).isNotEqualTo(first.request());
        assertThat(last().inSession()).isEqualTo(first.inSession());
        answer(first, NO_LEADER); // late, and about nothing any more
        proposals.retryNow();
        assertThat(asked).hasSize(3);
        apply(last());
        assertThat(ended(write)).isInstanceOf(Outcome.Applied.class);
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
    void aLostForwardIsTriedAgainAndTheEarlierAttemptMayStillSucceed() throws Exception {
        CompletableFuture<Outcome<String>> write = submit("a");
        openSession();
        Command first = last();
        pass(proposals.nextTickNanos() - context.nowNanos.get());
        assertThat(asked).hasSize(3);
        assertThat(last().inSession()).isEqualTo(first.inSession());
        apply(first);
        assertThat(ended(write)).isInstanceOf(Outcome.Applied.class);
        pass(context.settings.requestTimeout().toNanos() / 2);
        assertThat(asked).hasSize(3);
    }

    @Test
    void whatHasAPlaceInTheLogIsNotSentAgain() {
        write("a");
        openSession();
        answer(last(), new Result.Appended(new EntryId(2, 15)));
        pass(context.settings.requestTimeout().toNanos() / 2);
        assertThat(asked).hasSize(2);
    }

    @Test
    void anEntryThatLostItsPlaceIsTriedAgain() {
        write("a");
        openSession();
        answer(last(), new Result.Appended(new EntryId(2, 15)));
        proposals.settle(new EntryId(2, 14));
        proposals.retryNow();
        assertThat(asked).hasSize(2);
        proposals.settle(new EntryId(3, 15));
        proposals.retryNow();
        assertThat(asked).hasSize(3);
    }

    @Test
    void whatALeaderOfAnEarlierTermDidNotBringThroughIsTriedAgain() {
        write("a");
        openSession();
        proposals.forwarded(last().request(), 2);
        proposals.settle(new EntryId(2, 15));
        proposals.retryNow();
        assertThat(asked).hasSize(2);
        proposals.settle(new EntryId(3, 16));
        proposals.retryNow();
        assertThat(asked).hasSize(3);
    }

    @Test
    void whatASnapshotMayHoldIsTriedAgainAndToldByTheSession() throws Exception {
        CompletableFuture<Outcome<String>> write = submit("a");
        openSession();
        answer(last(), new Result.Appended(new EntryId(2, 15)));
        proposals.restored();
        proposals.settle(new EntryId(2, 20));
        proposals.retryNow();
        assertThat(asked).hasSize(3);
        tell(last(), new Told.Fate.Applied<>(15, "done"));
        assertThat(ended(write)).isEqualTo(new Outcome.Applied<>(15, "done"));
    }

    @Test
    void whatIsNotKnownInTimeIsUnknownWithAToken() throws Exception {
        CompletableFuture<Outcome<String>> write = submit("a");
        openSession();
        timeout();
        Token token = token(ended(write));
        assertThat(token.numbered()).isEqualTo(new InSession.Numbered(11, 1, 1));
        assertThat(token.isFor(Bytes.utf8("a"))).isTrue();
        assertThat(token.isFor(Bytes.utf8("b"))).isFalse();
        CompletableFuture<Outcome<String>> retried = retry(token, "a");
        assertThat(last().inSession()).isEqualTo(token.numbered());
        apply(last());
        assertThat(ended(retried)).isInstanceOf(Outcome.Applied.class);
        write("b");
        assertThat(number(last()).lowestUnanswered()).isEqualTo(2);
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
    void whatCertainlyWasNotAppendedIsRejected() throws Exception {
        CompletableFuture<Outcome<String>> waiting = submit("a");
        answer(last(), NO_LEADER);
        timeout();
        assertRejected(ended(waiting), Outcome.Reason.NO_LEADER);
        CompletableFuture<Outcome<String>> numbered = submit("b");
        proposals.retryNow();
        openSession();
        answer(last(), NO_LEADER);
        pass(context.settings.requestTimeout().toNanos() - 1);
        answer(last(), NO_LEADER);
        timeout();
        assertRejected(ended(numbered), Outcome.Reason.NO_LEADER);
    }

    @Test
    void whatIsTooMuchIsRejectedAtOnce() throws Exception {
        CompletableFuture<Outcome<String>> waiting = submit("a");
        answer(last(), new Result.Refused(Result.Reason.OVERLOADED, "full"));
        assertRejected(ended(waiting), Outcome.Reason.OVERLOADED);
        CompletableFuture<Outcome<String>> numbered = submit("b");
        openSession();
        answer(last(), new Result.Refused(Result.Reason.TOO_LARGE, "9 bytes"));
        assertRejected(ended(numbered), Outcome.Reason.TOO_LARGE);
        write("c");
        assertThat(last().inSession()).isEqualTo(new InSession.Numbered(11, 2, 2));
    }

    @Test
    void whatMayHaveBeenAppendedOnceIsNeverCalledRejected() throws Exception {
        CompletableFuture<Outcome<String>> write = submit("a");
        openSession();
        answer(last(), new Result.Appended(new EntryId(2, 15)));
        proposals.settle(new EntryId(3, 15)); // lost its place, as far as this peer can see
        proposals.retryNow();
        answer(last(), new Result.Refused(Result.Reason.OVERLOADED, "full"));
        pass(context.settings.requestTimeout().toNanos() - 1);
        assertThat(write).isNotDone();
        answer(last(), NO_LEADER);
        timeout();
        assertThat(token(ended(write))).isNotNull();
    }

    @Test
    void whatMayBeAppendedWhenThisPeerIsRemovedIsNeverCalledRejected() throws Exception {
        CompletableFuture<Outcome<String>> write = submit("a");
        openSession();
        answer(last(), new Result.Appended(new EntryId(2, 15)));
        proposals.settle(new EntryId(3, 15));
        proposals.retryNow();
        answer(last(), new Result.Refused(Result.Reason.NOT_ALLOWED, "this peer was removed"));
        assertThat(token(ended(write))).isNotNull();
    }

    @Test
    void whatALeaderOfAnEarlierTermMayHaveAppendedIsNeverCalledRejected() throws Exception {
        CompletableFuture<Outcome<String>> write = submit("a");
        openSession();
        proposals.forwarded(last().request(), 2);
        proposals.settle(new EntryId(3, 16));
        proposals.retryNow();
        answer(last(), NO_LEADER);
        timeout();
        assertThat(token(ended(write))).isNotNull();
    }

    @Test
    void closingLeavesATokenForWhatMayHaveBeenAppended() throws Exception {
        CompletableFuture<Outcome<String>> tried = submit("a");
        openSession();
        Proposals<String> other = proposals();
        CompletableFuture<Outcome<String>> waiting = new CompletableFuture<>();
        other.submit(Bytes.utf8("b"), waiting);
        proposals.stop("the group is closed");
        other.stop("the group is closed");
        assertThat(token(ended(tried))).isNotNull();
        assertRejected(ended(waiting), Outcome.Reason.NOT_A_MEMBER);
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

    @Test
    void aTokenOfAnExpiredSessionIsUnknownForGood() throws Exception {
        Token token = Token.of(MessageSamples.genesis(7), new InSession.Numbered(5, 9, 3), Bytes.utf8("a"));
        for (Verdict.Why why : List.of(Verdict.Why.EXPIRED, Verdict.Why.FORGOTTEN)) {
            CompletableFuture<Outcome<String>> retried = retry(token, "a");
            assertThat(last().inSession()).isEqualTo(token.numbered());
            tell(last(), new Told.Fate.Refused<>(why));
            assertUnknownForGood(ended(retried));
        }
    }

    @Test
    void aTokenKeepsItsWordUntilItsFateIsKnown() throws Exception {
        Token token = Token.of(MessageSamples.genesis(7), new InSession.Numbered(5, 9, 3), Bytes.utf8("a"));
        CompletableFuture<Outcome<String>> retried = retry(token, "a");
        answer(last(), NO_LEADER);
        timeout();
        assertThat(token(ended(retried))).isEqualTo(token);
    }

    @Test
    void theSameTokenTwiceAtOnceHasOneOutcome() throws Exception {
        Token token = Token.of(MessageSamples.genesis(7), new InSession.Numbered(5, 9, 3), Bytes.utf8("a"));
        CompletableFuture<Outcome<String>> first = retry(token, "a");
        CompletableFuture<Outcome<String>> second = retry(token, "a");
        assertThat(asked).hasSize(1);
        CompletableFuture<Outcome<String>> other =
                retry(Token.of(token.genesis(), token.numbered(), Bytes.utf8("b")), "b");
        assertRejected(ended(other), Outcome.Reason.REFUSED);
        apply(last());
        assertThat(ended(second)).isEqualTo(ended(first)).isInstanceOf(Outcome.Applied.class);
    }

    @Test
    void anotherPayloadUnderTheNumberIsRejected() throws Exception {
        Token forged = Token.of(MessageSamples.genesis(7), new InSession.Numbered(5, 9, 3), Bytes.utf8("b"));
        CompletableFuture<Outcome<String>> retried = retry(forged, "b");
        tell(last(), new Told.Fate.Refused<>(Verdict.Why.OTHER_PAYLOAD));
        assertRejected(ended(retried), Outcome.Reason.REFUSED);
    }

    @Test
    void aResultThatIsNotKeptIsSaidToBeSo() throws Exception {
        CompletableFuture<Outcome<String>> write = submit("a");
        openSession();
        tell(last(), new Told.Fate.ResultNotKept<>(15));
        assertUnknownForGood(ended(write));
        assertThat(((Outcome.Unknown<String>) ended(write)).detail()).contains("applied at index 15");
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
