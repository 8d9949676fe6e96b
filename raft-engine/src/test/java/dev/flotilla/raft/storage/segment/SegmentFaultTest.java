package dev.flotilla.raft.storage.segment;

import static dev.flotilla.raft.storage.RandomRounds.inMemory;
import static dev.flotilla.raft.storage.RandomRounds.last;
import static dev.flotilla.raft.storage.RandomRounds.round;
import static dev.flotilla.raft.storage.RandomRounds.sameAs;
import static dev.flotilla.raft.storage.segment.SegmentLife.LARGE_BYTES;
import static dev.flotilla.raft.storage.segment.SegmentLife.LOG;
import static dev.flotilla.raft.storage.segment.SegmentLife.ROUNDS;
import static dev.flotilla.raft.storage.segment.SegmentLife.SEGMENT_BYTES;
import static dev.flotilla.raft.storage.segment.SegmentLife.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.SimulatedDisk;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What was acknowledged is there after any failure, and of a round all or nothing. */
class SegmentFaultTest {
    private static long operationsOf(long seed) throws IOException {
        SegmentLife life = new SegmentLife(seed);
        life.run(ROUNDS);
        return life.disk.operations();
    }

    @Test
    void afterAPowerLossAtAnyOperationEveryAcknowledgedRoundIsThereAndTheLastOneWhollyOrNotAtAll() throws IOException {
        for (long seed = 0; seed < 2; seed++) {
            long operations = operationsOf(seed);
            for (long at = 1; at <= operations; at++) {
                SegmentLife life = new SegmentLife(seed);
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
            SegmentLife life = new SegmentLife(seed);
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

    private static IOException runUntilFailure(SegmentLife life, LogStorage[] opened) throws IOException {
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
            SegmentLife life = new SegmentLife(seed);
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
}
