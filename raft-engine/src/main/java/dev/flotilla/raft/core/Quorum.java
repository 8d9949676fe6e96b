package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.transport.PeerId;
import java.util.SortedSet;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** Majorities of voters; in a joint configuration, of both lists (paper §6). */
final class Quorum {
    private Quorum() {}

    /** Whether a majority of the voters satisfies {@code agrees}. Never true without voters. */
    static boolean reached(Configuration configuration, Predicate<PeerId> agrees) {
        return agreed(configuration, peer -> agrees.test(peer) ? 1 : 0) == 1;
    }

    /** Whether a majority can no longer be reached because too many voters satisfy {@code refuses}. */
    static boolean lost(Configuration configuration, Predicate<PeerId> refuses) {
        return !reached(configuration, peer -> !refuses.test(peer));
    }

    /** The highest number that a majority of the voters has at least; {@link Long#MIN_VALUE} without voters. */
    static long agreed(Configuration configuration, ToLongFunction<PeerId> numberOf) {
        long incoming = agreed(configuration.voters(), numberOf);
        return configuration.isJoint()
                ? Math.min(incoming, agreed(configuration.previousVoters(), numberOf))
                : incoming;
    }

    private static long agreed(SortedSet<PeerId> voters, ToLongFunction<PeerId> numberOf) {
        if (voters.isEmpty()) {
            return Long.MIN_VALUE;
        }
        long[] numbers = voters.stream().mapToLong(numberOf).sorted().toArray();
        int majority = numbers.length / 2 + 1;
        return numbers[numbers.length - majority];
    }
}
