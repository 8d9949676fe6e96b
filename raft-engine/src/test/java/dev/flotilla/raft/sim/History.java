package dev.flotilla.raft.sim;

import dev.flotilla.consensus.Consistency;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What clients of one replicated map asked and were told, in the order of true time, held against the one order in which
 * the log put their writes. Whatever does not fit is a {@link Violation}, at once: a write lost, doubled, made undone or
 * put before one that had ended earlier, and a read that is older than its level promises. Values are written once each.
 */
public final class History {
    /** Something that a client began: when, and what was complete by then. */
    public static final class Operation {
        private final long beganNanos;
        private final long completeIndex;

        private Operation(long beganNanos, long completeIndex) {
            this.beganNanos = beganNanos;
            this.completeIndex = completeIndex;
        }

        /** The highest index that any client knew of when this began: what a linearizable read must see. */
        public long completeIndex() {
            return completeIndex;
        }
    }

    private record Completion(long nanos, long index) {}

    /** By how much clocks may be slow: a promise about age is one about a clock. */
    private final double clockSlowness;

    private final List<Completion> completions = new ArrayList<>(); // both fields ascend
    private final Map<String, Long> indexes = new HashMap<>(); // where each value was applied
    private final Map<String, Operation> began = new HashMap<>(); // by the value that is written
    private final Map<String, TreeMap<Long, String>> versions = new HashMap<>(); // of each key
    private final Set<String> rejected = new HashSet<>();
    private long writesDone;

    /** Nothing yet; clocks may lose {@code clockSlowness} of a second in each, for example 0.05. */
    public History(double clockSlowness) {
        this.clockSlowness = clockSlowness;
    }

    // ---- writes ----

    /** A client begins to write {@code value}, which nobody wrote before. */
    public Operation write(String value, long nowNanos) {
        Operation operation = begin(nowNanos);
        Violation.unless(began.putIfAbsent(value, operation) == null, "%s is written twice", value);
        return operation;
    }

    /** A client begins to read. */
    public Operation read(long nowNanos) {
        return begin(nowNanos);
    }

    private Operation begin(long nowNanos) {
        return new Operation(nowNanos, completeIndex());
    }

    private long completeIndex() {
        return completions.isEmpty()
                ? 0
                : completions.get(completions.size() - 1).index();
    }

    /** Some peer applied {@code value} at {@code index}; each will, and all must say the same. */
    public void applied(long index, String key, String value) {
        Long known = indexes.putIfAbsent(value, index);
        if (known != null) {
            if (known != index) {
                throw Violation.of("%s is applied twice: at %d and at %d", value, known, index);
            }
            return;
        }
        Operation operation = began.get(value);
        if (operation == null) {
            throw Violation.of("%s is applied at %d; nobody wrote it", value, index);
        }
        if (rejected.contains(value)) {
            throw Violation.of("%s is applied at %d; its writer was told that it never will be", value, index);
        }
        if (index <= operation.completeIndex) {
            throw Violation.of(
                    "%s is applied at %d, but %d was complete before its write began",
                    value, index, operation.completeIndex);
        }
        versions.computeIfAbsent(key, same -> new TreeMap<>()).put(index, value);
    }

    /** The writer of {@code value} is told that it was applied at {@code index}. */
    public void done(String value, long index, long nowNanos) {
        Long known = indexes.get(value);
        if (known == null || known != index) {
            throw Violation.of("%s is told to be applied at %d, but is at %s", value, index, known);
        }
        complete(index, nowNanos);
        writesDone++;
    }

    /** A write of which nothing but its place is known is told to be applied at {@code index}. */
    public void done(Operation write, long index, long nowNanos) {
        if (index <= write.completeIndex) {
            throw Violation.of(
                    "a write is applied at %d, but %d was complete before it began", index, write.completeIndex);
        }
        complete(index, nowNanos);
        writesDone++;
    }

    /** The writer of {@code value} is told that it is not applied and never will be. */
    public void rejected(String value) {
        rejected.add(value);
        Long known = indexes.get(value);
        if (known != null) {
            throw Violation.of("%s is told to be never applied, but is at %d", value, known);
        }
    }

    // ---- reads ----

    /**
     * A read is answered.
     *
     * @param index of the last entry in the state that was read
     * @param age as the answer says; null for none
     * @param value what {@code key} held; null for nothing
     */
    public void answered(
            Operation read,
            Consistency level,
            long index,
            @Nullable Duration age,
            String key,
            @Nullable String value,
            long nowNanos) {
        answered(read, level, index, age, nowNanos);
        TreeMap<Long, String> known = versions.get(key);
        Map.Entry<Long, String> version = known == null ? null : known.floorEntry(index);
        String expected = version == null ? null : version.getValue();
        if (expected == null ? value != null : !expected.equals(value)) {
            throw Violation.of("a read of %s as of %d saw %s; it held %s", key, index, value, expected);
        }
    }

    /** A read is answered of which nothing but its place is known. */
    public void answered(Operation read, Consistency level, long index, @Nullable Duration age, long nowNanos) {
        long least = leastIndex(read, level);
        if (index < least) {
            throw Violation.of("a read is answered as of %d; %s promises %d", index, level, least);
        }
        if (age != null && index < completeAt(nowNanos - stretched(age))) {
            throw Violation.of(
                    "a read as of %d calls itself %d ms old; %d was complete before",
                    index, age.toMillis(), completeAt(nowNanos - stretched(age)));
        }
        if (level instanceof Consistency.Linearizable || level instanceof Consistency.Lease) {
            complete(index, nowNanos);
        }
    }

    /** What a read of that level must see at least. */
    private long leastIndex(Operation read, Consistency level) {
        if (level instanceof Consistency.Linearizable || level instanceof Consistency.Lease) {
            return read.completeIndex;
        } else if (level instanceof Consistency.AtLeast atLeast) {
            return atLeast.index();
        } else if (level instanceof Consistency.AtMost atMost) {
            return completeAt(read.beganNanos - stretched(atMost.age()));
        }
        return 0;
    }

    private long stretched(Duration age) {
        return (long) (age.toNanos() / (1 - clockSlowness)) + 1;
    }

    private void complete(long index, long nowNanos) {
        if (index > completeIndex()) {
            completions.add(new Completion(nowNanos, index));
        }
    }

    /** The highest index that was complete before that time. */
    private long completeAt(long nanos) {
        int low = 0;
        int high = completions.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (completions.get(middle).nanos() < nanos) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? 0 : completions.get(low - 1).index();
    }

    /** How many writes were told to be applied. */
    public long writesDone() {
        return writesDone;
    }
}
