package dev.flotilla.benchmark;

import java.util.List;
import java.util.stream.Stream;

/** One {@link Ledger} for each group of a peer. */
final class Ledgers {
    private static final long FACTOR = 31;

    private final List<Ledger> ledgers;

    Ledgers(int groups) {
        this.ledgers = Stream.generate(Ledger::new).limit(groups).toList();
    }

    /** That of {@code group}. */
    Ledger of(int group) {
        return ledgers.get(group);
    }

    int groups() {
        return ledgers.size();
    }

    /** How many commands all groups have applied, and a checksum over each group's in the order of groups. */
    Ledger.State state() {
        long count = 0;
        long checksum = 0;
        for (Ledger ledger : ledgers) {
            Ledger.State state = ledger.state();
            count += state.count();
            checksum = checksum * FACTOR + state.checksum();
        }
        return new Ledger.State(count, checksum);
    }
}
