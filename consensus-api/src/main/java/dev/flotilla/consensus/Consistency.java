package dev.flotilla.consensus;

import java.time.Duration;

/** How fresh a read must be. */
public sealed interface Consistency {
    /** Sees every write that completed before the read began, from whichever peer it is asked (thesis §6.4). */
    record Linearizable() implements Consistency {}

    /** Linearizable as long as clocks keep their bound; only where the group agreed on leases (thesis §6.4.1). */
    record Lease() implements Consistency {}

    /** Sees at least the entry at {@code index}: one's own writes, by the index of their outcome. */
    record AtLeast(long index) implements Consistency {
        public AtLeast {
            if (index < 0) {
                throw new IllegalArgumentException("bookmark must not be negative: " + index);
            }
        }
    }

    /** At most so old. */
    record AtMost(Duration age) implements Consistency {
        public AtMost {
            if (age.isNegative()) {
                throw new IllegalArgumentException("age must not be negative: " + age);
            }
        }
    }

    /** Whatever this peer has, at once. */
    record Local() implements Consistency {}

    static Consistency linearizable() {
        return new Linearizable();
    }

    static Consistency lease() {
        return new Lease();
    }

    static Consistency atLeast(long bookmark) {
        return new AtLeast(bookmark);
    }

    static Consistency atMost(Duration age) {
        return new AtMost(age);
    }

    static Consistency local() {
        return new Local();
    }
}
