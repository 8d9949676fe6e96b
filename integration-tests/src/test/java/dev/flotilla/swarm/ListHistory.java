package dev.flotilla.swarm;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What clients asked of one list and what they were told, from which {@link #violations} finds whether the list was
 * linearizable: whether there is one order of all appends and reads that agrees with real time and with every answer.
 *
 * <p>Appends are of distinct values and reads see the whole list, so the final list is that order: of any two
 * operations, the one that ended before the other began must come first in it.
 */
final class ListHistory {
    /** How an append ended, for all that its client was told. */
    enum Fate {
        /** It was acknowledged. */
        DONE,
        /** It was refused: it must never be seen. */
        REFUSED,
        /** Nobody knows. */
        UNKNOWN
    }

    /** @param endNanos when its client was told; {@link Long#MAX_VALUE} if it was not told how it ended */
    private record Append(String value, long startNanos, long endNanos, Fate fate) {}

    private record Read(List<String> values, long startNanos, long endNanos, boolean linearizable) {}

    private final String name;
    private final ConcurrentLinkedQueue<Append> appends = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Read> reads = new ConcurrentLinkedQueue<>();

    ListHistory(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    /** An append that was begun at {@code startNanos} ended at {@code endNanos}. Any thread. */
    void appended(String value, long startNanos, long endNanos, Fate fate) {
        appends.add(new Append(value, startNanos, fate == Fate.UNKNOWN ? Long.MAX_VALUE : endNanos, fate));
    }

    /** A read was answered with {@code values}. One that is not linearizable may be old, but not wrong. Any thread. */
    void read(List<String> values, long startNanos, long endNanos, boolean linearizable) {
        reads.add(new Read(List.copyOf(values), startNanos, endNanos, linearizable));
    }

    int acknowledged() {
        return (int) appends.stream().filter(each -> each.fate == Fate.DONE).count();
    }

    int reads() {
        return reads.size();
    }

    /** What contradicts {@code last}, the list in the end, in words; empty if nothing does. */
    List<String> violations(List<String> last) {
        List<String> found = new ArrayList<>();
        List<Append> order = order(last, found);
        if (found.isEmpty()) {
            checkOrder(order, found);
            for (Read read : reads) {
                checkRead(read, last, order, found);
            }
            checkReadsAmongThemselves(found);
        }
        return found;
    }

    /** The appends in the order of the list. */
    private List<Append> order(List<String> last, List<String> found) {
        Map<String, Append> known = new HashMap<>();
        appends.forEach(append -> known.put(append.value, append));
        Map<String, Integer> places = new HashMap<>();
        List<Append> order = new ArrayList<>();
        for (String value : last) {
            Append append = known.get(value);
            if (append == null) {
                found.add(name + " holds " + value + ", which nobody appended");
            } else if (places.put(value, order.size()) != null) {
                found.add(name + " holds " + value + " twice");
            } else {
                order.add(append);
                if (append.fate == Fate.REFUSED) {
                    found.add(name + " holds " + value + ", whose append was refused");
                }
            }
        }
        for (Append append : appends) {
            if (append.fate == Fate.DONE && !places.containsKey(append.value)) {
                found.add(name + " lost " + append.value + ", which was acknowledged");
            }
        }
        return order;
    }

    /** Nothing stands behind what was begun only after it had ended. */
    private void checkOrder(List<Append> order, List<String> found) {
        Append latest = null; // of those before, the one that was begun last
        for (Append append : order) {
            if (latest != null && append.endNanos < latest.startNanos) {
                found.add(name + " holds " + append.value + " after " + latest.value + ", which was begun later");
            }
            if (latest == null || append.startNanos > latest.startNanos) {
                latest = append;
            }
        }
    }

    private void checkRead(Read read, List<String> last, List<Append> order, List<String> found) {
        int length = read.values.size();
        if (length > last.size() || !read.values.equals(last.subList(0, length))) {
            found.add("a read of " + name + " saw " + read.values + ", no beginning of " + last);
            return;
        }
        for (Append seen : order.subList(0, length)) {
            if (seen.startNanos > read.endNanos) {
                found.add("a read of " + name + " saw " + seen.value + " before it was begun");
            }
        }
        for (Append unseen : order.subList(length, order.size())) {
            if (read.linearizable && unseen.endNanos < read.startNanos) {
                found.add("a read of " + name + " did not see " + unseen.value + ", acknowledged "
                        + (read.startNanos - unseen.endNanos) + " ns before the read was begun");
            }
        }
    }

    /** No linearizable read sees less than one that ended before it began. */
    private void checkReadsAmongThemselves(List<String> found) {
        List<Read> starts = reads.stream()
                .filter(Read::linearizable)
                .sorted(Comparator.comparingLong(Read::startNanos))
                .toList();
        List<Read> ends = new ArrayList<>(starts);
        ends.sort(Comparator.comparingLong(Read::endNanos));
        int ended = 0;
        int longest = 0;
        for (Read read : starts) {
            for (; ends.get(ended).endNanos < read.startNanos; ended++) {
                longest = Math.max(longest, ends.get(ended).values.size());
            }
            if (read.values.size() < longest) {
                found.add("a read of " + name + " saw " + read.values.size() + " values after another had seen "
                        + longest);
            }
        }
    }
}
