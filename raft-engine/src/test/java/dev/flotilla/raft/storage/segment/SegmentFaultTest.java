package dev.flotilla.raft.storage.segment;

import static dev.flotilla.raft.storage.RandomRounds.inMemory;
import static dev.flotilla.raft.storage.RandomRounds.last;
import static dev.flotilla.raft.storage.RandomRounds.round;
import static dev.flotilla.raft.storage.RandomRounds.sameAs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.storage.DamagedLogException;
import dev.flotilla.raft.storage.InMemoryLogStorage;
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
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What was acknowledged is there after any failure, and of a round all or nothing; what cannot be is named. */
class SegmentFaultTest {
    private static final Path LOG = Path.of("/data/log");
    private static final int SEGMENT_BYTES = 12 << 10;
    private static final int LARGE_BYTES = 3_000;
    private static final int ROUNDS = 25;

    private static LogStorage open(SimulatedDisk disk) throws IOException {
        return SegmentedLogStorage.open(disk, LOG, SEGMENT_BYTES);
    }

    /** A log under test, and what it must hold: everything acknowledged, perhaps what was attempted last. */
    private static final class Life {
        final Random random;
        final SimulatedDisk disk;
        InMemoryLogStorage acknowledged = new InMemoryLogStorage();
        InMemoryLogStorage attempted = acknowledged;
        int number;

        Life(long seed) {
            random = new Random(seed);
            disk = new SimulatedDisk(random);
        }

        /** Opens the log, checks it, writes and closes it; throws what the disk throws. */
        void run(int rounds) throws IOException {
            LogStorage storage = open(disk);
            check(storage);
            for (int i = 0; i < rounds; i++) {
                List<GroupWrite> round = round(random, ++number, acknowledged, LARGE_BYTES);
                attempted = inMemory(acknowledged);
                attempted.write(round);
                storage.write(round);
                acknowledged = attempted;
            }
            storage.close();
        }

        void check(LogStorage storage) throws IOException {
            if (!sameAs(acknowledged, storage)) {
                assertThat(sameAs(attempted, storage))
                        .as("round %s or %s, not %s", last(acknowledged), last(attempted), last(storage))
                        .isTrue();
                acknowledged = attempted;
            }
            attempted = acknowledged;
        }
    }

    private static long operationsOf(long seed) throws IOException {
        Life life = new Life(seed);
        life.run(ROUNDS);
        return life.disk.operations();
    }

    @Test
    void afterAPowerLossAtAnyOperationEveryAcknowledgedRoundIsThereAndTheLastOneWhollyOrNotAtAll() throws IOException {
        for (long seed = 0; seed < 2; seed++) {
            long operations = operationsOf(seed);
            for (long at = 1; at <= operations; at++) {
                Life life = new Life(seed);
                life.disk.losePowerAt(at);
                try {
                    life.run(ROUNDS);
                } catch (IOException e) {
                    assertThat(e).hasMessageEndingWith("the power is gone");
                }
                life.disk.restart(new Random(seed * 1000 + at));
                for (int again = 0; again < 3; again++) { // and while it recovers
                    life.disk.losePowerAt(life.disk.operations() + 1 + life.random.nextInt(12));
                    try {
                        life.run(3);
                    } catch (IOException e) {
                        assertThat(e).as("seed %s at %s", seed, at).hasMessageEndingWith("the power is gone");
                    }
                    life.disk.restart(life.random);
                }
                life.run(3);
                life.run(0);
            }
        }
    }

    @Test
    void aFailedForceEndsTheStorageAndWhatItShouldHaveForcedIsNotTrusted() throws IOException {
        for (long seed = 0; seed < 60; seed++) {
            Life life = new Life(seed);
            life.disk.failForceAfter(seed);
            LogStorage[] storage = new LogStorage[1];
            IOException failure = runUntilFailure(life, storage);
            assertThat(failure).hasMessage("writing log " + LOG + " failed: Input/output error");
            if (storage[0] != null) {
                life.disk.failForceAfter(Long.MAX_VALUE);
                assertDead(storage[0], life.disk);
            }
            life.disk.endFaults();
            life.run(2);
            life.disk.restart(life.random);
            life.run(2);
        }
    }

    private static IOException runUntilFailure(Life life, LogStorage[] opened) throws IOException {
        LogStorage storage;
        try {
            storage = open(life.disk);
        } catch (IOException e) {
            return new IOException("writing log " + LOG + " failed: " + e.getMessage(), e);
        }
        opened[0] = storage;
        while (true) {
            List<GroupWrite> round = round(life.random, ++life.number, life.acknowledged, LARGE_BYTES);
            life.attempted = inMemory(life.acknowledged);
            life.attempted.write(round);
            try {
                storage.write(round);
            } catch (IOException e) {
                return e;
            }
            life.acknowledged = life.attempted;
        }
    }

    private static void assertDead(LogStorage storage, SimulatedDisk disk) throws IOException {
        GenesisId genesis = MessageSamples.genesis(1);
        long before = disk.operations();
        assertThatThrownBy(() -> storage.write(List.of()))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("unusable since an earlier failure: writing log " + LOG);
        assertThatThrownBy(() -> storage.write(List.of(new GroupWrite.Put("a", "b", Bytes.EMPTY))))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> storage.read(genesis)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> storage.entries(genesis, 1, 2, 100)).isInstanceOf(IOException.class);
        assertThatThrownBy(storage::groups).isInstanceOf(IOException.class);
        storage.close();
        assertThat(disk.operations()).isEqualTo(before);
    }

    @Test
    void aFullDiskStopsAcknowledgingAndLosesNothing() throws IOException {
        for (long seed = 0; seed < 30; seed++) {
            Life life = new Life(seed);
            life.disk.limit(SEGMENT_BYTES + seed * 1_000);
            LogStorage[] storage = new LogStorage[1];
            IOException failure = runUntilFailure(life, storage);
            assertThat(failure).hasMessage("writing log " + LOG + " failed: No space left on device");
            life.disk.endFaults();
            life.run(3);
            life.run(0);
        }
    }

    /** Nothing can be promised then but this: what is there was there once, all of it, or the log says that it is damaged. */
    @Test
    void afterALyingFsyncTheLogIsAsItWasOnceOrRefused() throws IOException {
        int refused = 0;
        int shorter = 0;
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            SimulatedDisk disk = new SimulatedDisk(random);
            List<InMemoryLogStorage> states = new ArrayList<>();
            states.add(new InMemoryLogStorage());
            LogStorage storage = open(disk);
            int rounds = 1 + random.nextInt(30);
            int honest = random.nextInt(rounds + 1);
            for (int number = 1; number <= rounds; number++) {
                if (number == honest + 1) {
                    disk.lieFrom(disk.operations() + 1);
                }
                InMemoryLogStorage before = states.get(number - 1);
                List<GroupWrite> round = round(random, number, before, LARGE_BYTES);
                InMemoryLogStorage after = inMemory(before);
                after.write(round);
                states.add(after);
                storage.write(round);
            }
            disk.restart(random);
            try (LogStorage reopened = open(disk)) {
                int last = last(reopened);
                assertThat(last).isBetween(honest, rounds);
                assertThat(sameAs(states.get(last), reopened)).isTrue();
                shorter += last < rounds ? 1 : 0;
            } catch (IOException e) {
                refused++;
                assertThat(e).as("seed %s", seed).hasMessageStartingWith("log " + LOG + " is damaged: file " + LOG);
            }
        }
        assertThat(refused).isPositive();
        assertThat(shorter).isPositive();
    }

    /** Every outcome of one flipped bit: refused by name, an entry or hard state reported, or nothing lost. Never wrong data. */
    @Test
    void aFlippedBitIsNamedAndNothingWrongComesBack() throws IOException {
        Life life = new Life(5);
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
        Life life = new Life(8);
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

    /** As after a mistake with files: its number and rounds fit, but what it holds was written to another log. */
    @Test
    void aSegmentOfAnotherLogIsRefusedByName() throws IOException {
        Life ours = new Life(8);
        ours.run(ROUNDS);
        Life others = new Life(8); // the same rounds
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
        Life life = new Life(9);
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

    /** Three rounds in one segment, not closed, and where they begin. */
    private static List<Integer> threeRounds(SimulatedDisk disk) throws IOException {
        LogStorage storage = open(disk);
        List<Integer> offsets = new ArrayList<>();
        int offset = SegmentHeader.BYTES;
        for (int number = 1; number <= 3; number++) {
            Bytes value = Bytes.utf8(Integer.toString(number));
            storage.write(List.of(new GroupWrite.Put("rounds", "last", value)));
            offsets.add(offset);
            offset += (int) head(disk, offset).roundBytes();
        }
        offsets.add(offset);
        return offsets;
    }

    private static RoundHead head(SimulatedDisk disk, int offset) throws IOException {
        return Objects.requireNonNull(RoundHead.decode(content(disk), offset, new Place(1, offset)));
    }

    private static ByteBuffer content(SimulatedDisk disk) throws IOException {
        Path file = disk.files().get(0);
        ByteBuffer content = ByteBuffer.allocate(disk.size(file));
        disk.open(file).read(content, 0);
        return content;
    }

    @Test
    void aDamagedHeadOfARoundIsTornOnlyInTheLastOne() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(new Random(1));
        List<Integer> offsets = threeRounds(disk);
        Path file = disk.files().get(0);
        for (int round = 1; round <= 3; round++) {
            int at = offsets.get(round - 1);
            for (long bit = at * 8L; bit < (at + RoundHead.BYTES) * 8L; bit++) {
                SimulatedDisk damaged = disk.copy();
                damaged.flip(file, bit);
                if (round == 3) {
                    assertThat(last(open(damaged))).isEqualTo(2);
                } else {
                    assertThatThrownBy(() -> open(damaged))
                            .isInstanceOf(IOException.class)
                            .hasMessage("log " + LOG + " is damaged: file " + file + " offset " + at + ": round "
                                    + round + " cannot be read; round " + (round + 1) + " can");
                }
            }
        }
    }

    @Test
    void whatIsLeftOfATornRoundIsOverwrittenWithZeros() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(new Random(1));
        List<Integer> offsets = threeRounds(disk);
        disk.flip(disk.files().get(0), offsets.get(2) * 8L);
        open(disk);
        ByteBuffer content = content(disk);
        for (int at = offsets.get(2); at < content.capacity(); at++) {
            assertThat(content.get(at)).as("offset %s", at).isZero();
        }
    }

    /** As in a file that was used before: intact, with the right number, but written for another place. */
    @Test
    void aRoundThatStandsWhereItWasNotWrittenIsNone() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(new Random(1));
        List<Integer> offsets = threeRounds(disk);
        int bytes = offsets.get(1) - offsets.get(0);
        RoundHead first = head(disk, offsets.get(0));
        ByteBuffer again = content(disk).slice(offsets.get(0), bytes);
        new RoundHead(4, first.bodyBytes(), first.records()).encode(again, 0, new Place(1, offsets.get(0)));
        disk.open(disk.files().get(0)).write(again, offsets.get(3));
        assertThat(last(open(disk))).isEqualTo(3);
    }

    private static byte byteAt(SimulatedDisk disk, Path file, int offset) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        disk.open(file).read(one, offset);
        return one.get(0);
    }
}
