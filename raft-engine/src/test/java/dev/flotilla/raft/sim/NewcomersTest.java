package dev.flotilla.raft.sim;

import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.MembershipChange;
import dev.flotilla.transport.PeerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * Several members come in at once, while one that is away hears nothing of it and messages are lost: as voters, learners or a
 * witness, in the place of founders perhaps, whose leader dies before it has vouched for all. In the end everybody follows, with
 * certificates that convince (design, Who may speak), and the group falls silent.
 */
class NewcomersTest {
    private static final int SEEDS = 200;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @Test
    void convinceWhoWasAwayWhenTheyCame() {
        long seeds = Long.getLong("newcomers.seeds", SEEDS);
        for (long seed = 1; seed <= seeds; seed++) {
            try {
                new Story(seed).run();
            } catch (Violation | IllegalStateException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private static final class Story {
        private static final int FOUNDERS = 3;

        private final RandomGenerator random;
        private final SimCluster<Long, Registers> cluster;
        private final SimClusterGroup<Long, Registers> group;
        private final List<String> newcomers;

        Story(long seed) {
            random = new SplittableRandom(seed);
            int newcomersMax = 2 + random.nextInt(2);
            cluster = SimCluster.of(Registers::new)
                    .peers(FOUNDERS + newcomersMax)
                    .voters(FOUNDERS)
                    .seed(seed)
                    .unreliable(0.1 * random.nextInt(4), 0.05)
                    .delay(Duration.ofMillis(50), true)
                    .build();
            group = cluster.group();
            newcomers = cluster.peers().subList(FOUNDERS, cluster.peers().size());
        }

        void run() {
            String leader = leader();
            String away = founders().stream()
                    .filter(each -> !each.equals(leader))
                    .toList()
                    .get(random.nextInt(FOUNDERS - 1));
            cluster.disconnect(away);
            newcomers.forEach(group::enter);
            var unused = group.changeMembers(leader, new MembershipChange(coming(), going(leader)));
            cluster.runFor(Duration.ofMillis(random.nextInt(3000)));
            cluster.crash(leader);
            for (int i = random.nextInt(4); i > 0; i--) {
                cluster.runFor(Duration.ofMillis(random.nextInt(4000)));
                handOver();
            }
            cluster.calm();
            cluster.runUntil(() -> group.leader().isPresent() && isSilent(), PATIENCE);
        }

        private List<String> founders() {
            return cluster.peers().subList(0, FOUNDERS);
        }

        private String leader() {
            cluster.runUntil(() -> group.leader().isPresent(), PATIENCE);
            return group.leader().orElseThrow();
        }

        private List<Member> coming() {
            List<Member> coming = new ArrayList<>();
            for (String newcomer : newcomers) {
                Member learner = group.member(newcomer, false);
                boolean isWitness = coming.size() == 2 && random.nextBoolean();
                coming.add(isWitness ? Member.witness(learner.peerId(), learner.storeId(), true) : learner);
            }
            return coming;
        }

        private List<PeerId> going(String leader) {
            return random.nextInt(4) == 0 ? List.of(Names.peer(leader)) : List.of();
        }

        /** Whoever leads is to have one of the newcomers lead, who may be a voter by now. */
        private void handOver() {
            String next = newcomers.get(random.nextInt(newcomers.size()));
            group.leader().filter(leader -> !leader.equals(next)).ifPresent(leader -> {
                var unused = group.transfer(leader, next);
            });
        }

        private boolean isSilent() {
            return group.leader().map(leader -> group.status(leader).configuration()).stream()
                    .flatMap(configuration -> configuration.all().stream())
                    .allMatch(member -> group.status(Names.of(member.peerId())).quiet());
        }
    }
}
