package dev.flotilla.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.sim.FakeCredentials;
import dev.flotilla.raft.sim.Names;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What became of entries that came without their commands, and of a witness that the group takes for something else. */
class HollowTest {
    private static final PeerId SELF = Names.peer("n1");
    private static final PeerId LEADER = Names.peer("n2");
    private static final Member OTHER = Member.voter(LEADER, Names.store(LEADER, 1));
    private static final Configuration AS_WITNESS =
            Configuration.of(List.of(Member.witness(SELF, Names.store(SELF, 1), false), OTHER));
    private static final Configuration AS_VOTER =
            Configuration.of(List.of(Member.voter(SELF, Names.store(SELF, 1)), OTHER));
    private static final EntryId FIRST = new EntryId(1, 1);
    private static final int SEEDS = 2_000;

    private static Entry entry(long index, Configuration configuration) {
        return new Entry(
                new EntryId(1, index), Entry.Kind.CONFIGURATION, EntryCodec.encodeConfiguration(configuration));
    }

    /** A core with a witness's snapshot of entry 1, then {@code behind}. */
    private static RaftCore core(Entry... behind) {
        return core(SnapshotMeta.forWitness(FIRST, AS_WITNESS, FIRST), Trace.NONE, behind);
    }

    private static RaftCore core(SnapshotMeta snapshot, Trace trace, Entry... behind) {
        EntryId base = new EntryId(1, behind.length == 0 ? 1 : behind[0].index() - 1);
        Recovered recovered =
                new Recovered(new HardState(1, null), snapshot, base, List.of(behind), List.of(), Set.of());
        return new RaftCore(
                new FakeCredentials(SELF),
                Names.store(SELF, 1),
                Names.GENESIS,
                RaftConfig.defaults(),
                recovered,
                new SplittableRandom(1),
                trace,
                0);
    }

    private static Entry hollow(long index) {
        return new Entry(new EntryId(1, index), Entry.Kind.COMMAND, Bytes.EMPTY);
    }

    /** With a state up to {@code index}, on which members agreed that this peer was not among. */
    private static SnapshotMeta snapshot(long index) {
        return new SnapshotMeta(
                new EntryId(1, index),
                Configuration.of(List.of(OTHER)),
                FIRST,
                1,
                Bytes.wrap(new byte[SnapshotMeta.HASH_BYTES]));
    }

    /** Keeps what it is told of damage. */
    private static final class Heard implements Trace {
        final List<String> events = new ArrayList<>();

        @Override
        public void damaged(List<DamagedEntry> entries) {
            events.add("damaged " + entries.stream().map(DamagedEntry::index).toList());
        }

        @Override
        public void repaired(long firstIndex, long lastIndex, int left) {
            events.add("rid of " + firstIndex + " to " + lastIndex + ", " + left + " left");
        }
    }

    private static List<RaftMessage> answers(RaftCore core, RaftMessage message) {
        List<RaftMessage> sent = new ArrayList<>();
        List<Effect> effects = new ArrayList<>(core.step(
                new Input.Received(LEADER, OTHER.storeId(), FeatureLevel.NEWEST, message, 0), core.nextTimerNanos()));
        effects.forEach(effect -> {
            if (effect instanceof Effect.Send send) {
                sent.add(send.message());
            }
        });
        return sent;
    }

    private static Explanation why(RaftCore core) {
        return Explanation.of(core.status(core.nextTimerNanos()), core.details(), core.damaged(), peer -> null);
    }

    @Test
    void aWitnessAcknowledgesWhatItHas() {
        RaftCore core = core();
        RaftMessage probe = new RaftMessage.AppendEntries(1, 7, FIRST, List.of(), 1);
        assertThat(answers(core, probe)).contains(new RaftMessage.AppendAccepted(1, 7, 1));
    }

    @Test
    void whoPassedOverCommandsAcknowledgesNothingAsAnythingButAWitness() {
        RaftCore core = core(entry(2, AS_VOTER));
        EntryId last = new EntryId(1, 2);
        SnapshotMeta snapshot =
                new SnapshotMeta(last, AS_VOTER, last, 1, Bytes.wrap(new byte[SnapshotMeta.HASH_BYTES]));
        assertThat(answers(core, new RaftMessage.AppendEntries(1, 7, last, List.of(), 2)))
                .noneMatch(RaftMessage.AppendAccepted.class::isInstance);
        assertThat(answers(core, new RaftMessage.InstallSnapshot(1, 7, snapshot, 2)))
                .noneMatch(RaftMessage.InstallSnapshotReply.class::isInstance);
        assertThat(why(core).lines()).anyMatch(line -> line.contains("was a witness's and has no state"));
    }

    @Test
    void whoPassedOverCommandsDoesNotAcknowledgeTheConfigurationThatSaysSo() {
        RaftMessage naming = new RaftMessage.AppendEntries(1, 7, FIRST, List.of(entry(2, AS_VOTER)), 1);
        assertThat(answers(core(), naming)).isEmpty();
    }

    @Test
    void whoPassedOverCommandsVotesAndDoesNotStand() {
        RaftCore core = core(entry(2, AS_VOTER));
        for (int i = 0; i < 5; i++) {
            core.step(new Input.TimerFired(), core.nextTimerNanos());
            assertThat(core.status(core.nextTimerNanos()).role()).isEqualTo(Role.FOLLOWER);
        }
        assertThat(answers(core, new RaftMessage.RequestVote(2, new EntryId(1, 1), false)))
                .contains(new RaftMessage.VoteReply(2, false));
        assertThat(answers(core, new RaftMessage.RequestVote(3, new EntryId(1, 2), false)))
                .contains(new RaftMessage.VoteReply(3, true));
    }

    /** It was interrupted between the snapshot and the end of the log before it. */
    @Test
    void whatTheNewestSnapshotHasIsNotLacking() {
        Heard heard = new Heard();
        RaftCore core = core(snapshot(3), heard, hollow(2), hollow(3));
        RaftMessage naming = new RaftMessage.AppendEntries(1, 7, new EntryId(1, 3), List.of(entry(4, AS_VOTER)), 3);
        assertThat(answers(core, naming)).contains(new RaftMessage.AppendAccepted(1, 7, 4));
        assertThat(heard.events).containsExactly("damaged [2, 3]", "rid of 2 to 3, 0 left");
    }

    /** Whoever was told that entries are lacking is told that they are lacking no longer, though nothing came again. */
    @Test
    void whatIsNotToBeHereIsLackingNoLonger() {
        Heard heard = new Heard();
        RaftCore core = core(snapshot(1), heard, hollow(2), hollow(3));
        answers(core, new RaftMessage.AppendEntries(1, 7, new EntryId(1, 3), List.of(entry(4, AS_VOTER)), 1));
        Entry other = new Entry(new EntryId(2, 4), Entry.Kind.NOOP, Bytes.EMPTY);
        answers(core, new RaftMessage.AppendEntries(2, 8, new EntryId(1, 1), List.of(hollow(2), hollow(3), other), 1));
        assertThat(heard.events).containsExactly("damaged [2, 3]", "rid of 2 to 3, 0 left");
    }

    /** From the first hollow entry of the log to the last, whatever became of the log. */
    @Test
    void theyLieBetweenTheFirstAndTheLastOfThem() {
        for (long seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Hollow hollow = Hollow.NONE;
            TreeSet<Long> within = new TreeSet<>();
            long base = 0;
            long last = 0;
            for (int i = 0; i < 30; i++) {
                switch (random.nextInt(4)) {
                    case 0, 1 -> {
                        last++;
                        hollow = hollow.with(last);
                        for (long each = within.isEmpty() ? last : within.last(); each <= last; each++) {
                            within.add(each);
                        }
                    }
                    case 2 -> {
                        last = base + random.nextLong(last - base + 1);
                        hollow = hollow.truncatedAfter(last);
                        within.tailSet(last, false).clear();
                    }
                    default -> {
                        base += random.nextLong(last - base + 1);
                        hollow = hollow.compactedTo(base);
                        within.headSet(base, true).clear();
                    }
                }
                assertThat(hollow.isEmpty()).isEqualTo(within.isEmpty());
                assertThat(hollow.asDamage(index -> new EntryId(1, index)))
                        .extracting(entry -> entry.index())
                        .containsExactlyElementsOf(within);
            }
        }
    }
}
