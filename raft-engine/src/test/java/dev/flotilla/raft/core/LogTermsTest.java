package dev.flotilla.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.message.EntryId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** {@link LogTerms} against a plain list of terms, on random operations. */
class LogTermsTest {
    private EntryId base = EntryId.NONE;
    private final List<EntryId> oracle = new ArrayList<>();
    private LogTerms terms = new LogTerms(base);

    @Test
    void agreesWithAPlainListOnRandomOperations() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            base = EntryId.NONE;
            oracle.clear();
            terms = new LogTerms(base);
            for (int i = 0; i < 80; i++) {
                mutate(random);
                compare(random, seed);
            }
        }
    }

    private void mutate(Random random) {
        switch (random.nextInt(8)) {
            case 0 -> truncate(random);
            case 1 -> compact(random);
            case 2 -> reset(random);
            default -> append(random);
        }
    }

    private void append(Random random) {
        EntryId last = last();
        long term = Math.max(1, last.term() + (random.nextInt(3) == 0 ? 1 : 0));
        EntryId next = new EntryId(term, last.index() + 1);
        oracle.add(next);
        terms.append(next);
    }

    private void truncate(Random random) {
        long index = base.index() + random.nextInt(oracle.size() + 2);
        oracle.removeIf(each -> each.index() > index);
        terms.truncateAfter(index);
    }

    private void compact(Random random) {
        if (!oracle.isEmpty()) {
            base = oracle.get(random.nextInt(oracle.size()));
            oracle.removeIf(each -> each.index() <= base.index());
            terms.compactTo(base);
        }
    }

    private void reset(Random random) {
        if (random.nextInt(4) == 0) {
            base = new EntryId(last().term() + 1, last().index() + 5);
            oracle.clear();
            terms.reset(base);
        }
    }

    private void compare(Random random, int seed) {
        assertThat(terms.base()).as("seed %d", seed).isEqualTo(base);
        assertThat(terms.last()).as("seed %d", seed).isEqualTo(last());
        for (EntryId each : oracle) {
            assertThat(terms.idAt(each.index())).isEqualTo(each);
            assertThat(terms.contains(each)).isTrue();
            assertThat(terms.contains(new EntryId(each.term() + 1, each.index())))
                    .isFalse();
        }
        long index = base.index() + random.nextInt(oracle.size() + 3);
        long term = random.nextInt((int) last().term() + 2);
        assertThat(terms.newestNotAfter(index, term)).as("seed %d", seed).isEqualTo(newestNotAfter(index, term));
    }

    private EntryId newestNotAfter(long index, long term) {
        EntryId newest = base;
        for (EntryId each : oracle) {
            if (each.index() <= index && each.term() <= term) {
                newest = each;
            }
        }
        return newest;
    }

    private EntryId last() {
        return oracle.isEmpty() ? base : oracle.get(oracle.size() - 1);
    }
}
