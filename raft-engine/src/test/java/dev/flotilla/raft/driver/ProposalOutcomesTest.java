package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.InSession;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.session.Token;
import dev.flotilla.raft.session.Told;
import dev.flotilla.raft.session.Verdict;
import dev.flotilla.transport.Bytes;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a write ends with: what may have been appended is never called rejected, and leaves a token. */
class ProposalOutcomesTest extends ProposalsHarness {
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
}
