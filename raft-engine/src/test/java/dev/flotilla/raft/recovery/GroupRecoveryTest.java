package dev.flotilla.raft.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.InMemorySnapshotStore;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a recovery makes of disks that are rarely found. */
class GroupRecoveryTest {
    private static final GenesisId GROUP = MessageSamples.genesis(1);
    private static final Member SELF = Member.voter(MessageSamples.peer(1), MessageSamples.storeId(1));

    private final InMemoryLogStorage log = new InMemoryLogStorage();
    private final InMemorySnapshotStore snapshots = new InMemorySnapshotStore();
    private final GroupRecovery recovery = new GroupRecovery(log, snapshots, SELF.peerId());

    private void write(HardState hardState, Configuration configuration, Entry... behind) throws IOException {
        List<Entry> entries = new ArrayList<>();
        entries.add(
                new Entry(new EntryId(1, 1), Entry.Kind.CONFIGURATION, EntryCodec.encodeConfiguration(configuration)));
        entries.addAll(List.of(behind));
        log.write(List.of(
                new GroupWrite.Put("node", "store-id", SELF.storeId().value()),
                new GroupWrite.Append(GROUP, hardState, entries)));
    }

    @Test
    void voterThatCannotDecideWithoutItsWitnessIsRecovered() throws Exception {
        Member witness = Member.witness(MessageSamples.peer(2), MessageSamples.storeId(2), false);
        write(new HardState(1, null), Configuration.of(List.of(SELF, witness)));
        RecoveryPlan plan = recovery.plan(GROUP);
        assertThat(plan.cutOff()).containsExactly(witness);
    }

    @Test
    void memberWithEntriesOfAWitnessIsNotRecovered() throws Exception {
        Member other = Member.voter(MessageSamples.peer(2), MessageSamples.storeId(2));
        Entry command = MessageSamples.entry(2, 2, "a");
        write(new HardState(2, null), Configuration.of(List.of(SELF, other)), command.forWitness());
        assertThatThrownBy(() -> recovery.plan(GROUP))
                .isInstanceOf(RecoveryException.class)
                .hasMessageContaining("entry 2/2 is here without its command");
    }

    @Test
    void memberWithASnapshotOfAWitnessIsNotRecovered() throws Exception {
        Member other = Member.voter(MessageSamples.peer(2), MessageSamples.storeId(2));
        Member formerly = Member.witness(SELF.peerId(), SELF.storeId(), false);
        write(new HardState(1, null), Configuration.of(List.of(SELF, other)));
        EntryId end = new EntryId(1, 1);
        snapshots.save(GROUP, end, Configuration.of(List.of(formerly, other)), end, out -> {});
        log.write(List.of(new GroupWrite.Append(
                GROUP,
                new HardState(1, null),
                List.of(new Entry(
                        new EntryId(1, 2),
                        Entry.Kind.CONFIGURATION,
                        EntryCodec.encodeConfiguration(Configuration.of(List.of(SELF, other))))))));
        assertThatThrownBy(() -> recovery.plan(GROUP))
                .isInstanceOf(RecoveryException.class)
                .hasMessageContaining("no state");
    }

    @Test
    void entriesBehindAnotherThanTheSnapshotEndsWithWereNeverAgreedOn() throws Exception {
        Configuration configuration =
                Configuration.of(List.of(SELF, Member.voter(MessageSamples.peer(2), MessageSamples.storeId(2))));
        write(
                new HardState(3, null),
                configuration,
                MessageSamples.entry(2, 2, "a"),
                MessageSamples.entry(2, 3, "never agreed on"),
                MessageSamples.entry(2, 4, "nor this"));
        EntryId end = new EntryId(3, 3); // a received snapshot; a crash came before the log was rebased
        snapshots.save(GROUP, end, configuration, new EntryId(1, 1), out -> {});
        RecoveryPlan plan = recovery.plan(GROUP);
        assertThat(plan.last()).isEqualTo(end);
        recovery.apply(plan, List.of());
        StoredGroup successor = log.read(plan.successor()).orElseThrow();
        assertThat(successor.base()).isEqualTo(end);
        assertThat(successor.last()).isEqualTo(new EntryId(4, 4));
        assertThat(log.entries(plan.successor(), 4, 5, 1)).allMatch(entry -> entry.kind() == Entry.Kind.CONFIGURATION);
    }

    /** The log goes on behind {@code base}, and has the configuration there. */
    private void writeBehind(EntryId base) throws IOException {
        Configuration configuration =
                Configuration.of(List.of(SELF, Member.voter(MessageSamples.peer(2), MessageSamples.storeId(2))));
        HardState hardState = new HardState(base.term(), null);
        log.write(List.of(
                new GroupWrite.Put("node", "store-id", SELF.storeId().value()),
                new GroupWrite.Rebase(GROUP, hardState, base, false),
                new GroupWrite.Append(
                        GROUP,
                        hardState,
                        List.of(
                                new Entry(
                                        new EntryId(base.term(), base.index() + 1),
                                        Entry.Kind.CONFIGURATION,
                                        EntryCodec.encodeConfiguration(configuration)),
                                MessageSamples.entry(base.term(), base.index() + 2, "a")))));
    }

    @Test
    void aLogWhoseSnapshotIsOlderThanItsBaseIsNotRecovered() throws Exception {
        EntryId old = new EntryId(2, 3); // as a copy that was put back has it
        writeBehind(new EntryId(2, 5));
        snapshots.save(GROUP, old, Configuration.of(List.of(SELF)), new EntryId(1, 1), out -> {});
        assertThatThrownBy(() -> recovery.plan(GROUP))
                .isInstanceOf(RecoveryException.class)
                .hasMessage("the log here begins after entry 2/5, but the newest snapshot ends at 2/3: put back the"
                        + " snapshots folder that belongs to this log, recover on another peer, or restore a backup");
        assertThat(log.read(GROUP)).map(StoredGroup::last).contains(new EntryId(2, 7));
    }

    @Test
    void aLogWhoseSnapshotIsMissingIsNotRecovered() throws Exception {
        writeBehind(new EntryId(2, 5));
        assertThatThrownBy(() -> recovery.plan(GROUP))
                .isInstanceOf(RecoveryException.class)
                .hasMessageContaining("begins after entry 2/5, but there is no snapshot: put back");
    }
}
