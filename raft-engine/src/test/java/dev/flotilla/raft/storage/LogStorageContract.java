package dev.flotilla.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link LogStorage} does. Extend it, in any project, to test yours. */
public abstract class LogStorageContract {
    private static final GenesisId A = MessageSamples.genesis(1);
    private static final GenesisId B = MessageSamples.genesis(2);
    private static final HardState TERM_3 = new HardState(3, MessageSamples.peer(1));
    private static final HardState TERM_4 = new HardState(4, null);

    private LogStorage storage = new InMemoryLogStorage();

    /** A storage over the same place each time within one test; the first time it is empty. */
    protected abstract LogStorage open() throws IOException;

    /** Whether what was written is there again after {@code close} and {@code open}. */
    protected abstract boolean isDurable();

    @BeforeEach
    void openStorage() throws IOException {
        storage = open();
    }

    @AfterEach
    void closeStorage() throws IOException {
        storage.close();
    }

    private void restart() throws IOException {
        if (isDurable()) {
            storage.close();
            storage = open();
        }
    }

    private static Entry entry(long term, long index) {
        return MessageSamples.entry(term, index, "payload of " + term + "/" + index);
    }

    private static EntryId id(long term, long index) {
        return new EntryId(term, index);
    }

    private static GroupWrite append(GenesisId genesis, HardState hardState, Entry... entries) {
        return new GroupWrite.Append(genesis, hardState, List.of(entries));
    }

    private void write(GroupWrite... round) throws IOException {
        storage.write(List.of(round));
    }

    private List<Entry> all(GenesisId genesis) throws IOException {
        StoredGroup group = storage.read(genesis).orElseThrow();
        return storage.entries(genesis, group.base().index() + 1, Long.MAX_VALUE, Integer.MAX_VALUE);
    }

    @Test
    void isEmptyAtFirst() throws IOException {
        assertThat(storage.groups()).isEmpty();
        assertThat(storage.read(A)).isEmpty();
        assertThat(storage.entries(A, 1, 10, 1000)).isEmpty();
        assertThat(storage.keys("table")).isEmpty();
        assertThat(storage.tables()).isEmpty();
        assertThat(storage.get("table", "key")).isNull();
    }

    @Test
    void anEmptyRoundChangesNothing() throws IOException {
        write();
        assertThat(storage.groups()).isEmpty();
    }

    @Test
    void theFirstAppendCreatesTheGroup() throws IOException {
        write(append(A, TERM_3));
        assertThat(storage.groups()).containsExactly(A);
        assertThat(storage.read(A)).contains(new StoredGroup(TERM_3, EntryId.NONE, EntryId.NONE));
        write(append(A, TERM_4, entry(3, 1), entry(3, 2)));
        assertThat(storage.read(A)).contains(new StoredGroup(TERM_4, EntryId.NONE, id(3, 2)));
        assertThat(all(A)).containsExactly(entry(3, 1), entry(3, 2));
        restart();
        assertThat(storage.groups()).containsExactly(A);
        assertThat(storage.read(A)).contains(new StoredGroup(TERM_4, EntryId.NONE, id(3, 2)));
        assertThat(all(A)).containsExactly(entry(3, 1), entry(3, 2));
    }

    @Test
    void entriesOfEveryKindComeBackAsTheyWere() throws IOException {
        Entry noop = new Entry(id(1, 1), Entry.Kind.NOOP, Bytes.EMPTY);
        Entry large = new Entry(id(1, 2), Entry.Kind.COMMAND, Bytes.wrap(new byte[1 << 20]));
        Entry configuration = new Entry(id(2, 3), Entry.Kind.CONFIGURATION, Bytes.utf8("configuration"));
        write(append(A, TERM_3, noop, large, configuration));
        assertThat(all(A)).containsExactly(noop, large, configuration);
        restart();
        assertThat(all(A)).containsExactly(noop, large, configuration);
    }

    @Test
    void anAppendReplacesTheLogFromItsFirstIndexOn() throws IOException {
        write(append(A, TERM_3, entry(1, 1), entry(1, 2), entry(1, 3), entry(1, 4)));
        write(append(A, TERM_4, entry(4, 2), entry(4, 3)));
        assertThat(storage.read(A)).contains(new StoredGroup(TERM_4, EntryId.NONE, id(4, 3)));
        assertThat(all(A)).containsExactly(entry(1, 1), entry(4, 2), entry(4, 3));
        restart();
        assertThat(all(A)).containsExactly(entry(1, 1), entry(4, 2), entry(4, 3));
    }

    @Test
    void anAppendOfNoEntriesKeepsTheLog() throws IOException {
        write(append(A, TERM_3, entry(1, 1), entry(1, 2)));
        write(append(A, TERM_4));
        assertThat(storage.read(A)).contains(new StoredGroup(TERM_4, EntryId.NONE, id(1, 2)));
        assertThat(all(A)).containsExactly(entry(1, 1), entry(1, 2));
    }

    @Test
    void anAppendThatDoesNotJoinTheLogIsRefusedWithItsWholeRound() throws IOException {
        write(append(A, TERM_3, entry(1, 1)));
        assertRefused(append(B, TERM_4, entry(4, 1)), append(A, TERM_4, entry(4, 3)));
        assertRefused(append(A, TERM_4, entry(4, 2), entry(4, 4)));
        assertRefused(new GroupWrite.Put("table", "key", Bytes.utf8("v")), new GroupWrite.Compact(A, id(1, 2)));
        write(new GroupWrite.Compact(A, id(1, 1)));
        assertRefused(append(A, TERM_4, entry(4, 1)));

        assertThat(storage.groups()).containsExactly(A);
        assertThat(storage.get("table", "key")).isNull();
        assertThat(storage.read(A)).contains(new StoredGroup(TERM_3, id(1, 1), id(1, 1)));
    }

    private void assertRefused(GroupWrite... round) {
        assertThatIllegalArgumentException().isThrownBy(() -> write(round));
    }

    @Test
    void entriesKeepsToItsBounds() throws IOException {
        write(append(A, TERM_3, entry(1, 1), entry(1, 2), entry(1, 3), entry(1, 4)));
        int size = entry(1, 1).sizeBytes();
        assertThat(storage.entries(A, 2, 4, 1 << 20)).containsExactly(entry(1, 2), entry(1, 3));
        assertThat(storage.entries(A, 2, 5, 2 * size)).containsExactly(entry(1, 2), entry(1, 3));
        assertThat(storage.entries(A, 2, 5, 2 * size - 1)).containsExactly(entry(1, 2));
        assertThat(storage.entries(A, 2, 5, 0)).containsExactly(entry(1, 2));
        assertThat(storage.entries(A, 4, 100, 1 << 20)).containsExactly(entry(1, 4));
        assertThat(storage.entries(A, 5, 100, 1 << 20)).isEmpty();
        assertThat(storage.entries(A, 3, 3, 1 << 20)).isEmpty();
        assertThat(storage.entries(A, 0, 3, 1 << 20)).isEmpty();
        assertThat(storage.entries(B, 1, 3, 1 << 20)).isEmpty();
    }

    @Test
    void compactionRemovesTheBeginningOnly() throws IOException {
        write(append(A, TERM_3, entry(1, 1), entry(2, 2), entry(2, 3)));
        write(new GroupWrite.Compact(A, id(2, 2)));
        assertThat(storage.read(A)).contains(new StoredGroup(TERM_3, id(2, 2), id(2, 3)));
        assertThat(storage.entries(A, 2, 4, 1000)).isEmpty();
        assertThat(all(A)).containsExactly(entry(2, 3));
        write(new GroupWrite.Compact(A, id(1, 1)));
        assertThat(storage.read(A)).contains(new StoredGroup(TERM_3, id(2, 2), id(2, 3)));
        write(new GroupWrite.Compact(A, id(2, 3)));
        restart();
        assertThat(storage.read(A)).contains(new StoredGroup(TERM_3, id(2, 3), id(2, 3)));
        assertThat(all(A)).isEmpty();
        write(append(A, TERM_4, entry(4, 4)));
        assertThat(all(A)).containsExactly(entry(4, 4));
    }

    @Test
    void rebaseDropsTheLog() throws IOException {
        write(append(A, TERM_3, entry(1, 1), entry(1, 2), entry(1, 3)));
        write(new GroupWrite.Rebase(A, TERM_4, id(4, 2), false));
        assertThat(storage.read(A)).contains(new StoredGroup(TERM_4, id(4, 2), id(4, 2)));
        assertThat(all(A)).isEmpty();
        restart();
        assertThat(storage.read(A)).contains(new StoredGroup(TERM_4, id(4, 2), id(4, 2)));
        write(append(A, TERM_4, entry(4, 3)));
        assertThat(all(A)).containsExactly(entry(4, 3));
    }

    @Test
    void rebaseKeepsWhatFollowsTheNewBase() throws IOException {
        write(append(A, TERM_3, entry(1, 1), entry(1, 2), entry(1, 3)));
        write(new GroupWrite.Rebase(A, TERM_4, id(1, 2), true));
        assertThat(storage.read(A)).contains(new StoredGroup(TERM_4, id(1, 2), id(1, 3)));
        assertThat(all(A)).containsExactly(entry(1, 3));
        write(new GroupWrite.Rebase(A, TERM_4, id(4, 9), true));
        restart();
        assertThat(storage.read(A)).contains(new StoredGroup(TERM_4, id(4, 9), id(4, 9)));
        assertThat(all(A)).isEmpty();
    }

    @Test
    void rebaseCreatesAGroupThatStartsLate() throws IOException {
        write(new GroupWrite.Rebase(A, TERM_3, id(2, 100), true), append(A, TERM_3, entry(3, 101)));
        assertThat(storage.read(A)).contains(new StoredGroup(TERM_3, id(2, 100), id(3, 101)));
        assertThat(all(A)).containsExactly(entry(3, 101));
    }

    @Test
    void aRepairOfIntactEntriesChangesNothing() throws IOException {
        write(append(A, TERM_3, entry(1, 1), entry(1, 2), entry(1, 3)));
        write(new GroupWrite.Repair(A, List.of(entry(1, 2))));
        restart();
        assertThat(storage.read(A)).contains(new StoredGroup(TERM_3, EntryId.NONE, id(1, 3)));
        assertThat(all(A)).containsExactly(entry(1, 1), entry(1, 2), entry(1, 3));
        assertThat(storage.damage(A)).isEqualTo(LogDamage.NONE);
        assertRefused(new GroupWrite.Repair(A, List.of(entry(1, 4))));
        assertRefused(new GroupWrite.Repair(B, List.of(entry(1, 1))));
    }

    @Test
    void aRepairGivesTheirCommandsToEntriesThatCameWithout() throws IOException {
        Entry hollow = entry(1, 3).forWitness();
        write(append(A, TERM_3, entry(1, 1), entry(1, 2).forWitness(), hollow, entry(1, 4)));
        restart();
        assertThat(all(A)).containsExactly(entry(1, 1), entry(1, 2).forWitness(), hollow, entry(1, 4));
        write(new GroupWrite.Repair(A, List.of(entry(1, 2))));
        assertThat(all(A)).containsExactly(entry(1, 1), entry(1, 2), hollow, entry(1, 4));
        restart();
        assertThat(all(A)).containsExactly(entry(1, 1), entry(1, 2), hollow, entry(1, 4));
        assertThat(storage.read(A)).contains(new StoredGroup(TERM_3, EntryId.NONE, id(1, 4)));
    }

    @Test
    void aRepairGivesTheirCommandsToEntriesOfItsOwnRound() throws IOException {
        write(
                append(A, TERM_3, entry(1, 1).forWitness(), entry(1, 2).forWitness(), entry(1, 3)),
                new GroupWrite.Repair(A, List.of(entry(1, 1), entry(1, 2))),
                append(A, TERM_4, entry(4, 2)));
        assertThat(all(A)).containsExactly(entry(1, 1), entry(4, 2));
        restart();
        assertThat(all(A)).containsExactly(entry(1, 1), entry(4, 2));
    }

    @Test
    void aDeletedGroupLeavesNothingBehind() throws IOException {
        write(append(A, TERM_3, entry(1, 1), entry(1, 2)), append(B, TERM_4, entry(4, 1)));
        write(new GroupWrite.Delete(A), new GroupWrite.Compact(A, id(1, 1)), new GroupWrite.Delete(A));
        assertThat(storage.groups()).containsExactly(B);
        restart();
        assertThat(storage.read(A)).isEmpty();
        write(append(A, TERM_4, entry(4, 1)));
        assertThat(all(A)).containsExactly(entry(4, 1));
        assertThat(all(B)).containsExactly(entry(4, 1));
    }

    @Test
    void aRoundIsAppliedInItsOrder() throws IOException {
        write(
                append(A, TERM_3, entry(1, 1), entry(1, 2)),
                append(A, TERM_4, entry(4, 2)),
                new GroupWrite.Compact(A, id(1, 1)),
                new GroupWrite.Put("table", "key", Bytes.utf8("first")),
                new GroupWrite.Put("table", "key", Bytes.utf8("second")),
                append(B, TERM_3, entry(1, 1)),
                new GroupWrite.Delete(B));
        assertThat(storage.read(A)).contains(new StoredGroup(TERM_4, id(1, 1), id(4, 2)));
        assertThat(all(A)).containsExactly(entry(4, 2));
        assertThat(storage.get("table", "key")).isEqualTo(Bytes.utf8("second"));
        assertThat(storage.groups()).containsExactly(A);
    }

    @Test
    void tablesKeepTheirValuesApartAndInOrder() throws IOException {
        write(
                new GroupWrite.Put("b", "2", Bytes.utf8("two")),
                new GroupWrite.Put("b", "1", Bytes.utf8("one")),
                new GroupWrite.Put("b", "", Bytes.EMPTY),
                new GroupWrite.Put("bb", "3", Bytes.utf8("three")),
                new GroupWrite.Put("a", "2", Bytes.utf8("other")));
        assertThat(storage.keys("b")).containsExactly("", "1", "2");
        assertThat(storage.tables()).containsExactly("a", "b", "bb");
        write(new GroupWrite.Put("b", "1", null), new GroupWrite.Put("b", "9", null));
        restart();
        assertThat(storage.keys("b")).containsExactly("", "2");
        assertThat(storage.get("b", "2")).isEqualTo(Bytes.utf8("two"));
        assertThat(storage.get("b", "")).isEqualTo(Bytes.EMPTY);
        assertThat(storage.get("b", "1")).isNull();
        assertThat(storage.get("a", "2")).isEqualTo(Bytes.utf8("other"));
        assertRefused(new GroupWrite.Put("a\0b", "1", Bytes.EMPTY));
        write(new GroupWrite.Put("bb", "3", null));
        assertThat(storage.tables()).containsExactly("a", "b");
    }

    @Test
    void everyCallAfterCloseFails() throws IOException {
        storage.close();
        storage.close();
        assertThatThrownBy(() -> storage.groups()).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> storage.read(A)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> storage.entries(A, 1, 2, 3)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> storage.get("a", "b")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> storage.keys("a")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> write(append(A, TERM_3))).isInstanceOf(IOException.class);
    }

    /** Compared with the simplest storage over random rounds and restarts. */
    @Test
    void manyGroupsBehaveLikeTheModel() throws IOException {
        Random random = new Random(4711);
        InMemoryLogStorage model = new InMemoryLogStorage();
        for (int round = 0; round < 150; round++) {
            List<GroupWrite> writes = new ArrayList<>();
            for (int i = random.nextInt(6); i >= 0; i--) {
                writes.add(randomWrite(random, model, MessageSamples.genesis(i)));
            }
            model.write(writes);
            storage.write(writes);
            if (random.nextInt(20) == 0) {
                restart();
            }
            assertThat(storage.groups()).as("round %s", round).isEqualTo(model.groups());
            for (GenesisId genesis : model.groups()) {
                assertThat(storage.read(genesis)).as("round %s", round).isEqualTo(model.read(genesis));
                long from = model.read(genesis).orElseThrow().base().index() + 1;
                assertThat(storage.entries(genesis, from, Long.MAX_VALUE, 1000))
                        .as("round %s", round)
                        .isEqualTo(model.entries(genesis, from, Long.MAX_VALUE, 1000));
            }
        }
    }

    private static GroupWrite randomWrite(Random random, LogStorage model, GenesisId genesis) throws IOException {
        StoredGroup group = model.read(genesis).orElse(StoredGroup.EMPTY);
        long term = group.last().term() + random.nextInt(2) + 1;
        HardState hardState = new HardState(term, random.nextBoolean() ? MessageSamples.peer(1) : null);
        switch (random.nextInt(12)) {
            case 0 -> {
                return new GroupWrite.Delete(genesis);
            }
            case 1 -> {
                return new GroupWrite.Rebase(
                        genesis, hardState, id(term, group.last().index() + random.nextInt(3) + 1), false);
            }
            case 2, 3 -> {
                List<Entry> entries =
                        model.entries(genesis, group.base().index() + 1, Long.MAX_VALUE, random.nextInt(500));
                return new GroupWrite.Compact(
                        genesis,
                        entries.isEmpty()
                                ? group.base()
                                : entries.get(entries.size() - 1).id());
            }
            default -> {
                long first = Math.max(group.base().index() + 1, group.last().index() + 1 - random.nextInt(3));
                List<Entry> entries = new ArrayList<>();
                for (long index = first; index < first + random.nextInt(5); index++) {
                    entries.add(entry(term, index));
                }
                return new GroupWrite.Append(genesis, hardState, entries);
            }
        }
    }
}
