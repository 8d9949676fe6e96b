package dev.flotilla.raft.storage.segment;

import static dev.flotilla.raft.storage.segment.SmallSegments.BUSY;
import static dev.flotilla.raft.storage.segment.SmallSegments.HARD_STATE;
import static dev.flotilla.raft.storage.segment.SmallSegments.LOG;
import static dev.flotilla.raft.storage.segment.SmallSegments.QUIET;
import static dev.flotilla.raft.storage.segment.SmallSegments.append;
import static dev.flotilla.raft.storage.segment.SmallSegments.churn;
import static dev.flotilla.raft.storage.segment.SmallSegments.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.storage.DamagedLogException;
import dev.flotilla.raft.storage.LogDamage;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.raft.storage.SimulatedDisk;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a round costs, that the log stays bounded, and that damage is carried along until it is healed. */
class CleaningTest {
    private static final GenesisId OTHER = MessageSamples.genesis(3);

    private final SmallSegments log = new SmallSegments();
    private final SimulatedDisk disk = log.disk;

    @Test
    void aQuietGroupKeepsNoOldSegmentsAndLosesNothing() throws IOException {
        try (LogStorage storage = log.open()) {
            append(storage, QUIET, 1, 20);
            storage.write(List.of(new GroupWrite.Put("names", "a", Bytes.utf8("A"))));
            append(storage, OTHER, 1, 3);
            storage.write(List.of(new GroupWrite.Delete(OTHER)));
            churn(storage, 1, 2000);
            assertThat(disk.files()).hasSizeLessThan(8);
            assertThat(disk.files().get(0)).isGreaterThan(LOG.resolve("0000000000000008.seg"));
        }
        try (LogStorage storage = log.open()) {
            churn(storage, 2001, 3000);
            assertThat(disk.files()).hasSizeLessThan(8);
            assertThat(storage.read(QUIET)).contains(new StoredGroup(HARD_STATE, EntryId.NONE, new EntryId(7, 20)));
            assertThat(storage.entries(QUIET, 1, 100, 1 << 20))
                    .hasSize(20)
                    .first()
                    .isEqualTo(entry(1));
            assertThat(storage.get("names", "a")).isEqualTo(Bytes.utf8("A"));
            assertThat(storage.groups()).containsExactly(QUIET, BUSY);
            assertThat(storage.read(BUSY)).map(StoredGroup::last).contains(new EntryId(7, 3000));
        }
    }

    @Test
    void aRoundIsOneWriteAndOneForceThatMakesNoFileLarger() throws IOException {
        List<Runnable> later = new ArrayList<>();
        try (LogStorage storage = log.open(later::add)) {
            append(storage, QUIET, 1, 1);
            long bytes = disk.bytes();
            for (int index = 2; index < 50; index++) {
                int writes = disk.writes();
                int forces = disk.forces();
                append(storage, QUIET, index, index);
                assertThat(disk.writes()).isEqualTo(writes + 1);
                assertThat(disk.forces()).isEqualTo(forces + 1);
            }
            assertThat(disk.bytes()).isEqualTo(bytes);
            assertThat(later).as("the space of the next segment").hasSize(1);
            later.get(0).run(); // which the close waits for
        }
    }

    /** Flips a bit in the payload of {@code entry}, wherever it is stored last. */
    private void damage(String payload) throws IOException {
        byte[] wanted = Bytes.utf8(payload).toByteArray();
        for (Path file : disk.files()) {
            byte[] content = log.content(file).array();
            for (int at = 0; at + wanted.length <= content.length; at++) {
                if (Arrays.equals(content, at, at + wanted.length, wanted, 0, wanted.length)) {
                    disk.flip(file, at * 8L);
                }
            }
        }
    }

    private static String payload(long index) {
        return entry(index).payload().utf8();
    }

    @Test
    void damageIsReportedCarriedAlongAndHealedByARepair() throws IOException {
        try (LogStorage storage = log.open()) {
            append(storage, QUIET, 1, 9);
        }
        damage(payload(4));
        damage(payload(5));
        damage(payload(8));
        try (LogStorage storage = log.open()) {
            assertThat(storage.damage(QUIET).ranges())
                    .containsExactly(new LogDamage.Range(4, 5), new LogDamage.Range(8, 8));
            assertThat(storage.damage(QUIET).hardStateLost()).isFalse();
            assertThat(storage.entries(QUIET, 1, 10, 1 << 20)).containsExactly(entry(1), entry(2), entry(3));
            assertThatThrownBy(() -> storage.entries(QUIET, 4, 10, 1 << 20))
                    .isInstanceOf(DamagedLogException.class)
                    .hasMessageStartingWith("entry 7/4 of group " + QUIET + " is damaged: file " + LOG);
            churn(storage, 1, 2000);
            assertThat(disk.files().get(0)).isGreaterThan(LOG.resolve("0000000000000008.seg"));
        }
        try (LogStorage storage = log.open()) {
            assertThat(storage.damage(QUIET).ranges())
                    .containsExactly(new LogDamage.Range(4, 5), new LogDamage.Range(8, 8));
            Entry foreign = MessageSamples.entry(6, 4, "of another term");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> storage.write(List.of(new GroupWrite.Repair(QUIET, List.of(foreign)))))
                    .withMessage("entry 6/4 cannot repair entry 7/4");
            storage.write(List.of(new GroupWrite.Repair(QUIET, List.of(entry(4), entry(5), entry(6)))));
            assertThat(storage.damage(QUIET).ranges()).containsExactly(new LogDamage.Range(8, 8));
            append(storage, QUIET, 8, 8); // an append heals as well, and ends the log there
            assertThat(storage.damage(QUIET).isNone()).isTrue();
        }
        try (LogStorage storage = log.open()) {
            assertThat(storage.damage(QUIET).isNone()).isTrue();
            assertThat(storage.entries(QUIET, 1, 100, 1 << 20))
                    .hasSize(8)
                    .last()
                    .isEqualTo(entry(8));
        }
    }

    @Test
    void damageIsFoundByAReadToo() throws IOException {
        try (LogStorage storage = log.open()) {
            append(storage, QUIET, 1, 3);
            damage(payload(2));
            assertThat(storage.damage(QUIET).isNone()).isTrue();
            assertThat(storage.entries(QUIET, 1, 4, 1 << 20)).containsExactly(entry(1));
            assertThat(storage.damage(QUIET).ranges()).containsExactly(new LogDamage.Range(2, 2));
        }
    }

    @Test
    void aLostHardStateStaysLostUntilTheGroupIsDeleted() throws IOException {
        byte[] base = new byte[16]; // the base of a group from its beginning, in front of the hard state
        try (LogStorage storage = log.open()) {
            append(storage, QUIET, 1, 3);
        }
        Path file = disk.files().get(0);
        ByteBuffer content = log.content(file);
        RecordHead last = null;
        int at = SegmentHeader.BYTES + RoundHead.BYTES;
        while (last == null || last.kind() != RecordHead.Kind.GROUP) {
            last = RecordHead.decode(content, at, new Place(1, at));
            at += last == null ? Integer.MAX_VALUE : (int) last.recordBytes();
        }
        disk.flip(file, (at - last.recordBytes() + RecordHead.BYTES + base.length) * 8L);
        try (LogStorage storage = log.open()) {
            assertLost(storage);
            churn(storage, 1, 2000);
            assertLost(storage);
        }
        try (LogStorage storage = log.open()) {
            assertLost(storage);
            storage.write(List.of(new GroupWrite.Delete(QUIET)));
            assertThat(storage.read(QUIET)).isEmpty();
            append(storage, QUIET, 1, 1);
            assertThat(storage.damage(QUIET).isNone()).isTrue();
        }
    }

    private static void assertLost(LogStorage storage) throws IOException {
        assertThat(storage.groups()).contains(QUIET);
        assertThat(storage.damage(QUIET).hardStateLost()).isTrue();
        assertThatThrownBy(() -> storage.read(QUIET)).isInstanceOf(DamagedLogException.class);
        assertThatThrownBy(() -> storage.entries(QUIET, 1, 2, 3)).isInstanceOf(DamagedLogException.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> append(storage, QUIET, 4, 4))
                .withMessage("the hard state of group " + QUIET + " is damaged: it can only be deleted");
    }

    @Test
    void aRoundMayBeLargerThanASegment() throws IOException {
        Entry large = new Entry(new EntryId(7, 1), Entry.Kind.COMMAND, Bytes.wrap(new byte[3 << 20]));
        Entry next = new Entry(new EntryId(7, 2), Entry.Kind.COMMAND, Bytes.wrap(new byte[(1 << 20) - 100]));
        try (LogStorage storage = log.open()) {
            storage.write(List.of(new GroupWrite.Append(QUIET, HARD_STATE, List.of(large, next, entry(3)))));
            assertThat(storage.entries(QUIET, 1, 4, 10 << 20)).containsExactly(large, next, entry(3));
        }
        try (LogStorage storage = log.open()) {
            assertThat(storage.entries(QUIET, 1, 4, 10 << 20)).containsExactly(large, next, entry(3));
        }
    }

    /** Sizes and places within a file are ints. Nothing of it is written, and the log goes on. */
    @Test
    void aRoundIsNotLargerThanAFileMayBe() throws IOException {
        Bytes payload = Bytes.wrap(new byte[1 << 20]);
        List<Entry> entries = new ArrayList<>();
        for (long index = 1; index <= 512; index++) {
            entries.add(new Entry(new EntryId(7, index), Entry.Kind.COMMAND, payload));
        }
        disk.limit(4 << 20); // so that nobody waits for so much
        try (LogStorage storage = log.open()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> storage.write(List.of(new GroupWrite.Append(QUIET, HARD_STATE, entries))))
                    .withMessageContaining(" is too large, " + (512 << 20) + " are the most");
            assertThat(storage.groups()).isEmpty();
            append(storage, QUIET, 1, 1);
            assertThat(storage.entries(QUIET, 1, 2, 1 << 20)).containsExactly(entry(1));
        }
    }

    @Test
    void aNewerFormatIsRefused() throws IOException {
        log.open().close();
        new Manifest(1, 0).write(disk, new SegmentNames(LOG));
        ByteBuffer newer = log.content(LOG.resolve("manifest")).putInt(8, 2);
        newer.putInt(28, RecordHead.payloadSum(newer.slice(0, 28)));
        disk.open(LOG.resolve("manifest")).write(newer.clear(), 0);
        assertThatThrownBy(log::open)
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "log " + LOG + " has format 2, which this version does not know (it knows 1): use a newer one");
    }
}
