package dev.flotilla.raft.storage.segment;

import static dev.flotilla.raft.storage.RandomRounds.inMemory;
import static dev.flotilla.raft.storage.RandomRounds.last;
import static dev.flotilla.raft.storage.RandomRounds.round;
import static dev.flotilla.raft.storage.RandomRounds.sameAs;
import static dev.flotilla.raft.storage.segment.SegmentLife.LOG;
import static dev.flotilla.raft.storage.segment.SegmentLife.ROUNDS;
import static dev.flotilla.raft.storage.segment.SegmentLife.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.storage.DamagedLogException;
import dev.flotilla.raft.storage.LogDamage;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.raft.storage.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is damaged, missing or another log's is named, and nothing wrong comes back. */
class SegmentDamageTest {
    /** Every outcome of one flipped bit: refused by name, an entry or hard state reported, or nothing lost. Never wrong data. */
    @Test
    void aFlippedBitIsNamedAndNothingWrongComesBack() throws IOException {
        SegmentLife life = new SegmentLife(5);
        life.run(ROUNDS);
        Random random = new Random(6);
        int refused = 0;
        int entriesLost = 0;
        int hardStatesLost = 0;
        for (int i = 0; i < 1_200; i++) {
            SimulatedDisk disk = life.disk.copy();
            Path file = disk.files().get(random.nextInt(disk.files().size()));
            int bit = random.nextInt(disk.size(file) * 8);
            disk.flip(file, bit);
            try (LogStorage storage = open(disk)) {
                LogDamage damage = compare(life.acknowledged, storage);
                entriesLost += damage.entries().size();
                hardStatesLost += damage.hardStateLost() ? 1 : 0;
            } catch (IOException e) {
                refused++;
                assertThat(e).hasMessageStartingWith("log " + LOG + " is damaged: file " + LOG);
            }
        }
        assertThat(refused).isPositive();
        assertThat(entriesLost).isPositive();
        assertThat(hardStatesLost).isPositive();
    }

    /** Everything that is not reported as damaged is as expected; returns what was reported. */
    private static LogDamage compare(LogStorage expected, LogStorage storage) throws IOException {
        LogDamage found = LogDamage.NONE;
        assertThat(last(storage)).isEqualTo(last(expected));
        assertThat(storage.groups()).isEqualTo(expected.groups());
        for (GenesisId genesis : expected.groups()) {
            LogDamage damage = storage.damage(genesis);
            if (!damage.isNone()) {
                assertThat(found.isNone()).as("one bit, one damage").isTrue();
                found = damage;
            }
            if (damage.hardStateLost()) {
                assertThatThrownBy(() -> storage.read(genesis))
                        .isInstanceOf(DamagedLogException.class)
                        .hasMessageContaining("the hard state of group " + genesis + " is damaged: file " + LOG);
                continue;
            }
            StoredGroup group = expected.read(genesis).orElseThrow();
            assertThat(storage.read(genesis)).contains(group);
            for (long index = group.base().index() + 1; index <= group.last().index(); index++) {
                long at = index;
                List<Entry> entry = expected.entries(genesis, index, index + 1, 0);
                if (damage.entries().stream().anyMatch(lost -> lost.id().index() == at)) {
                    assertThat(damage.entries().get(0).id())
                            .isEqualTo(entry.get(0).id());
                    assertThatThrownBy(() -> storage.entries(genesis, at, at + 1, 0))
                            .isInstanceOf(DamagedLogException.class)
                            .hasMessageContaining("is damaged: file " + LOG);
                } else {
                    assertThat(storage.entries(genesis, index, index + 1, 0)).isEqualTo(entry);
                }
            }
        }
        return found;
    }

    @Test
    void aMissingOrTruncatedFileIsRefusedByName() throws IOException {
        SegmentLife life = new SegmentLife(8);
        life.run(ROUNDS);
        assertThat(life.disk.files()).hasSizeGreaterThan(3);
        for (Path file : life.disk.files()) {
            SimulatedDisk disk = life.disk.copy();
            disk.lose(file);
            assertThatThrownBy(() -> open(disk))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("log " + LOG + " is damaged: file " + file + " offset 0: ")
                    .hasMessageContaining("missing");
            SimulatedDisk shorter = life.disk.copy();
            shorter.truncate(file, shorter.size(file) - 1);
            assertThatThrownBy(() -> open(shorter))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("log " + LOG + " is damaged: file " + file + " offset ");
            shorter.truncate(file, 0);
            assertThatThrownBy(() -> open(shorter))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("log " + LOG + " is damaged: file " + file + " offset ");
        }
    }

    /** Else it might promise fewer segments than there were. */
    @Test
    void noBitOfTheManifestMayBeWrong() throws IOException {
        SegmentLife life = new SegmentLife(8);
        life.run(ROUNDS);
        Path manifest = new SegmentNames(LOG).manifest();
        for (int bit = 0; bit < life.disk.size(manifest) * 8; bit++) {
            SimulatedDisk disk = life.disk.copy();
            disk.flip(manifest, bit);
            assertThatThrownBy(() -> open(disk))
                    .isInstanceOf(IOException.class)
                    .hasMessage(
                            "log " + LOG + " is damaged: file " + manifest + " offset 0: it is no manifest of a log");
        }
    }

    /** As after a mistake with files: its number and rounds fit, but what it holds was written to another log. */
    @Test
    void aSegmentOfAnotherLogIsRefusedByName() throws IOException {
        SegmentLife ours = new SegmentLife(8);
        ours.run(ROUNDS);
        SegmentLife others = new SegmentLife(8); // the same rounds
        others.run(ROUNDS);
        List<Path> segments = ours.disk.files().stream()
                .filter(file -> SegmentNames.isSegment(String.valueOf(file.getFileName())))
                .toList();
        assertThat(segments).hasSizeGreaterThan(2);
        for (Path segment : segments) {
            SimulatedDisk disk = ours.disk.copy();
            disk.replace(segment, others.disk);
            assertThatThrownBy(() -> open(disk))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("log " + LOG + " is damaged: file " + segment + " offset 0: ")
                    .hasMessageContaining("this is a segment of another log, or of another number");
        }
    }

    /** The ambiguity that remains: without a closing round, a damaged last round looks like a torn one. */
    @Test
    void aFlippedBitInTheVeryLastRoundIsTakenForATornWrite() throws IOException {
        SegmentLife life = new SegmentLife(9);
        LogStorage storage = open(life.disk);
        for (int number = 1; number <= 3; number++) {
            List<GroupWrite> round = round(life.random, number, life.acknowledged, 100);
            storage.write(round);
            life.attempted = life.acknowledged;
            life.acknowledged = inMemory(life.acknowledged);
            life.acknowledged.write(round);
        }
        SimulatedDisk crashed = life.disk.copy();
        Path file = crashed.files().get(0);
        int end = crashed.size(file) - 1;
        while (byteAt(crashed, file, end) == 0) {
            end--;
        }
        crashed.flip(file, end * 8L);
        try (LogStorage reopened = open(crashed)) {
            assertThat(sameAs(life.attempted, reopened)).isTrue();
        }
        storage.close();
        SimulatedDisk closed = life.disk.copy();
        closed.flip(file, end * 8L);
        try (LogStorage reopened = open(closed)) {
            assertThat(compare(life.acknowledged, reopened).hardStateLost()).isTrue();
        }
    }

    private static byte byteAt(SimulatedDisk disk, Path file, int offset) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        disk.open(file).read(one, offset);
        return one.get(0);
    }
}
