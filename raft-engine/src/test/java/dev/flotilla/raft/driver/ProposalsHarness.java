package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.InSession;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.session.Token;
import dev.flotilla.raft.session.Told;
import dev.flotilla.transport.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/** Writes of one group, whose leader and log are played by the test. */
abstract class ProposalsHarness {
    static final Result NO_LEADER = new Result.Refused(Result.Reason.NO_LEADER, "no leader is known");
    static final int WINDOW = 4;

    final TestContext context = new TestContext();
    final List<Command> asked = new ArrayList<>();
    final Proposals<String> proposals = proposals();
    long appliedIndex = 10;

    Proposals<String> proposals() {
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

    CompletableFuture<Outcome<String>> submit(String data) {
        CompletableFuture<Outcome<String>> future = new CompletableFuture<>();
        proposals.submit(Bytes.utf8(data), future);
        return future;
    }

    /** The same for who does not wait. */
    void write(String data) {
        var unused = submit(data);
    }

    CompletableFuture<Outcome<String>> retry(Token token, String data) {
        CompletableFuture<Outcome<String>> future = new CompletableFuture<>();
        proposals.retry(token, Bytes.utf8(data), future);
        return future;
    }

    Command last() {
        return asked.get(asked.size() - 1);
    }

    InSession.Numbered number(Command command) {
        return (InSession.Numbered) command.inSession();
    }

    void answer(Command command, Result result) {
        proposals.answered(command.request(), result);
    }

    void tell(Command command, Told.Fate<String> fate) {
        proposals.told(List.of(new Told<>(command, ++appliedIndex, fate)));
    }

    void apply(Command command) {
        tell(command, new Told.Fate.Applied<>(appliedIndex + 1, "done"));
    }

    void openSession() {
        assertThat(last().inSession()).isInstanceOf(InSession.Opening.class);
        tell(last(), new Told.Fate.Opened<>());
    }

    void pass(long nanos) {
        context.nowNanos.addAndGet(nanos);
        proposals.tick(context.nowNanos.get());
    }

    void timeout() {
        pass(context.settings.requestTimeout().toNanos());
    }

    static Outcome<String> ended(CompletableFuture<Outcome<String>> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    static Token token(Outcome<String> outcome) {
        Outcome.Unknown<String> unknown = (Outcome.Unknown<String>) outcome;
        return Token.decode(Objects.requireNonNull(unknown.token()).value());
    }

    static void assertRejected(Outcome<String> outcome, Outcome.Reason reason) {
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Rejected.class, rejected -> assertThat(rejected.reason())
                .isEqualTo(reason));
    }

    static void assertUnknownForGood(Outcome<String> outcome) {
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Unknown.class, unknown -> assertThat(unknown.token())
                .isNull());
    }
}
