package dev.flotilla.raft.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The simulator finds every planted fault. Runs with {@code -Pfaults} alone; {@code -Dfaults.only=NAME,...} and
 * {@code -Dfaults.seeds=N} choose.
 */
class FaultHunt {
    private static final long SEEDS = 2_000;
    private static final long SEEDS_WITHOUT_FAULT = 100;
    private static final int THREADS = 2;

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void everyFaultIsFound() throws Exception {
        long seeds = Long.getLong("faults.seeds", SEEDS);
        List<PlantedFault> faults = chosen();
        SimulatorUnder unharmed = new SimulatorUnder(List.of());
        for (long seed = 1; seed <= Math.min(seeds, SEEDS_WITHOUT_FAULT); seed++) {
            assertThat(unharmed.run(seed)).as("seed %d without any fault", seed).isNull();
        }
        report(huntAll(faults, seeds, unharmed));
    }

    private static List<PlantedFault> chosen() {
        String only = System.getProperty("faults.only", "");
        if (only.isEmpty()) {
            return PlantedFaults.all();
        }
        Set<String> names = Set.of(only.split(","));
        List<PlantedFault> chosen = PlantedFaults.all().stream()
                .filter(fault -> names.contains(fault.name()))
                .toList();
        assertThat(chosen).as("the faults of -Dfaults.only=%s", only).hasSameSizeAs(names);
        return chosen;
    }

    private static List<Find> huntAll(List<PlantedFault> faults, long seeds, SimulatorUnder unharmed) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<Find>> hunts = new ArrayList<>();
            for (PlantedFault fault : faults) {
                hunts.add(threads.submit(() -> hunt(fault, seeds, unharmed)));
            }
            System.out.println(Find.head());
            List<Find> finds = new ArrayList<>();
            for (Future<Find> hunt : hunts) {
                finds.add(hunt.get());
                System.out.println(finds.get(finds.size() - 1).row());
            }
            return finds;
        } finally {
            threads.shutdownNow();
        }
    }

    private static Find hunt(PlantedFault fault, long seeds, SimulatorUnder unharmed) throws Exception {
        SimulatorUnder faulty = new SimulatorUnder(fault.edits());
        for (long seed = 1; seed <= seeds; seed++) {
            Throwable violation = faulty.run(seed);
            if (violation != null) {
                assertThat(unharmed.run(seed))
                        .as("seed %d, which finds %s, without it", seed, fault.name())
                        .isNull();
                return new Find(fault, seed, String.valueOf(violation.getMessage()));
            }
        }
        return new Find(fault, seeds, null);
    }

    private static void report(List<Find> finds) {
        List<String> missed = finds.stream()
                .filter(find -> find.said() == null)
                .map(find -> find.fault().name())
                .toList();
        System.out.println((finds.size() - missed.size()) + " of " + finds.size() + " faults found");
        assertThat(missed).as("faults that were not found").isEmpty();
    }
}
