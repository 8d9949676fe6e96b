package dev.flotilla.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;

/**
 * Measures the contenders in turn, round by round, and prints one table of the medians: contenders that take turns within
 * one run meet the same machine, so that ratios mean something where single figures do not.
 */
final class RaftBenchmark {
    private final BenchmarkSettings settings;
    private final Results results;
    private int failed;

    private RaftBenchmark(BenchmarkSettings settings) {
        this.settings = settings;
        this.results = new Results(settings.flushCounter().counts());
    }

    /**
     * Runs it.
     *
     * @param arguments the directory in which everything is done
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path directory = Files.createDirectories(Path.of(arguments[0]).toAbsolutePath());
        BenchmarkSettings settings = BenchmarkSettings.read(directory, FlushCounter.compile(directory));
        if (settings.needsGo()) {
            Optional<Path> program = GoPeer.build(BenchmarkSettings.goSources(), directory);
            if (program.isEmpty()) {
                System.out.println("there is no Go on this machine: its contenders are left out");
            }
            settings = settings.withGoPeer(program);
        }
        RaftBenchmark benchmark = new RaftBenchmark(settings);
        String text = benchmark.run();
        System.out.println(text);
        System.out.println("the same in " + Files.writeString(directory.resolve("benchmark.md"), text));
        if (benchmark.failed > 0) {
            throw new IOException(benchmark.failed + " workloads failed: see the end of the table");
        }
    }

    private String run() throws InterruptedException {
        for (int round = 1; round <= settings.rounds(); round++) {
            for (Workload workload : settings.workloads()) {
                for (Library library : settings.contenders()) {
                    if (!library.takesPart(workload)) {
                        continue;
                    }
                    System.out.println(
                            "round " + round + " of " + settings.rounds() + ": " + workload + ", " + library);
                    try {
                        workload.run(library, settings, results);
                    } catch (IOException e) { // the others go on
                        results.note(workload.toString(), library, String.valueOf(e.getMessage()));
                        failed++;
                    }
                }
            }
        }
        return heading() + results.table();
    }

    private String heading() {
        return String.format(
                Locale.ROOT,
                "%s, %d cores, JDK %s, %s; three processes on loopback, %s s a cell, medians of %d. In brackets:"
                        + " Flotilla's figure over that of the best other. Spread: of operations/s over the rounds.%n%n",
                LocalDate.now(ZoneOffset.UTC),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version"),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                Metric.OPERATIONS.format(settings.seconds()),
                settings.rounds());
    }
}
