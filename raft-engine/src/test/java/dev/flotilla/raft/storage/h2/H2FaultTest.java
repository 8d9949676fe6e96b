package dev.flotilla.raft.storage.h2;

import static dev.flotilla.raft.storage.RandomRounds.inMemory;
import static dev.flotilla.raft.storage.RandomRounds.last;
import static dev.flotilla.raft.storage.RandomRounds.round;
import static dev.flotilla.raft.storage.RandomRounds.sameAs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.storage.DamagedLogException;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was acknowledged is there after any failure, and of a round all or nothing. */
class H2FaultTest {
    private static final int SEEDS = 15;
    private static final int LARGE_BYTES = 20_000;

    @TempDir
    Path directory = Path.of("set by JUnit");

    private FaultyDisk.Control disk = FaultyDisk.reset();
    private Path path = Path.of("set before each test");

    @BeforeEach
    void makeTheFile() throws IOException {
        path = directory.resolve("log");
        Files.deleteIfExists(path);
        H2LogStorage.open(path).close();
        disk = FaultyDisk.reset();
        disk.insert(path);
    }

    private LogStorage open() throws IOException {
        return H2LogStorage.open(path, FaultyDisk.PREFIX);
    }

    @Test
    void afterAPowerLossEveryAcknowledgedRoundIsThereAndTheLastOneWhollyOrNotAtAll() throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            makeTheFile();
            Random random = new Random(seed);
            InMemoryLogStorage acknowledged = new InMemoryLogStorage();
            InMemoryLogStorage attempted = new InMemoryLogStorage();
            int number = 0;
            for (int life = 0; life < 4; life++) {
                LogStorage storage = open();
                if (!sameAs(acknowledged, storage)) {
                    assertThat(sameAs(attempted, storage))
                            .as("seed %s life %s: round %s", seed, life, storage.get("rounds", "last"))
                            .isTrue();
                    acknowledged = attempted;
                }
                for (int rounds = random.nextInt(60); rounds > 0; rounds--) {
                    List<GroupWrite> round = round(random, ++number, acknowledged, LARGE_BYTES);
                    storage.write(round);
                    acknowledged.write(round);
                }
                List<GroupWrite> last = round(random, ++number, acknowledged, LARGE_BYTES);
                attempted = inMemory(acknowledged);
                attempted.write(last);
                disk.diesAfter(0);
                assertThatThrownBy(() -> storage.write(last)).isInstanceOf(IOException.class);
                disk.loseThePower(path, random);
                disk = FaultyDisk.reset();
                disk.insert(path);
            }
        }
    }

    @Test
    void aFullDiskStopsAcknowledgingAndLosesNothing() throws IOException {
        for (int writes = 0; writes < 12; writes++) {
            makeTheFile();
            Random random = new Random(writes);
            InMemoryLogStorage acknowledged = new InMemoryLogStorage();
            LogStorage storage = open();
            disk.fullAfter(writes);
            InMemoryLogStorage attempted = new InMemoryLogStorage();
            assertThatThrownBy(() -> {
                        for (int number = 1; ; number++) {
                            List<GroupWrite> round = round(random, number, acknowledged, LARGE_BYTES);
                            attempted.write(round);
                            storage.write(round);
                            acknowledged.write(round);
                        }
                    })
                    .isInstanceOf(IOException.class)
                    .hasMessage("writing log " + path + " failed: No space left on device");
            assertDead(storage);
            disk = FaultyDisk.reset();
            try (LogStorage reopened = open()) {
                assertThat(sameAs(acknowledged, reopened) || sameAs(attempted, reopened))
                        .as(
                                "after %s writes: round %s of %s",
                                writes, reopened.get("rounds", "last"), attempted.get("rounds", "last"))
                        .isTrue();
                reopened.write(List.of(new GroupWrite.Put("table", "key", Bytes.EMPTY)));
            }
        }
    }

    @Test
    void aFailedForceEndsTheStorageEvenIfTheNextWouldSucceed() throws IOException {
        LogStorage storage = open();
        Random random = new Random(1);
        storage.write(round(random, 1, new InMemoryLogStorage(), LARGE_BYTES));
        disk.forceFailsAfter(0, random);
        assertThatThrownBy(() -> storage.write(List.of(new GroupWrite.Put("table", "key", Bytes.EMPTY))))
                .isInstanceOf(IOException.class)
                .hasMessage("writing log " + path + " failed: Input/output error");
        disk.endFaults();
        assertDead(storage);
    }

    /** The page cache survives a process, and after a failed force it shows what the disk does not have. */
    @Test
    void whatWasReadAfterARestartIsThereAfterAPowerLoss() throws IOException {
        int untold = 0;
        for (int seed = 0; seed < 2 * SEEDS; seed++) {
            makeTheFile();
            Random random = new Random(seed);
            InMemoryLogStorage written = new InMemoryLogStorage();
            LogStorage storage = open();
            int rounds = random.nextInt(80);
            for (int number = 1; number <= rounds; number++) {
                List<GroupWrite> round = round(random, number, written, LARGE_BYTES);
                storage.write(round);
                written.write(round);
            }
            List<GroupWrite> last = round(random, rounds + 1, written, LARGE_BYTES);
            if (seed % 2 == 0) {
                disk.diesAfter(0);
            } else {
                disk.forceFailsAfter(0, random);
            }
            assertThatThrownBy(() -> storage.write(last)).isInstanceOf(IOException.class);
            disk.endFaults();
            Path afterPowerLoss = directory.resolve("after");
            try (LogStorage seen = open()) {
                disk.loseAllUnforced(afterPowerLoss);
                untold += last(seen) > rounds ? 1 : 0;
                try (LogStorage left = H2LogStorage.open(afterPowerLoss)) {
                    assertThat(sameAs(seen, left))
                            .as("seed %s: round %s after %s", seed, last(left), last(seen))
                            .isTrue();
                }
            }
        }
        assertThat(untold).isPositive();
    }

    @Test
    void whatCannotBeForcedAtTheStartIsNotRead() throws IOException {
        disk.forceFailsAfter(0, new Random(1));
        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessage("writing log " + path + " failed: Input/output error");
        disk.endFaults();
        open().close();
    }

    private void assertDead(LogStorage storage) throws IOException {
        GenesisId genesis = MessageSamples.genesis(1);
        byte[] before = Files.readAllBytes(path);
        assertThatThrownBy(() -> storage.write(List.of()))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("unusable since an earlier failure: writing log " + path);
        assertThatThrownBy(() -> storage.read(genesis)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> storage.entries(genesis, 1, 2, 100)).isInstanceOf(IOException.class);
        assertThatThrownBy(storage::groups).isInstanceOf(IOException.class);
        storage.close();
        assertThat(Files.readAllBytes(path)).isEqualTo(before);
    }

    /** What is there was there once, all of it, or the log is refused. */
    @Test
    void afterALyingFsyncTheLogIsAsItWasOnceOrRefused() throws IOException {
        int refused = 0;
        for (int seed = 0; seed < 60; seed++) {
            makeTheFile();
            Random random = new Random(seed);
            List<InMemoryLogStorage> states = new ArrayList<>();
            states.add(new InMemoryLogStorage());
            LogStorage storage = open();
            int rounds = 1 + random.nextInt(30);
            int honest = random.nextInt(rounds + 1);
            for (int number = 1; number <= rounds; number++) {
                if (number == honest + 1) {
                    disk.lie();
                }
                InMemoryLogStorage after = inMemory(states.get(number - 1));
                List<GroupWrite> round = round(random, number, after, 2_000);
                after.write(round);
                states.add(after);
                storage.write(round);
            }
            storage.close();
            disk.loseThePower(path, random);
            try (LogStorage reopened = H2LogStorage.open(path)) {
                int last = last(reopened);
                assertThat(last).as("seed %s", seed).isLessThanOrEqualTo(rounds);
                assertThat(sameAs(states.get(last), reopened))
                        .as("seed %s", seed)
                        .isTrue();
            } catch (IOException e) {
                refused++;
                assertThat(e).hasMessageStartingWith("log " + path + " is damaged");
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void aTruncatedFileIsRefusedOrAsItWasOnce() throws IOException {
        List<InMemoryLogStorage> states = new ArrayList<>();
        states.add(new InMemoryLogStorage());
        Random random = new Random(4);
        try (LogStorage storage = open()) {
            for (int number = 1; number <= 15; number++) {
                InMemoryLogStorage after = inMemory(states.get(number - 1));
                List<GroupWrite> round = round(random, number, after, 2_000);
                after.write(round);
                states.add(after);
                storage.write(round);
            }
        }
        byte[] intact = Files.readAllBytes(path);
        for (int size = 0; size < intact.length; size += 1 + random.nextInt(4096)) {
            Files.write(path, Arrays.copyOf(intact, size));
            try (LogStorage storage = H2LogStorage.open(path)) {
                assertThat(sameAs(states.get(last(storage)), storage))
                        .as("%s bytes", size)
                        .isTrue();
            } catch (IOException e) {
                assertThat(e).hasMessageStartingWith("log " + path + " is damaged");
            }
        }
    }

    /** What is there is as it was written; what is not is named, and concerns one row. */
    @Test
    void aDamagedByteIsRefusedOrNamedOrLosesNothingButTheLastRound() throws IOException {
        InMemoryLogStorage before = new InMemoryLogStorage();
        InMemoryLogStorage after = new InMemoryLogStorage();
        Random random = new Random(3);
        try (LogStorage storage = open()) {
            for (int number = 1; number <= 30; number++) {
                List<GroupWrite> round = round(random, number, after, LARGE_BYTES);
                storage.write(round);
                before = inMemory(after);
                after.write(round);
            }
        }
        byte[] intact = Files.readAllBytes(path);
        int refused = 0;
        int named = 0;
        for (int i = 0; i < 150; i++) {
            byte[] damaged = intact.clone();
            damaged[random.nextInt(intact.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(path, damaged);
            try (LogStorage storage = H2LogStorage.open(path)) {
                int rows = damagedRows(after, storage);
                if (rows < 0) {
                    assertThat(damagedRows(before, storage)).isZero();
                } else {
                    assertThat(rows).isLessThanOrEqualTo(1);
                    named += rows;
                }
            } catch (IOException e) {
                refused++;
                assertThat(e).hasMessageStartingWith("log " + path + " is damaged");
            }
        }
        assertThat(refused).isPositive();
        assertThat(named).isPositive();
    }

    /** How many rows of {@code actual} are damaged and say so, if all the others are as expected; else -1. */
    private static int damagedRows(LogStorage expected, LogStorage actual) throws IOException {
        if (!actual.groups().equals(expected.groups()) || !actual.keys("rounds").equals(expected.keys("rounds"))) {
            return -1;
        }
        List<Looking> rows = new ArrayList<>();
        for (String key : expected.keys("rounds")) {
            rows.add(log -> log.get("rounds", key));
        }
        for (GenesisId genesis : expected.groups()) {
            rows.add(log -> log.read(genesis));
            StoredGroup group = expected.read(genesis).orElseThrow();
            for (long index = group.base().index() + 1;
                    isWhole(actual, genesis) && index <= group.last().index();
                    index++) {
                long from = index;
                rows.add(log -> log.entries(genesis, from, from + 1, Integer.MAX_VALUE));
            }
        }
        int damaged = 0;
        for (Looking row : rows) {
            try {
                if (!Objects.equals(row.read(actual), row.read(expected))) {
                    return -1;
                }
            } catch (DamagedLogException e) {
                damaged++;
            }
        }
        return damaged;
    }

    private interface Looking {
        @Nullable
        Object read(LogStorage log) throws IOException;
    }

    private static boolean isWhole(LogStorage log, GenesisId genesis) throws IOException {
        return !log.damage(genesis).hardStateLost();
    }
}
