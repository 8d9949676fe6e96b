package dev.flotilla.benchmark;

import java.io.IOException;
import java.nio.file.Files;
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
        void run(Library library, BenchmarkSettings settings, Results results)
                throws IOException, InterruptedException {
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
                        swarm.catchUp(missed).applied());
            }
        }
    },
    /** How long a peer with a long log needs until it takes part; Flotilla's with either log. */
    START {
        @Override
        void run(Library library, BenchmarkSettings settings, Results results)
                throws IOException, InterruptedException {
            starts("", library, settings, results);
            if (library == Library.FLOTILLA) {
                String other = settings.flotillaLog().equals("h2") ? "segments" : "h2";
                starts(", " + other + " log", library, settings.withFlotillaLog(other), results);
            }
        }

        private void starts(String variant, Library library, BenchmarkSettings settings, Results results)
                throws IOException, InterruptedException {
            try (Swarm swarm = Swarm.start(library, true, settings)) {
                swarm.run(Load.writes(MISSED_OUTSTANDING, MISSED_BYTES, settings.entries()), true);
                Swarm.Recovered taken = swarm.restartFollower();
                String row = String.format(
                        Locale.ROOT, "start with %,d entries of %d B%s", settings.entries(), MISSED_BYTES, variant);
                results.addSeconds(row + ", until it follows", library, taken.follows());
                results.addSeconds(row + ", until it has applied them", library, taken.applied());
            }
        }
    },
    /** How long a follower needs that its leader gives a large snapshot, and what writes at the leader lose meanwhile. */
    SNAPSHOT {
        @Override
        void run(Library library, BenchmarkSettings settings, Results results)
                throws IOException, InterruptedException {
            String row = String.format(Locale.ROOT, "snapshot of %,d MiB", settings.ballast());
            if (!library.snapshots()) {
                results.note(row, library, "not run");
                return;
            }
            try (Swarm swarm = Swarm.start(library, true, settings)) {
                warmUp(swarm, settings);
                long bytes = (long) settings.ballast() << 20;
                Swarm.Transferred taken = swarm.transferSnapshot(
                        Load.writes(MISSED_OUTSTANDING, MISSED_BYTES, MISSED_BY_SNAPSHOT),
                        settings.load(WARM_UP_OUTSTANDING.get(0), MISSED_BYTES, 0),
                        bytes);
                results.addSeconds(row + ", until it was caught up", library, taken.seconds());
                if (taken.copySeconds() > 0) {
                    results.addSeconds(row + ", a plain copy between the same peers", library, taken.copySeconds());
                }
                results.note(row, library, taken.describe(bytes));
            }
        }
    },
    /** How long a command takes from the shell; Flotilla alone. */
    SHELL {
        @Override
        void run(Library library, BenchmarkSettings settings, Results results)
                throws IOException, InterruptedException {
            if (library != Library.FLOTILLA) {
                return;
            }
            if (!Files.exists(settings.cli())) {
                results.note("flotilla get", library, "not run, there is no " + settings.cli());
                return;
            }
            try (ShellGet shell = ShellGet.start(settings.newDirectory("shell"), settings.cli())) {
                double unused = shell.byLauncher();
                for (int i = 0; i < GETS; i++) {
                    results.addSeconds("flotilla get by the launcher", library, shell.byLauncher());
                }
                for (int i = 0; i < GETS; i++) {
                    results.addSeconds("flotilla get by java -jar", library, shell.byJar());
                }
            }
        }
    };

    private static final int WARM_UP_BYTES = 256;
    private static final List<Integer> WARM_UP_OUTSTANDING = List.of(64, 1024);
    private static final int WRITES_BEFORE_FAULTS = 100;
    private static final int GETS = 10;
    private static final int MISSED = 200_000;
    private static final int MISSED_BY_SNAPSHOT = 5_000;
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
            for (int i = 0; i < settings.faults(); i++) {
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
