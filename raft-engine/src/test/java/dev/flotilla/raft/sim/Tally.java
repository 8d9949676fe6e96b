package dev.flotilla.raft.sim;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How often each {@link Occurrence} was seen, and in how many seeds. */
public final class Tally {
    private final Map<Occurrence, Long> times = new EnumMap<>(Occurrence.class);
    private final Map<Occurrence, Integer> seeds = new EnumMap<>(Occurrence.class);

    void count(Occurrence occurrence) {
        times.merge(occurrence, 1L, Long::sum);
    }

    /** Takes in what one seed saw. */
    void add(Tally seed) {
        seed.times.forEach((occurrence, count) -> {
            times.merge(occurrence, count, Long::sum);
            seeds.merge(occurrence, 1, Integer::sum);
        });
    }

    /** Takes in what another thread's seeds saw. */
    void merge(Tally other) {
        other.times.forEach((occurrence, count) -> times.merge(occurrence, count, Long::sum));
        other.seeds.forEach((occurrence, count) -> seeds.merge(occurrence, count, Integer::sum));
    }

    /** How often {@code occurrence} was seen. */
    long times(Occurrence occurrence) {
        return times.getOrDefault(occurrence, 0L);
    }

    /** What had to be seen and never was. */
    List<Occurrence> missing() {
        return List.of(Occurrence.values()).stream()
                .filter(occurrence -> occurrence.isRequired() && !times.containsKey(occurrence))
                .toList();
    }

    /** All of it, a line each. */
    public String table() {
        StringBuilder table = new StringBuilder("occurrence                        times   in seeds\n");
        for (Occurrence occurrence : Occurrence.values()) {
            table.append(String.format(
                    Locale.ROOT,
                    "%-28s %10d %10d%n",
                    occurrence.name().toLowerCase(Locale.ROOT),
                    times.getOrDefault(occurrence, 0L),
                    seeds.getOrDefault(occurrence, 0)));
        }
        return table.toString();
    }
}
