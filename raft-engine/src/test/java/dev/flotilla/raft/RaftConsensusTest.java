package dev.flotilla.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.flotilla.consensus.Agreed;
import dev.flotilla.consensus.Codec;
import dev.flotilla.consensus.ConsensusException;
import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.InconsistentStateException;
import dev.flotilla.consensus.Op;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.UnavailableException;
import dev.flotilla.consensus.contract.Journal;
import dev.flotilla.consensus.contract.JournalOp;
import dev.flotilla.consensus.contract.StateRecorder;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.driver.NodeSettings;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What Raft adds to the contract: restarts, snapshots, lost peers. */
@Timeout(120)
class RaftConsensusTest {
    private static final RaftConfig CONFIG =
            RaftConfig.defaults().withElectionTimeout(Duration.ofMillis(300)).withLogKept(1 << 20, 0);
    private static final Journal START = Journal.of("start");

    private final TestSwarm swarm = new TestSwarm();

    @AfterEach
    void closeSwarm() {
        swarm.close();
    }

    @Test
    void aRestartedPeerKnowsWhatWasAgreedBeforeAndAfterItsSnapshot() throws Exception {
        RaftNode node = swarm.start();
        RaftConsensus<Journal> consensus = create(node);
        applied(consensus.commitState(START));
        await(consensus.group().takeSnapshot());
        long index = applied(consensus.commitOp(JournalOp.append("one")));
        RaftConsensus<Journal> again = reopen(node, consensus);
        assertThat(await(again.read(Consistency.linearizable())).state()).isEqualTo(START.with("one"));
        assertThat(again.logHead()).isEqualTo(new Agreed<>(index, START.with("one")));
    }

    @Test
    void anInconsistencySurvivesSnapshotAndRestart() throws Exception {
        RaftNode node = swarm.start();
        RaftConsensus<Journal> consensus = create(node);
        applied(consensus.commitState(START));
        assertThat(await(consensus.commitOp(JournalOp.fail("ink is out")))).isInstanceOf(Outcome.Failed.class);
        await(consensus.group().takeSnapshot());
        RaftConsensus<Journal> again = reopen(node, consensus);
        assertThat(failure(again.read(Consistency.linearizable())))
                .isInstanceOf(InconsistentStateException.class)
                .hasMessageContaining("ink is out");
        applied(again.rollback(START));
        assertThat(again.currentState()).isEqualTo(START);
    }

    @Test
    void everyPeerFindsTheSameVerdictAfterARestartAndFromASnapshotToo() throws Exception {
        RaftNode first = swarm.start();
        RaftConsensus<Journal> founder = create(first);
        applied(founder.commitState(START));
        Outcome<Journal> outcome = await(founder.commitOp(JournalOp.fail("ink is out")));
        Outcome.Failed<Journal> failed = (Outcome.Failed<Journal>) outcome;
        assertThat(failed.cause()).isInstanceOf(JournalOp.JournalException.class);
        assertVerdict(founder, failed.index());
        founder = reopen(first, founder); // from the log
        assertVerdict(founder, failed.index());
        await(founder.group().takeSnapshot());
        first = Objects.requireNonNull(swarm.node(first.peerId()));
        founder = reopen(first, founder); // from its own snapshot
        assertVerdict(founder, failed.index());
        first = Objects.requireNonNull(swarm.node(first.peerId()));
        RaftConsensus<Journal> late = join(swarm.start(), founder, first); // from that of another
        assertVerdict(late, failed.index());
        assertThat(await(late.commitOp(JournalOp.append("one")))).isInstanceOf(Outcome.Rejected.class);
        long index = applied(late.rollback(START));
        for (RaftConsensus<Journal> member : List.of(founder, late)) {
            assertThat(await(member.read(Consistency.atLeast(index))).state()).isEqualTo(START);
        }
    }

    private static void assertVerdict(RaftConsensus<Journal> member, long index) throws Exception {
        for (Consistency level : List.of(Consistency.linearizable(), Consistency.atLeast(index))) {
            assertThat(failure(member.read(level))).isInstanceOfSatisfying(InconsistentStateException.class, thrown -> {
                assertThat(thrown.index()).isEqualTo(index);
                assertThat(thrown.type()).isEqualTo(JournalOp.JournalException.class.getName());
                assertThat(thrown.getCause()).hasMessage("ink is out");
                assertThat(thrown)
                        .hasMessage("the operation at index " + index + " failed: ink is out; roll back to go on");
            });
        }
    }

    @Test
    void aPeerThatJoinsLateIsToldTheStateOfTheSnapshot() throws Exception {
        RaftNode first = swarm.start();
        RaftConsensus<Journal> founder = create(first);
        applied(founder.commitState(START));
        for (int i = 0; i < 50; i++) {
            applied(founder.commitOp(JournalOp.append("line " + i)));
        }
        await(founder.group().takeSnapshot());
        Agreed<Journal> agreed = founder.logHead();
        RaftConsensus<Journal> late =
                RaftConsensus.join(swarm.start(), ticket(founder, first), Journal.codec(), JournalOp.codec(), CONFIG);
        StateRecorder<Journal> recorder = new StateRecorder<>();
        late.states().subscribe(recorder);
        await(recorder.subscription()).request(Long.MAX_VALUE);
        assertThat(await(late.group().joined())).isInstanceOf(Outcome.Applied.class);
        assertThat(await(recorder.first(told -> true))).isEqualTo(agreed);
        assertThat(late.currentState()).isEqualTo(agreed.state());
    }

    @Test
    void whatTheOthersAgreedOnMeanwhileReachesAPeerThatWasCutOff() throws Exception {
        RaftNode first = swarm.start();
        RaftConsensus<Journal> founder = create(first);
        applied(founder.commitState(START));
        RaftNode second = swarm.start();
        RaftNode third = swarm.start();
        RaftConsensus<Journal> left = join(second, founder, first);
        RaftConsensus<Journal> right = join(third, founder, first);
        List<PeerId> others = List.of(second.peerId(), third.peerId());
        swarm.network().cut(List.of(first.peerId()), others);
        applied(left.commitOp(JournalOp.append("without the founder")));
        long index = applied(right.commitOp(JournalOp.append("twice")));
        assertThat(founder.currentState()).isEqualTo(START);
        swarm.network().heal();
        Journal agreed = START.with("without the founder").with("twice");
        assertThat(await(founder.read(Consistency.atLeast(index))).state()).isEqualTo(agreed);
        assertThat(await(founder.read(Consistency.linearizable())).state()).isEqualTo(agreed);
    }

    @Test
    void aNewcomerAsksAgainOnceItIsConnected() throws Exception {
        NodeSettings patient = NodeSettings.defaults().withJoinRetryDelay(Duration.ofHours(1));
        try (TestSwarm slow = new TestSwarm(patient)) {
            RaftNode first = slow.start();
            RaftConsensus<Journal> founder = create(first);
            applied(founder.commitState(START)); // it leads now
            RaftNode newcomer = slow.start();
            slow.network().cut(first.peerId(), newcomer.peerId());
            RaftConsensus<Journal> joining =
                    RaftConsensus.join(newcomer, ticket(founder, first), Journal.codec(), JournalOp.codec(), CONFIG);
            assertThat(await(joining.group().status()).leader()).isNull();
            slow.network().heal();
            assertThat(await(joining.group().joined())).isInstanceOf(Outcome.Applied.class);
        }
    }

    @Test
    void closingItsNodeEndsSubscriptionsAndReads() throws Exception {
        RaftNode node = swarm.start();
        RaftConsensus<Journal> consensus = create(node);
        applied(consensus.commitState(START));
        StateRecorder<Journal> recorder = new StateRecorder<>();
        consensus.states().subscribe(recorder);
        node.close();
        assertThat(await(recorder.ended())).isNull();
        assertThat(failure(consensus.read(Consistency.local()))).isInstanceOf(UnavailableException.class);
        assertThat(await(consensus.commitState(START))).isInstanceOf(Outcome.Rejected.class);
    }

    @Test
    void anErrorOfAnOperationStopsTheGroupAndEndsSubscriptionsWithIt() throws Exception {
        Codec<Op<Journal>> stricken = Codec.of("stricken", 1, op -> Bytes.EMPTY, bytes -> journal -> {
            throw new StackOverflowError("not really");
        });
        RaftConsensus<Journal> consensus = RaftConsensus.create(swarm.start(), Journal.codec(), stricken, CONFIG);
        applied(consensus.commitState(START));
        StateRecorder<Journal> recorder = new StateRecorder<>();
        consensus.states().subscribe(recorder);
        assertThat(await(consensus.commitOp(JournalOp.append("one")))).isInstanceOf(Outcome.Unknown.class);
        assertThat(await(recorder.ended())).isInstanceOf(StackOverflowError.class);
        assertThat(failure(consensus.read(Consistency.linearizable()))).isInstanceOf(ConsensusException.class);
    }

    @Test
    void whatTheCodecCannotEncodeIsMisuse() throws Exception {
        RaftConsensus<Journal> consensus = create(swarm.start());
        applied(consensus.commitState(START));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> consensus.commitOp(journal -> journal))
                .withMessageContaining("not an operation on journals");
    }

    @Test
    void whatIsLargerThanAnEntryMayBeIsRejected() throws Exception {
        RaftConsensus<Journal> consensus =
                RaftConsensus.create(swarm.start(), Journal.codec(), JournalOp.codec(), CONFIG.withEntryBytesMax(1000));
        applied(consensus.commitState(START));
        Outcome<Journal> outcome = await(consensus.commitOp(JournalOp.append("x".repeat(1000))));
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Rejected.class, rejected -> assertThat(rejected.reason())
                .isEqualTo(Outcome.Reason.TOO_LARGE));
        assertThat(consensus.currentState()).isEqualTo(START);
    }

    @Test
    void whatIsProposedToTheGroupDirectlyIsRefusedByTheStateMachine() throws Exception {
        RaftConsensus<Journal> consensus = create(swarm.start());
        applied(consensus.commitState(START));
        Outcome<?> outcome = await(consensus.group().propose(Bytes.utf8("not a change")));
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Applied.class, applied -> assertThat(applied.result())
                .isInstanceOf(Outcome.Rejected.class));
        assertThat(consensus.currentState()).isEqualTo(START);
    }

    private static RaftConsensus<Journal> create(RaftNode node) throws IOException {
        return RaftConsensus.create(node, Journal.codec(), JournalOp.codec(), CONFIG);
    }

    private RaftConsensus<Journal> reopen(RaftNode node, RaftConsensus<Journal> consensus) throws IOException {
        return RaftConsensus.open(
                swarm.restart(node), consensus.group().genesis(), Journal.codec(), JournalOp.codec(), CONFIG);
    }

    private static RaftConsensus<Journal> join(RaftNode node, RaftConsensus<Journal> founder, RaftNode first)
            throws Exception {
        RaftConsensus<Journal> member =
                RaftConsensus.join(node, ticket(founder, first), Journal.codec(), JournalOp.codec(), CONFIG);
        assertThat(await(member.group().joined())).isInstanceOf(Outcome.Applied.class);
        return member;
    }

    private static Ticket ticket(RaftConsensus<Journal> founder, RaftNode first) {
        return founder.group().invite("journals", Member.Role.VOTER, Duration.ofHours(1), TestSwarm.contact(first));
    }

    private static long applied(CompletableFuture<Outcome<Journal>> write) throws Exception {
        Outcome<Journal> outcome = await(write);
        assertThat(outcome).isInstanceOf(Outcome.Applied.class);
        return ((Outcome.Applied<Journal>) outcome).index();
    }

    private static Throwable failure(CompletableFuture<?> future) throws Exception {
        Throwable failure = await(future.handle((answer, thrown) -> thrown));
        assertThat(failure).isNotNull();
        return failure;
    }

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }
}
