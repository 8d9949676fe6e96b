package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.session.Told;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A write is tried again under its number until its fate is known. */
class ProposalsTest extends ProposalsHarness {
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
    void answersInAnyOrderTellWhoLostWhichPlace() {
        write("first");
        openSession();
        Command first = last();
        write("second");
        Command second = last();
        answer(second, new Result.Appended(new EntryId(2, 30)));
        answer(first, new Result.Appended(new EntryId(2, 20)));
        asked.clear();
        proposals.settle(new EntryId(2, 25));
        proposals.retryNow();
        assertThat(asked).extracting(Command::data).containsExactly(first.data());
        proposals.settle(new EntryId(2, 30));
        proposals.retryNow();
        assertThat(asked).extracting(Command::data).containsExactly(first.data(), second.data());
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
}
