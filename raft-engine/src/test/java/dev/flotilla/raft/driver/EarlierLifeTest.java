package dev.flotilla.raft.driver;

import static dev.flotilla.raft.driver.Substitutes.GENESIS;
import static dev.flotilla.raft.driver.Substitutes.peer;
import static dev.flotilla.raft.driver.Substitutes.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.InMemorySnapshotStore;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Frame;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.memory.InMemoryNetwork;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A node counts its requests anew with each start, yet no number comes twice: an answer that was under way when it stopped
 * says nothing of what it asked for since. The leader is played by the test.
 */
@Timeout(60)
class EarlierLifeTest {
    private static final PeerId SELF = peer(1);
    private static final PeerId LEADER = peer(2);
    private static final PeerId NEWCOMER = peer(3);
    private static final long TERM = 2;
    private static final RaftConfig PATIENT = RaftConfig.defaults().withElectionTimeout(Duration.ofSeconds(50));

    private final InMemoryNetwork network = new InMemoryNetwork();
    private final LogStorage log = new InMemoryLogStorage();
    private final PeerTransport leader = network.join(LEADER);
    private final BlockingQueue<RequestId> asked = new LinkedBlockingQueue<>();

    private interface Life {
        void use(GroupDriver<String> group) throws Exception;
    }

    @BeforeEach
    void haveAGroupOfTwo() throws Exception {
        log.write(List.of(Tables.putStoreId(Substitutes.STORE)));
        Configuration members = Configuration.of(
                List.of(Member.voter(SELF, Substitutes.STORE), Member.voter(LEADER, Substitutes.STORE)));
        Entry first = new Entry(new EntryId(1, 1), Entry.Kind.CONFIGURATION, EntryCodec.encodeConfiguration(members));
        log.write(List.of(new GroupWrite.Append(GENESIS, new HardState(1, null), List.of(first))));
        leader.listen(Lane.CONTROL, this::onFrame);
        leader.listen(Lane.REPLICATION, this::onFrame);
        leader.keepConnected(Set.of(SELF));
    }

    @AfterEach
    void close() {
        leader.close();
    }

    private void onFrame(Frame frame) {
        for (RaftMessage message : Substitutes.messages(frame)) {
            if (message instanceof RaftMessage.Forward forward) {
                asked.add(forward.number());
            }
        }
    }

    /** One life of the node over the same log. It follows the leader, and has caught up. */
    private void live(Life life) throws Exception {
        try (PeerTransport transport = network.join(SELF);
                NodeDriver node = NodeDriver.start(
                        transport,
                        new Substitutes.Credentials(SELF),
                        log,
                        new InMemorySnapshotStore(),
                        NodeSettings.defaults());
                GroupDriver<String> group = node.open(GENESIS, new Substitutes.Nothing(), PATIENT)) {
            while (group.status().get().leader() == null) {
                send(leader, SELF, new RaftMessage.AppendEntries(TERM, 1, new EntryId(1, 1), List.of(), 1));
            }
            send(leader, SELF, new RaftMessage.Answer(asked(), new Result.ReadAt(1))); // whether it has caught up
            group.joined().get(30, TimeUnit.SECONDS);
            life.use(group);
        }
    }

    private RequestId asked() throws InterruptedException {
        RequestId number = asked.poll(30, TimeUnit.SECONDS);
        assertThat(number).as("the request that was passed on to the leader").isNotNull();
        return number;
    }

    private void answer(RequestId number, String detail) {
        Result refusal = new Result.Refused(Result.Reason.NOT_ALLOWED, detail);
        send(leader, SELF, new RaftMessage.Answer(number, refusal));
    }

    @Test
    void anAnswerToAReadOfAnEarlierLifeAnswersNoOther() throws Exception {
        RequestId[] earlier = new RequestId[1];
        live(group -> {
            var unused = group.read(Consistency.linearizable(), () -> "");
            earlier[0] = asked();
        });
        live(group -> {
            var read = group.read(Consistency.linearizable(), () -> "");
            RequestId present = asked();
            answer(earlier[0], "earlier");
            answer(present, "present");
            assertThatThrownBy(() -> read.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("present");
        });
    }

    @Test
    void anAnswerToAWriteOfAnEarlierLifeAnswersNoOther() throws Exception {
        RequestId[] earlier = new RequestId[1];
        live(group -> {
            var unused = group.propose(Bytes.utf8("a"));
            earlier[0] = asked();
        });
        live(group -> {
            var write = group.propose(Bytes.utf8("b"));
            RequestId present = asked();
            answer(earlier[0], "earlier");
            answer(present, "present");
            assertThat(write.get(30, TimeUnit.SECONDS))
                    .isEqualTo(new Outcome.Rejected<>(Outcome.Reason.NOT_A_MEMBER, "present"));
        });
    }

    /** This peer passes on under a number of its own who wants to join by it. */
    @Test
    void anAnswerToWhatAnEarlierLifePassedOnIsPassedBackToNobody() throws Exception {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        try (PeerTransport newcomer = network.join(NEWCOMER)) {
            newcomer.listen(Lane.CONTROL, frame -> Substitutes.messages(frame).forEach(message -> {
                if (message instanceof RaftMessage.Answer answer && answer.result() instanceof Result.Refused refused) {
                    told.add(refused.detail());
                }
            }));
            newcomer.keepConnected(Set.of(SELF));
            RaftMessage join = new RaftMessage.JoinRequest(new RequestId(7, 1), Substitutes.ticket(LEADER));
            RequestId[] earlier = new RequestId[1];
            live(group -> {
                send(newcomer, SELF, join);
                earlier[0] = asked();
            });
            live(group -> {
                send(newcomer, SELF, join);
                RequestId present = asked();
                answer(earlier[0], "earlier");
                answer(present, "present");
                assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("present");
            });
        }
    }
}
