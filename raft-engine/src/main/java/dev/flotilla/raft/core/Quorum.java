package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Member;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * Majorities of those who vote, voters and witnesses; in a joint configuration, of both lists (paper §6). Each is a peer with
 * its data directory: what the same peer says with another one counts for nothing, which is why members are asked for and
 * not peers.
 */
final class Quorum {
    private Quorum() {}

    /** Whether a majority of the voters satisfies {@code agrees}. Never true without voters. */
    static boolean reached(Configuration configuration, Predicate<Member> agrees) {
        return agreed(configuration, member -> agrees.test(member) ? 1 : 0) == 1;
    }

    /** Whether a majority can no longer be reached because too many voters satisfy {@code refuses}. */
    static boolean lost(Configuration configuration, Predicate<Member> refuses) {
        return !reached(configuration, member -> !refuses.test(member));
    }

    /** The highest number that a majority of the voters has at least; {@link Long#MIN_VALUE} without voters. */
    static long agreed(Configuration configuration, ToLongFunction<Member> numberOf) {
        long incoming = agreed(configuration.members(), numberOf);
        return configuration.isJoint() ? Math.min(incoming, agreed(configuration.previous(), numberOf)) : incoming;
    }

    private static long agreed(List<Member> members, ToLongFunction<Member> numberOf) {
        long[] numbers = members.stream()
                .filter(Member::votes)
                .mapToLong(numberOf)
                .sorted()
                .toArray();
        if (numbers.length == 0) {
            return Long.MIN_VALUE;
        }
        int majority = numbers.length / 2 + 1;
        return numbers[numbers.length - majority];
    }
}
