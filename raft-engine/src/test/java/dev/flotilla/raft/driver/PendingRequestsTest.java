package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A change is asked for again only if it certainly was not made. */
class PendingRequestsTest {
    private static final Result NO_LEADER = new Result.Refused(Result.Reason.NO_LEADER, "no leader is known");

    private final TestContext context = new TestContext();
    private final List<RequestId> asked = new ArrayList<>();
    private final PendingRequests requests = new PendingRequests(context.node, (id, request) -> asked.add(id));
    private final CompletableFuture<Outcome<Void>> outcome = new CompletableFuture<>();

    @AfterEach
    void close() throws Exception {
        context.close();
    }

    private RequestId submit() {
        RequestId id = context.node.nextRequestId();
        requests.submit(id, new Request.Transfer(null), outcome);
        return id;
    }

    private Outcome<Void> ended() throws Exception {
        return outcome.get(30, TimeUnit.SECONDS);
    }

    @Test
    void whatMetNoLeaderIsAskedAgainUnderAnotherNumber() throws Exception {
        RequestId first = submit();
        requests.answered(first, NO_LEADER, 0);
        requests.retryNow();
        assertThat(asked).hasSize(2).doesNotHaveDuplicates();
        requests.answered(first, NO_LEADER, 0); // late, and about nothing any more
        requests.retryNow();
        assertThat(asked).hasSize(2);
        requests.answered(asked.get(1), new Result.Done(), 7);
        assertThat(ended()).isEqualTo(new Outcome.Applied<>(7, PendingRequests.nothing()));
    }

    @Test
    void whatWasAskedAndNotAnsweredInTimeIsUnknown() throws Exception {
        submit();
        context.nowNanos.set(requests.nextTickNanos());
        requests.tick(context.nowNanos.get());
        assertThat(ended()).isInstanceOf(Outcome.Unknown.class);
    }

    @Test
    void whatMetNoLeaderInTimeIsRejected() throws Exception {
        requests.answered(submit(), NO_LEADER, 0);
        requests.tick(context.settings.requestTimeout().toNanos());
        assertThat(ended()).isInstanceOfSatisfying(Outcome.Rejected.class, rejected -> assertThat(rejected.reason())
                .isEqualTo(Outcome.Reason.NO_LEADER));
        assertThat(requests.nextTickNanos()).isGreaterThan(0);
    }

    @Test
    void whatWasBegunOnceIsNeverCalledRejected() throws Exception {
        RequestId first = submit();
        requests.answered(first, new Result.Refused(Result.Reason.UNDECIDED, "the leader stepped down"), 0);
        requests.retryNow();
        requests.answered(asked.get(1), NO_LEADER, 0);
        context.nowNanos.set(context.settings.requestTimeout().toNanos());
        requests.tick(context.nowNanos.get());
        assertThat(ended()).isInstanceOf(Outcome.Unknown.class);
    }
}
