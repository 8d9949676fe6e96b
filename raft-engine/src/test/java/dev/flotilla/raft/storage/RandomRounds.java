package dev.flotilla.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Objects;
import java.util.Random;

/** Rounds of writes for tests with faults, and whether a storage holds what it should. */
public final class RandomRounds {
    private static final int GROUPS = 3;

    private RandomRounds() {}

    /**
     * The round of that number: touches three groups and a table, so that half a round would be seen; truncates,
     * compacts, rebases and deletes at times.
     *
     * @param model holds what is stored before
     */
    public static List<GroupWrite> round(Random random, int number, LogStorage model, int largeBytes)
            throws IOException {
        List<GroupWrite> round = new ArrayList<>();
        for (int i = 1; i <= GROUPS; i++) {
            GenesisId genesis = MessageSamples.genesis(i);
            StoredGroup group = model.read(genesis).orElse(StoredGroup.EMPTY);
            HardState hardState = new HardState(number, MessageSamples.peer(i));
            if (random.nextInt(40) == 0) {
                round.add(new GroupWrite.Delete(genesis));
                group = StoredGroup.EMPTY;
            } else if (random.nextInt(40) == 0) {
                EntryId base = new EntryId(number, group.last().index() + random.nextInt(3) + 1);
                round.add(new GroupWrite.Rebase(genesis, hardState, base, false));
                group = new StoredGroup(hardState, base, base);
            }
            long first = Math.max(group.base().index() + 1, group.last().index() + 1 - random.nextInt(2));
            List<Entry> entries = new ArrayList<>();
            for (long index = first; index <= first + random.nextInt(4); index++) {
                byte[] payload = new byte[random.nextInt(random.nextInt(10) == 0 ? largeBytes : 300)];
                random.nextBytes(payload);
                entries.add(new Entry(new EntryId(number, index), Entry.Kind.COMMAND, Bytes.wrap(payload)));
            }
            round.add(new GroupWrite.Append(genesis, hardState, entries));
            if (random.nextInt(10) == 0) {
                round.add(new GroupWrite.Compact(genesis, entries.get(0).id()));
            }
        }
        round.add(new GroupWrite.Put("rounds", "last", Bytes.utf8(Integer.toString(number))));
        round.add(new GroupWrite.Put("rounds", "of " + number % 7, Bytes.utf8(Integer.toString(number))));
        return round;
    }

    /** The number of the last round that a storage holds; 0 if there is none. */
    public static int last(LogStorage storage) throws IOException {
        Bytes last = storage.get("rounds", "last");
        return last == null ? 0 : Integer.parseInt(last.utf8());
    }

    /** Whether both hold the same last round; if they do, everything else must be the same too. */
    public static boolean sameAs(LogStorage expected, LogStorage actual) throws IOException {
        if (last(expected) != last(actual)) {
            return false;
        }
        assertThat(actual.groups()).isEqualTo(expected.groups());
        for (GenesisId genesis : expected.groups()) {
            assertThat(actual.read(genesis)).isEqualTo(expected.read(genesis));
            assertThat(entries(actual, genesis)).isEqualTo(entries(expected, genesis));
            assertThat(actual.damage(genesis)).isEqualTo(LogDamage.NONE);
        }
        assertThat(actual.keys("rounds")).isEqualTo(expected.keys("rounds"));
        for (String key : expected.keys("rounds")) {
            assertThat(actual.get("rounds", key)).isEqualTo(expected.get("rounds", key));
        }
        return true;
    }

    /** All entries of that group. */
    public static List<Entry> entries(LogStorage storage, GenesisId genesis) throws IOException {
        long from = storage.read(genesis).orElseThrow().base().index() + 1;
        return storage.entries(genesis, from, Long.MAX_VALUE, Integer.MAX_VALUE);
    }

    /** A copy in memory. */
    public static InMemoryLogStorage inMemory(LogStorage storage) throws IOException {
        InMemoryLogStorage copy = new InMemoryLogStorage();
        for (GenesisId genesis : storage.groups()) {
            StoredGroup group = storage.read(genesis).orElseThrow();
            copy.write(List.of(
                    new GroupWrite.Rebase(genesis, group.hardState(), group.base(), false),
                    new GroupWrite.Append(genesis, group.hardState(), entries(storage, genesis))));
        }
        for (String key : storage.keys("rounds")) {
            Bytes value = Objects.requireNonNull(storage.get("rounds", key));
            copy.write(List.of(new GroupWrite.Put("rounds", key, value)));
        }
        return copy;
    }
}
