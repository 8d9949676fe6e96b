package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.InMemorySnapshotStore;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.memory.Ed25519Credentials;
import dev.flotilla.transport.memory.InMemoryNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A request is made again only if it certainly was not granted. */
class PendingRequestsTest {
    private static final Result NO_LEADER = new Result.Refused(Result.Reason.NO_LEADER, "no leader is known");

    private final PeerCredentials credentials = Ed25519Credentials.generate();
    private final PeerTransport transport = new InMemoryNetwork().join(credentials.peerId());
    private final NodeSettings settings = NodeSettings.defaults();
    private final NodeThreads threads = new NodeThreads(settings);
    private final AtomicLong nowNanos = new AtomicLong();
    private final NodeContext node = context();
    private final List<RequestId> asked = new ArrayList<>();
    private final PendingRequests<String> requests =
            new PendingRequests<>(node, Refusals::ofProposal, (id, request) -> asked.add(id));
    private final CompletableFuture<Outcome<String>> outcome = new CompletableFuture<>();

    private NodeContext context() {
        InMemoryLogStorage log = new InMemoryLogStorage();
        Links links = new Links(transport, new Links.Listener() {
            @Override
            public void connected(PeerId peer) {}

            @Override
            public void lost(PeerId peer, boolean closedByPeer) {}

            @Override
            public void unreachable(PeerId peer, boolean refused) {}
        });
        return new NodeContext(
                settings,
                transport,
                credentials,
                new StoreId(Bytes.wrap(new byte[StoreId.SIZE_BYTES])),
                1,
                new AtomicLong(),
                log,
                new InMemorySnapshotStore(),
                nowNanos::get,
                new StorageThread(log, failure -> {}),
                threads,
                links,
                new NodeHeartbeats(1, 1, 5, 0, peer -> {}),
                new SharedConfigurations(),
                new TransferLimits(settings, nowNanos::get));
    }

    @AfterEach
    void close() throws Exception {
        threads.close();
        transport.close();
    }

    private RequestId submit() {
        RequestId id = node.nextRequestId();
        requests.submit(id, new Request.Propose(new Command(node.self(), id, Bytes.utf8("a"))), outcome);
        return id;
    }

    private Outcome<String> ended() throws Exception {
        return outcome.get(30, TimeUnit.SECONDS);
    }

    @Test
    void whatMetNoLeaderIsAskedAgainUnderAnotherNumber() throws Exception {
        RequestId first = submit();
        requests.answered(first, NO_LEADER, 0, 0);
        requests.retryNow();
        assertThat(asked).hasSize(2).doesNotHaveDuplicates();
        requests.answered(first, NO_LEADER, 0, 0); // late, and about nothing any more
        requests.retryNow();
        assertThat(asked).hasSize(2);
        requests.applied(asked.get(1), 7, "done");
        assertThat(ended()).isEqualTo(new Outcome.Applied<>(7, "done"));
    }

    @Test
    void whatALeaderOfAnEarlierTermDidNotBringThroughIsAskedAgain() {
        RequestId first = submit();
        requests.forwarded(first, 2);
        requests.settle(new EntryId(2, 5), 0);
        requests.retryNow();
        assertThat(asked).hasSize(1);
        requests.settle(new EntryId(3, 6), 0);
        requests.retryNow();
        assertThat(asked).hasSize(2);
    }

    @Test
    void theTermOfARefusedAttemptSaysNothingOfTheNext() throws Exception {
        RequestId first = submit();
        requests.forwarded(first, 2);
        requests.answered(first, NO_LEADER, 0, 0);
        requests.retryNow(); // this peer leads by now, in term 3, and is about to append it
        requests.settle(new EntryId(3, 6), 0);
        requests.retryNow();
        assertThat(asked).hasSize(2);
        requests.answered(asked.get(1), new Result.Appended(new EntryId(3, 7)), 6, 0);
        requests.applied(asked.get(1), 7, "done");
        requests.settle(new EntryId(3, 7), 0);
        assertThat(ended()).isEqualTo(new Outcome.Applied<>(7, "done"));
    }

    @Test
    void anEntryThatLostItsPlaceIsAskedForAgain() {
        RequestId first = submit();
        requests.answered(first, new Result.Appended(new EntryId(2, 5)), 4, 0);
        requests.settle(new EntryId(3, 5), 0);
        requests.retryNow();
        assertThat(asked).hasSize(2);
    }

    @Test
    void whatASnapshotMayHoldIsUnknown() throws Exception {
        RequestId first = submit();
        requests.answered(first, new Result.Appended(new EntryId(2, 5)), 4, 0);
        requests.restored(new EntryId(2, 9));
        requests.settle(new EntryId(2, 9), 9);
        assertThat(ended()).isInstanceOf(Outcome.Unknown.class);
        assertThat(asked).hasSize(1);
    }

    @Test
    void whatWasAskedAndNotAnsweredInTimeIsUnknown() throws Exception {
        submit();
        nowNanos.set(requests.nextTickNanos());
        requests.tick(nowNanos.get());
        assertThat(ended()).isInstanceOf(Outcome.Unknown.class);
    }

    @Test
    void whatMetNoLeaderInTimeIsRejected() throws Exception {
        requests.answered(submit(), NO_LEADER, 0, 0);
        requests.tick(settings.requestTimeout().toNanos());
        assertThat(ended()).isInstanceOfSatisfying(Outcome.Rejected.class, rejected -> assertThat(rejected.reason())
                .isEqualTo(Outcome.Reason.NO_LEADER));
        assertThat(requests.nextTickNanos()).isGreaterThan(0);
    }

    @Test
    void whatWasBegunOnceIsNeverCalledRejected() throws Exception {
        RequestId first = submit();
        requests.answered(first, new Result.Refused(Result.Reason.UNDECIDED, "the leader stepped down"), 0, 0);
        requests.retryNow();
        requests.answered(asked.get(1), NO_LEADER, 0, 0);
        nowNanos.set(settings.requestTimeout().toNanos());
        requests.tick(nowNanos.get());
        assertThat(ended()).isInstanceOf(Outcome.Unknown.class);
    }
}
