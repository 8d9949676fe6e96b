package dev.flotilla.raft.core;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.Configuration;
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
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A peer that does not know the level of what it finds, or is sent, stops and says why. */
class FeatureLevelTest {
    private static final PeerId SELF = Names.peer("n1");
    private static final PeerId LEADER = Names.peer("n2");
    private static final int TOO_NEW = FeatureLevel.NEWEST + 1;

    private static Configuration configuration(int level) {
        return Configuration.of(
                        List.of(Member.voter(SELF, Names.store(SELF, 1)), Member.voter(LEADER, Names.store(LEADER, 1))))
                .withFeatureLevel(level);
    }

    private static String tooNewSince(String entry) {
        return "level " + TOO_NEW + " since entry " + entry + ", but this peer knows levels up to "
                + FeatureLevel.NEWEST;
    }

    private static Entry entry(EntryId id, int level) {
        return new Entry(id, Entry.Kind.CONFIGURATION, EntryCodec.encodeConfiguration(configuration(level)));
    }

    private static SnapshotMeta snapshot(int level) {
        return new SnapshotMeta(
                new EntryId(1, 7),
                configuration(level),
                new EntryId(1, 5),
                10,
                Bytes.wrap(new byte[SnapshotMeta.HASH_BYTES]));
    }

    private static RaftCore core(@Nullable SnapshotMeta snapshot, List<Entry> entries) {
        Recovered recovered = new Recovered(
                new HardState(1, null),
                snapshot,
                snapshot == null ? EntryId.NONE : snapshot.lastIncluded(),
                entries,
                List.of(),
                Set.of());
        return new RaftCore(
                new FakeCredentials(SELF),
                Names.store(SELF, 1),
                Names.GENESIS,
                RaftConfig.defaults(),
                recovered,
                new SplittableRandom(1),
                Trace.NONE,
                0);
    }

    private static void receive(RaftCore core, RaftMessage message) {
        core.step(new Input.Received(LEADER, Names.store(LEADER, 1), TOO_NEW, message, 0), 1);
    }

    @Test
    void aLogOfANewerLevelIsNotOpened() {
        List<Entry> log = List.of(entry(new EntryId(1, 1), TOO_NEW));
        assertThatThrownBy(() -> core(null, log))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the group is at feature " + tooNewSince("1/1") + ": upgrade it and start it again");
    }

    @Test
    void aSnapshotOfANewerLevelIsNotOpened() {
        assertThatThrownBy(() -> core(snapshot(TOO_NEW), List.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(tooNewSince("1/5"));
    }

    @Test
    void anEntryOfANewerLevelIsNotTaken() {
        RaftCore core = core(null, List.of(entry(new EntryId(1, 1), FeatureLevel.NEWEST)));
        Entry newer = entry(new EntryId(1, 2), TOO_NEW);
        assertThatThrownBy(
                        () -> receive(core, new RaftMessage.AppendEntries(1, 1, new EntryId(1, 1), List.of(newer), 0)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(tooNewSince("1/2"));
    }

    @Test
    void aSnapshotOfANewerLevelIsNotFetched() {
        RaftCore core = core(null, List.of(entry(new EntryId(1, 1), FeatureLevel.NEWEST)));
        assertThatThrownBy(() -> receive(core, new RaftMessage.InstallSnapshot(1, 1, snapshot(TOO_NEW), 0)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(tooNewSince("1/5"));
    }
}
