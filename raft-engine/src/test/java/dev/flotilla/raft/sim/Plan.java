package dev.flotilla.raft.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What is to happen in a run: what a seed drew, or less of it. The same plan gives the same run.
 *
 * @param seed decides all that the plan leaves open
 * @param events in order of time
 */
record Plan(long seed, SimSettings settings, List<Event> events) {
    private static final int TRIALS_SELDOM = 10; // each of a kind

    /**
     * A fault, or a request of a client.
     *
     * @param fault what goes wrong; null for a request
     * @param group whose peers are concerned, from 0
     * @param seed decides how
     */
    record Event(long atNanos, @Nullable Fault fault, int group, long seed) {}

    Plan {
        events = List.copyOf(events);
    }

    /** The plan of {@code seed}. */
    static Plan draw(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        int kind = random.nextInt(TRIALS_SELDOM);
        SimSettings settings =
                switch (kind) {
                    case 0 -> LeaseTrial.settings(random);
                    case 1 -> ForgetfulTrial.settings(random);
                    default -> SimSettings.draw(random);
                };
        List<Event> events = requests(random, settings);
        events.addAll(
                switch (kind) {
                    case 0 -> LeaseTrial.faults(random, settings);
                    case 1 -> ForgetfulTrial.faults(random, settings);
                    default -> faults(random, settings);
                });
        events.sort(Comparator.comparingLong(Event::atNanos));
        return new Plan(seed, settings, events);
    }

    private static List<Event> requests(RandomGenerator random, SimSettings settings) {
        List<Event> events = new ArrayList<>();
        for (int group = 0; group < settings.groups(); group++) {
            for (long at = pause(random, settings.clientNanos());
                    at < settings.chaosNanos();
                    at += pause(random, settings.clientNanos())) {
                events.add(new Event(at, null, group, random.nextLong()));
            }
        }
        return events;
    }

    private static List<Event> faults(RandomGenerator random, SimSettings settings) {
        List<Event> events = new ArrayList<>();
        List<Fault> faults = settings.faultsByWeight();
        for (long at = pause(random, settings.faultNanos());
                at < settings.chaosNanos() && !faults.isEmpty();
                at += pause(random, settings.faultNanos())) {
            Fault fault = faults.get(random.nextInt(faults.size()));
            events.add(new Event(at, fault, random.nextInt(settings.groups()), random.nextLong()));
        }
        return events;
    }

    private static long pause(RandomGenerator random, long meanNanos) {
        return 1 + random.nextLong(2 * meanNanos);
    }

    /** The same without the events from {@code from} on, before {@code endExclusive}. */
    Plan without(int from, int endExclusive) {
        List<Event> fewer = new ArrayList<>(events.subList(0, from));
        fewer.addAll(events.subList(endExclusive, events.size()));
        return new Plan(seed, settings, fewer);
    }

    /** The same events under other settings; those of groups that there are no more are left out. */
    Plan with(SimSettings other) {
        return new Plan(
                seed,
                other,
                events.stream().filter(event -> event.group() < other.groups()).toList());
    }
}
