package dev.flotilla.libp2p;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often each of some kinds of events has happened since this was made. Thread-safe.
 *
 * @param <E> the kinds
 */
public class EventCounters<E extends Enum<E>> {
    private final Map<E, LongAdder> counts;

    public EventCounters(Class<E> kinds) {
        counts = new EnumMap<>(kinds);
        for (E kind : kinds.getEnumConstants()) {
            counts.put(kind, new LongAdder());
        }
    }

    /** Counts one; called by what the events happen to. */
    public final void count(E event) {
        count(event, 1);
    }

    /** Counts several; called by what the events happen to. */
    public final void count(E event, long times) {
        adder(event).add(times);
    }

    public final long get(E event) {
        return adder(event).sum();
    }

    private LongAdder adder(E event) {
        LongAdder adder = counts.get(event);
        if (adder == null) {
            throw new AssertionError("uncounted: " + event);
        }
        return adder;
    }

    @Override
    public String toString() {
        return counts.toString();
    }
}
