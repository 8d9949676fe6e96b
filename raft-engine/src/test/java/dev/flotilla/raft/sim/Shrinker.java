package dev.flotilla.raft.sim;

import java.util.function.Predicate;

/**
 * Makes a plan that fails shorter, by leaving out what it fails without: kinds of trouble first, then events, in ever
 * smaller pieces (delta debugging). The same plan is always shortened to the same.
 */
final class Shrinker {
    private final Predicate<Plan> fails;
    private int runsLeft;

    /**
     * A shrinker.
     *
     * @param fails runs a plan, and says whether it still goes wrong
     * @param runsMax how often it is asked at most
     */
    Shrinker(Predicate<Plan> fails, int runsMax) {
        this.fails = fails;
        this.runsLeft = runsMax;
    }

    /** Whether a plan breaks what Raft promises. */
    static boolean isViolated(Plan plan) {
        try {
            new Simulation(plan, null).run();
            return false;
        } catch (RuntimeException | AssertionError e) {
            return true;
        }
    }

    /** A plan that fails as well and has nothing, or little, to spare. */
    Plan shrink(Plan failing) {
        Plan shortest = failing;
        int before;
        do {
            before = shortest.events().size();
            shortest = withoutEvents(withSimplerSettings(shortest));
        } while (shortest.events().size() < before && runsLeft > 0);
        return shortest;
    }

    private Plan withSimplerSettings(Plan plan) {
        Plan simplest = plan;
        for (int i = 0; i < SimSettings.SIMPLIFICATIONS; i++) {
            SimSettings simpler = simplest.settings().simpler(i);
            if (!simpler.equals(simplest.settings()) && stillFails(simplest.with(simpler))) {
                simplest = simplest.with(simpler);
            }
        }
        return simplest;
    }

    private Plan withoutEvents(Plan plan) {
        Plan shortest = plan;
        for (int piece = (plan.events().size() + 1) / 2; piece > 0; piece /= 2) {
            for (int end = shortest.events().size(); end > 0; end -= piece) {
                int last = Math.min(end, shortest.events().size());
                Plan shorter = shortest.without(Math.max(0, last - piece), last);
                if (stillFails(shorter)) {
                    shortest = shorter;
                }
            }
        }
        return shortest;
    }

    private boolean stillFails(Plan plan) {
        return runsLeft-- > 0 && fails.test(plan);
    }
}
