package dev.flotilla.raft.storage.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.storage.DamagedLogException;
import dev.flotilla.raft.storage.LogDamage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.LongDataType;
import org.h2.mvstore.type.StringDataType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is damaged concerns the group whose it is, and none of the others, unless MVStore itself cannot read the file. */
class H2DamageTest {
    private static final GenesisId A = MessageSamples.genesis(1);
    private static final GenesisId B = MessageSamples.genesis(2);
    private static final int ENTRIES = 200;
    private static final int DAMAGED = 7;

    @TempDir
    Path directory = Path.of("set by JUnit");

    private Path path = Path.of("set before each test");

    private static String text(int index) {
        return "payload number " + index + " of group A";
    }

    private static Entry entry(int index) {
        return MessageSamples.entry(1, index, text(index));
    }

    private static GroupWrite append(GenesisId genesis, Entry entry) {
        return new GroupWrite.Append(genesis, new HardState(entry.term(), MessageSamples.peer(3)), List.of(entry));
    }

    @BeforeEach
    void write() throws IOException {
        path = directory.resolve("log");
        try (H2LogStorage storage = H2LogStorage.open(path)) {
            for (int index = 1; index <= ENTRIES; index++) {
                storage.write(List.of(append(A, entry(index))));
            }
            storage.write(List.of(new GroupWrite.Put("table", "key", Bytes.utf8("the value"))));
            for (int index = 1; index <= ENTRIES; index++) { // what is newest has nothing of A
                storage.write(List.of(append(B, MessageSamples.entry(1, index, "B " + index))));
            }
        }
    }

    /** Flips a bit of each copy of these bytes that the file has; what came in place of the row before it is of no use. */
    private void flip(byte[] bytes, int at) throws IOException {
        byte[] content = Files.readAllBytes(path);
        String text = new String(content, StandardCharsets.ISO_8859_1);
        String sought = new String(bytes, StandardCharsets.ISO_8859_1);
        int found = text.indexOf(sought);
        assertThat(found).isPositive();
        for (; found >= 0; found = text.indexOf(sought, found + 1)) {
            content[found + at] ^= 4;
        }
        Files.write(path, content);
    }

    private void flipEntry() throws IOException {
        flip(text(DAMAGED).getBytes(StandardCharsets.UTF_8), 3);
    }

    private static void assertIntact(H2LogStorage storage, GenesisId genesis) throws IOException {
        assertThat(storage.damage(genesis)).isEqualTo(LogDamage.NONE);
        assertThat(storage.entries(genesis, 1, Long.MAX_VALUE, Integer.MAX_VALUE))
                .hasSize(ENTRIES);
    }

    @Test
    void aDamagedEntryIsNamedAndTheOthersAreThere() throws IOException {
        flipEntry();
        try (H2LogStorage storage = H2LogStorage.open(path)) {
            assertThat(storage.groups()).containsExactlyInAnyOrder(A, B);
            assertThat(storage.read(A).orElseThrow().last()).isEqualTo(MessageSamples.id(1, ENTRIES));
            assertThat(storage.entries(A, 1, Long.MAX_VALUE, Integer.MAX_VALUE)).hasSize(DAMAGED - 1);
            assertThatThrownBy(() -> storage.entries(A, DAMAGED, Long.MAX_VALUE, Integer.MAX_VALUE))
                    .isInstanceOf(DamagedLogException.class)
                    .hasMessageContaining("entry 1/" + DAMAGED + " of group " + A + " is damaged: file " + path);
            assertThat(storage.damage(A).entries())
                    .singleElement()
                    .extracting(DamagedEntry::id, DamagedEntry::kind)
                    .containsExactly(MessageSamples.id(1, DAMAGED), Entry.Kind.COMMAND);
            assertThat(storage.entries(A, DAMAGED + 1, Long.MAX_VALUE, Integer.MAX_VALUE))
                    .hasSize(ENTRIES - DAMAGED);
            assertIntact(storage, B);
        }
    }

    @Test
    void whatWasPutBackIsWholeAgain() throws IOException {
        flipEntry();
        try (H2LogStorage storage = H2LogStorage.open(path)) {
            assertThatThrownBy(() -> storage.entries(A, DAMAGED, ENTRIES, 1)).isInstanceOf(DamagedLogException.class);
            storage.write(List.of(new GroupWrite.Repair(A, List.of(entry(DAMAGED)))));
            assertIntact(storage, A);
        }
        try (H2LogStorage storage = H2LogStorage.open(path)) {
            assertIntact(storage, A);
            assertIntact(storage, B);
        }
    }

    @Test
    void damageEndsWithTheEntryItself() throws IOException {
        flipEntry();
        try (H2LogStorage storage = H2LogStorage.open(path)) {
            assertThatThrownBy(() -> storage.entries(A, DAMAGED, ENTRIES, 1)).isInstanceOf(DamagedLogException.class);
            storage.write(List.of(new GroupWrite.Compact(A, MessageSamples.id(1, DAMAGED - 1))));
            assertThat(storage.damage(A).isNone()).isFalse();
            storage.write(List.of(new GroupWrite.Compact(A, MessageSamples.id(1, DAMAGED))));
            assertThat(storage.damage(A).isNone()).isTrue();
        }
    }

    @Test
    void aGroupWhoseHardStateIsDamagedTakesNothingButItsEnd() throws IOException {
        spreadGroups();
        byte[] row = LogKeys.encode(
                1,
                A,
                new StoredGroup(new HardState(1, MessageSamples.peer(3)), EntryId.NONE, MessageSamples.id(1, ENTRIES)));
        flip(row, row.length - 1);
        try (H2LogStorage storage = H2LogStorage.open(path)) {
            assertThat(storage.groups()).contains(A, B);
            assertThatThrownBy(() -> storage.read(A))
                    .isInstanceOf(DamagedLogException.class)
                    .hasMessage("the hard state of group " + A + " is damaged: file " + path);
            assertThatThrownBy(() -> storage.entries(A, 1, 2, 1)).isInstanceOf(DamagedLogException.class);
            assertThat(storage.damage(A).hardStateLost()).isTrue();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> storage.write(List.of(append(A, entry(ENTRIES + 1)))));
            assertIntact(storage, B);
            storage.write(List.of(new GroupWrite.Delete(A)));
            assertThat(storage.groups()).doesNotContain(A);
            storage.write(List.of(append(A, entry(1))));
        }
        try (H2LogStorage storage = H2LogStorage.open(path)) {
            assertThat(storage.entries(A, 1, Long.MAX_VALUE, Integer.MAX_VALUE)).containsExactly(entry(1));
            assertIntact(storage, B);
        }
    }

    /** So many groups that what is newest has another part of them than A's. */
    private void spreadGroups() throws IOException {
        try (H2LogStorage storage = H2LogStorage.open(path)) {
            for (int number = 3; number < 250; number++) {
                storage.write(List.of(append(MessageSamples.genesis(number), entry(1))));
            }
            for (int index = 2; index < 100; index++) {
                storage.write(List.of(append(MessageSamples.genesis(249), entry(index))));
            }
        }
    }

    @Test
    void aDamagedValueIsNamedAndCanBeWrittenAgain() throws IOException {
        flip("the value".getBytes(StandardCharsets.UTF_8), 1);
        try (H2LogStorage storage = H2LogStorage.open(path)) {
            assertThatThrownBy(() -> storage.get("table", "key"))
                    .isInstanceOf(DamagedLogException.class)
                    .hasMessage("the value of 'key' in table 'table' is damaged: file " + path);
            assertIntact(storage, A);
            storage.write(List.of(new GroupWrite.Put("table", "key", Bytes.utf8("another"))));
            assertThat(storage.get("table", "key")).isEqualTo(Bytes.utf8("another"));
        }
    }

    /** The head of the row: which entry it is cannot be told any more. */
    @Test
    void damageThatMayConcernAnyGroupIsRefusedInOneLineThatSaysWhatToDo() throws IOException {
        long key = LogKeys.entryKey(1, DAMAGED);
        flip(LogKeys.encode(key, entry(DAMAGED)), 4);
        assertThatThrownBy(() -> H2LogStorage.open(path))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("log " + path + " is damaged")
                .hasMessageEndingWith("; restore the data directory from a backup, or remove it and have this peer join"
                        + " its groups anew by tickets")
                .satisfies(refused -> assertThat(
                                Objects.requireNonNull(refused.getMessage()).lines())
                        .hasSize(1));
    }

    @Test
    void aLogOfTheFirstFormatIsTakenOver() throws IOException {
        Path old = directory.resolve("old");
        StoredGroup group = new StoredGroup(
                new HardState(4, MessageSamples.peer(2)), MessageSamples.id(1, 2), MessageSamples.id(3, 4));
        List<Entry> entries =
                List.of(MessageSamples.entry(2, 3, "three"), MessageSamples.entry(3, 4, "x".repeat(9 << 20)));
        MVStore store = new MVStore.Builder()
                .fileName(ChunkGuardPath.guarded(old.toString()))
                .open();
        store.setStoreVersion(1);
        MVMap<Long, byte[]> rows = store.openMap(
                "entries",
                new MVMap.Builder<Long, byte[]>().keyType(LongDataType.INSTANCE).valueType(ByteArrayDataType.INSTANCE));
        entries.forEach(entry -> rows.put(
                LogKeys.entryKey(5, entry.index()), EntryCodec.encode(entry).toByteArray()));
        byte[] hardState = EntryCodec.encode(group.hardState()).toByteArray();
        ByteBuffer row = ByteBuffer.allocate(36 + hardState.length)
                .putInt(5)
                .putLong(1)
                .putLong(2)
                .putLong(3)
                .putLong(4)
                .put(hardState);
        map(store, "groups").put(A.toString(), row.array());
        map(store, "tables").put(H2LogStorage.tableKey("t", "k"), new byte[] {1, 2});
        store.commit();
        store.close();
        for (int life = 0; life < 2; life++) {
            try (H2LogStorage storage = H2LogStorage.open(old)) {
                assertThat(storage.read(A)).contains(group);
                assertThat(storage.entries(A, 3, 5, Integer.MAX_VALUE)).isEqualTo(entries);
                assertThat(storage.get("t", "k")).isEqualTo(Bytes.wrap(new byte[] {1, 2}));
            }
        }
        assertThat(directory.resolve("old.tmp")).doesNotExist();
    }

    private static MVMap<String, byte[]> map(MVStore store, String name) {
        return store.openMap(
                name,
                new MVMap.Builder<String, byte[]>()
                        .keyType(StringDataType.INSTANCE)
                        .valueType(ByteArrayDataType.INSTANCE));
    }
}
