package dev.flotilla.benchmark;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Something that a swarm has to do, and what is measured of it. */
enum Workload {
    /** Closed loops of writes at the leader. */
    WRITES {
        @Override
        void run(Library library, BenchmarkSettings settings, Results results)
                throws IOException, InterruptedException {
            closedLoops(Cell.writes(), library, settings, results);
        }
    },
    /** Closed loops of linearizable reads at the leader, at a follower, and among writes. */
    READS {
        @Override
        void run(Library library, BenchmarkSettings settings, Results results)
                throws IOException, InterruptedException {
            closedLoops(Cell.reads(), library, settings, results);
        }
    },
    /** How long nothing can be written when the leader is killed; with each library's default time-outs. */
    FAILOVER {
        @Override
        void run(Library library, BenchmarkSettings settings, Results results)
                throws IOException, InterruptedException {
            failOvers("failover after kill -9", Swarm.Fault.KILL, library, settings, results);
        }
    },
    /** The same when the leader falls silent, and its connections stay open. */
    SILENCE {
        @Override
        void run(Library library, BenchmarkSettings settings, Results results)
                throws IOException, InterruptedException {
            failOvers("failover after kill -STOP", Swarm.Fault.STOP, library, settings, results);
        }
    },
    /** What many groups cost while nothing happens, and what they do together. */
    GROUPS {
        @Override
        void run(Library library, BenchmarkSettings settings, Results results) throws InterruptedException {
            for (int groups : settings.groups()) {
                if (groups > library.groupsMax()) {
                    results.note(Cell.idle(groups).title(), library, "not run, at most " + library.groupsMax());
                    continue;
                }
                try (Swarm swarm = Swarm.start(library, true, groups, settings)) {
                    results.add(Cell.idle(groups), library, swarm.idle(settings.idle()));
                    Cell busy = Cell.busy(groups);
                    swarm.runOverGroups(settings.warmUp(busy.outstanding(), busy.bytes()));
                    Load load = settings.load(busy.outstanding(), busy.bytes(), busy.readPercent());
                    results.add(busy, library, swarm.runOverGroups(load));
                } catch (IOException e) { // more than it can, perhaps; the others go on
                    results.note(Cell.busy(groups).title(), library, String.valueOf(e.getMessage()));
                }
            }
        }
    },
    /** How long a follower needs for what it missed. */
    CATCHUP {
        @Override
        void run(Library library, BenchmarkSettings settings, Results results)
                throws IOException, InterruptedException {
            try (Swarm swarm = Swarm.start(library, true, settings)) {
                warmUp(swarm, settings);
                Load missed = Load.writes(MISSED_OUTSTANDING, MISSED_BYTES, MISSED);
                results.addSeconds(
                        String.format(Locale.ROOT, "catch-up of %,d entries of %d B", MISSED, MISSED_BYTES),
                        library,
                        swarm.catchUp(missed));
            }
        }
    };

    private static final int WARM_UP_BYTES = 256;
    private static final List<Integer> WARM_UP_OUTSTANDING = List.of(64, 1024);
    private static final int FAULTS = 10;
    private static final int WRITES_BEFORE_FAULTS = 100;
    private static final int MISSED = 200_000;
    private static final int MISSED_BYTES = 256;
    private static final int MISSED_OUTSTANDING = 256;

    /** Has a new swarm of {@code library} do it. */
    abstract void run(Library library, BenchmarkSettings settings, Results results)
            throws IOException, InterruptedException;

    private static void failOvers(
            String row, Swarm.Fault fault, Library library, BenchmarkSettings settings, Results results)
            throws IOException, InterruptedException {
        try (Swarm swarm = Swarm.start(library, false, settings)) {
            swarm.run(Load.writes(1, WARM_UP_BYTES, WRITES_BEFORE_FAULTS), true);
            for (int i = 0; i < FAULTS; i++) {
                results.addSeconds(row, library, swarm.failOver(fault));
            }
        }
    }

    private static void closedLoops(List<Cell> cells, Library library, BenchmarkSettings settings, Results results)
            throws IOException, InterruptedException {
        try (Swarm swarm = Swarm.start(library, true, settings)) {
            warmUp(swarm, settings);
            for (Cell cell : settings.chosen(cells)) {
                Load load = settings.load(cell.outstanding(), cell.bytes(), cell.readPercent());
                results.add(cell, library, swarm.run(load, cell.atLeader()));
            }
        }
    }

    private static void warmUp(Swarm swarm, BenchmarkSettings settings) throws IOException, InterruptedException {
        for (int outstanding : WARM_UP_OUTSTANDING) {
            swarm.run(settings.warmUp(outstanding, WARM_UP_BYTES), true);
        }
    }

    /**
     * The workload of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Workload parse(String name) {
        return Arrays.stream(values())
                .filter(workload -> workload.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no workload '" + name + "'; there are "
                        + Arrays.stream(values()).map(Workload::toString).collect(Collectors.joining(", "))));
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
