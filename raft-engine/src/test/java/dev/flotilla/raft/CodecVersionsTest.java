package dev.flotilla.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.flotilla.consensus.Change;
import dev.flotilla.consensus.Codec;
import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Op;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.contract.Journal;
import dev.flotilla.consensus.contract.JournalOp;
import dev.flotilla.consensus.contract.NewerJournal;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A group that began with one version of its codecs goes on with the next. */
@Timeout(120)
class CodecVersionsTest {
    private static final RaftConfig CONFIG =
            RaftConfig.defaults().withElectionTimeout(Duration.ofMillis(300)).withLogKept(1 << 20, 0);
    private static final Journal START = Journal.of("start");

    private final TestSwarm swarm = new TestSwarm();
    private final List<RaftNode> nodes = new ArrayList<>();
    private final List<RaftConsensus<Journal>> members = new ArrayList<>();
    private RaftConfig config = CONFIG;

    @AfterEach
    void closeSwarm() {
        swarm.close();
    }

    @Test
    void aGroupIsUpgradedPeerByPeerAndMovesOnOnce() throws Exception {
        start(3);
        Journal expected = START;
        for (int peer = 0; peer < 3; peer++) {
            restart(peer, NewerJournal.codec(), NewerJournal.opCodec());
            for (RaftConsensus<Journal> member : members) { // old and new peers side by side
                expected = expected.with("line");
                assertThat(await(member.commitOp(JournalOp.append("line")))).isInstanceOf(Outcome.Applied.class);
            }
        }
        assertThat(await(members.get(1).moveToNewestVersions())).isInstanceOf(Outcome.Applied.class);
        for (RaftConsensus<Journal> member : members) {
            expected = expected.with("newer");
            assertThat(await(member.commitOp(JournalOp.append("newer")))).isInstanceOf(Outcome.Applied.class);
        }
        for (RaftConsensus<Journal> member : members) {
            assertThat(state(member)).isEqualTo(expected);
            await(member.group().takeSnapshot());
        }
        for (int peer = 0; peer < 3; peer++) { // behind the snapshots nothing needs the first version
            restart(peer, NewerJournal.second(Journal.codec()), NewerJournal.second(JournalOp.codec()));
        }
        for (RaftConsensus<Journal> member : members) {
            assertThat(state(member)).isEqualTo(expected);
        }
    }

    @Test
    void aPeerThatWasForgottenStopsAtTheMoveAndGoesOnOnceItKnowsTheVersion() throws Exception {
        start(3);
        restart(0, NewerJournal.codec(), NewerJournal.opCodec());
        restart(1, NewerJournal.codec(), NewerJournal.opCodec());
        CompletableFuture<Throwable> stopped = new CompletableFuture<>();
        members.get(2).group().listener(new RaftGroup.GroupListener() {
            @Override
            public void failed(Throwable cause) {
                stopped.complete(cause);
            }
        });
        assertThat(await(members.get(0).moveToNewestVersions())).isInstanceOf(Outcome.Applied.class);
        assertThat(await(stopped)).hasMessageContaining("is encoded as journal version 2");
        assertThat(await(members.get(1).commitState(Journal.of("newer")))).isInstanceOf(Outcome.Applied.class);
        restart(2, NewerJournal.codec(), NewerJournal.opCodec());
        assertThat(state(members.get(2))).isEqualTo(Journal.of("newer"));
    }

    /** It does not know yet which version the group has, and writes its newest, which is refused: and then the right one. */
    @Test
    void aPeerThatHasJustStartedWritesAsTheGroupDoes() throws Exception {
        start(1);
        restart(0, NewerJournal.codec(), NewerJournal.opCodec());
        assertThat(await(members.get(0).commitOp(JournalOp.append("at once"))))
                .isInstanceOfSatisfying(Outcome.Applied.class, applied -> assertThat(applied.result())
                        .isEqualTo(START.with("at once")));
    }

    @Test
    void aValueThatOnlyTheNewerVersionHasIsRefusedUntilTheGroupMovesOn() throws Exception {
        start(1);
        Codec<Journal> proud = Codec.of("journal", 1, CodecVersionsTest::inFewLines, Journal.codec()::decode);
        restart(0, NewerJournal.second(Journal.codec()).after(proud), NewerJournal.opCodec());
        Journal three = Journal.of("a", "b", "c");
        assertThat(state(members.get(0))).isEqualTo(START); // it knows the group's version now
        assertThatIllegalArgumentException()
                .isThrownBy(() -> members.get(0).commitState(three))
                .withMessage("version 1 has at most 2 lines");
        assertThat(await(members.get(0).moveToNewestVersions())).isInstanceOf(Outcome.Applied.class);
        assertThat(await(members.get(0).commitState(three))).isInstanceOf(Outcome.Applied.class);
    }

    private static Bytes inFewLines(Journal journal) {
        if (journal.lines().size() > 2) {
            throw new IllegalArgumentException("version 1 has at most 2 lines");
        }
        return Journal.codec().encode(journal);
    }

    @Test
    void whatWasUnknownBeforeTheMoveIsRetriedAfterItAndMadeOnce() throws Exception {
        start(3);
        restart(0, NewerJournal.codec(), NewerJournal.opCodec());
        restart(1, NewerJournal.codec(), NewerJournal.opCodec());
        List<Op<Journal>> ops = IntStream.range(0, 300)
                .mapToObj(i -> JournalOp.append("line " + i))
                .toList();
        RaftConsensus<Journal> leaving = members.get(2);
        List<CompletableFuture<Outcome<Journal>>> writes = new ArrayList<>();
        ops.subList(0, 100).forEach(op -> writes.add(leaving.commitOp(op)));
        await(writes.get(0));
        ops.subList(100, 300).forEach(op -> writes.add(leaving.commitOp(op)));
        leaving.close(); // these are on their way
        assertThat(await(members.get(0).moveToNewestVersions())).isInstanceOf(Outcome.Applied.class);
        List<String> made = new ArrayList<>(START.lines());
        int asked = 0;
        for (int i = 0; i < ops.size(); i++) {
            Outcome<Journal> outcome = await(writes.get(i));
            if (outcome instanceof Outcome.Unknown<Journal> unknown) {
                Outcome.RetryToken token = Objects.requireNonNull(unknown.token(), unknown.detail());
                outcome = await(members.get(i % 2).retry(token, new Change.Operation<>(ops.get(i))));
                asked++;
            }
            if (outcome instanceof Outcome.Applied) {
                made.add("line " + i);
            } else {
                assertThat(outcome).isInstanceOf(Outcome.Rejected.class);
            }
        }
        assertThat(asked).isPositive();
        assertThat(state(members.get(0)).lines()).containsExactlyInAnyOrderElementsOf(made);
    }

    /** It would take the move for no change, and refuse from then on what the others apply. */
    @Test
    void aMemberWhoseSoftwareCannotMoveKeepsTheGroupFromIt() throws Exception {
        config = CONFIG.withFeatureLevel(FeatureLevel.CODEC_MOVES - 1);
        start(1);
        restart(0, NewerJournal.codec(), NewerJournal.opCodec());
        assertThat(state(members.get(0))).isEqualTo(START);
        assertThat(await(members.get(0).moveToNewestVersions()))
                .isEqualTo(new Outcome.Rejected<>(
                        Outcome.Reason.REFUSED,
                        "moving on to other versions waits for feature level 5, which some member does not know: the"
                                + " group is at level 4"));
        config = CONFIG;
        restart(0, NewerJournal.codec(), NewerJournal.opCodec());
        Outcome<Journal> moved = await(members.get(0).moveToNewestVersions());
        while (moved instanceof Outcome.Rejected) { // until the leader has raised the level
            moved = await(members.get(0).moveToNewestVersions());
        }
        assertThat(moved).isInstanceOf(Outcome.Applied.class);
    }

    private void start(int count) throws Exception {
        nodes.add(swarm.start());
        members.add(RaftConsensus.create(nodes.get(0), Journal.codec(), JournalOp.codec(), config));
        for (int i = 1; i < count; i++) {
            nodes.add(swarm.start());
            members.add(RaftConsensus.join(
                    nodes.get(i),
                    members.get(0)
                            .group()
                            .invite("j", Member.Role.VOTER, Duration.ofHours(1), TestSwarm.contact(nodes.get(0))),
                    Journal.codec(),
                    JournalOp.codec(),
                    config));
            assertThat(await(members.get(i).group().joined())).isInstanceOf(Outcome.Applied.class);
        }
        assertThat(await(members.get(0).commitState(START))).isInstanceOf(Outcome.Applied.class);
        assertThat(await(members.get(0).commitOp(JournalOp.append("one")))).isInstanceOf(Outcome.Applied.class);
        assertThat(await(members.get(0).rollback(START))).isInstanceOf(Outcome.Applied.class);
    }

    private void restart(int peer, Codec<Journal> states, Codec<Op<Journal>> ops) throws IOException {
        GenesisId genesis = members.get(peer).group().genesis();
        nodes.set(peer, swarm.restart(nodes.get(peer)));
        members.set(peer, RaftConsensus.open(nodes.get(peer), genesis, states, ops, config));
    }

    private static Journal state(RaftConsensus<Journal> member) throws Exception {
        return await(member.read(Consistency.linearizable())).state();
    }

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }
}
