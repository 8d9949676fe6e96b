package dev.flotilla.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** {@link Quorum} against counting, on random configurations. */
class QuorumTest {
    @Test
    void agreesWithCountingOnRandomConfigurations() {
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            List<Member> incoming = members(random);
            List<Member> previous = random.nextBoolean() ? members(random) : List.of();
            Configuration configuration =
                    Configuration.of(incoming).withMembers(incoming, previous, List.of(), List.of());
            Map<PeerId, Long> numbers = new HashMap<>();
            configuration.all().forEach(member -> numbers.put(member.peerId(), (long) random.nextInt(6)));
            for (long floor = 0; floor < 7; floor++) {
                long wanted = floor;
                boolean expected = hasMajority(incoming, numbers, wanted)
                        && (previous.isEmpty() || hasMajority(previous, numbers, wanted));
                assertThat(Quorum.agreed(configuration, member -> numbers.getOrDefault(member.peerId(), 0L)) >= wanted)
                        .as("seed %d, at least %d of %s", seed, wanted, numbers)
                        .isEqualTo(expected);
                assertThat(Quorum.reached(configuration, member -> numbers.getOrDefault(member.peerId(), 0L) >= wanted))
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void twoOfFourVotersAreNoMajority() {
        Configuration four = Configuration.of(List.of(voter(1), voter(2), voter(3), voter(4)));
        assertThat(Quorum.reached(four, member -> member.equals(voter(1)) || member.equals(voter(2))))
                .isFalse();
        assertThat(Quorum.lost(four, member -> member.equals(voter(1)) || member.equals(voter(2))))
                .isTrue();
    }

    @Test
    void nobodyDecidesWithoutVoters() {
        Configuration learners = Configuration.of(List.of(Member.learner(peer(1), store(), false)));
        assertThat(Quorum.reached(learners, peer -> true)).isFalse();
    }

    private static boolean hasMajority(List<Member> members, Map<PeerId, Long> numbers, long floor) {
        int voters = 0;
        int agreeing = 0;
        for (Member member : members) {
            if (member.isVoter()) {
                voters++;
                agreeing += numbers.getOrDefault(member.peerId(), 0L) >= floor ? 1 : 0;
            }
        }
        return voters > 0 && agreeing * 2 > voters;
    }

    private static List<Member> members(Random random) {
        List<Member> members = new ArrayList<>();
        for (int i = 1; i <= 7; i++) {
            switch (random.nextInt(3)) {
                case 0 -> members.add(voter(i));
                case 1 -> members.add(Member.learner(peer(i), store(), random.nextBoolean()));
                default -> {}
            }
        }
        if (members.stream().noneMatch(Member::isVoter)) {
            members.removeIf(member -> member.peerId().equals(peer(1)));
            members.add(voter(1));
        }
        return members;
    }

    private static Member voter(int number) {
        return Member.voter(peer(number), store());
    }

    private static PeerId peer(int number) {
        return PeerId.fromBytes(new byte[] {0, 1, (byte) number});
    }

    private static StoreId store() {
        return new StoreId(Bytes.wrap(new byte[StoreId.SIZE_BYTES]));
    }
}
