package dev.flotilla.benchmark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** The figures of all rounds, and the table that is made of them: of each figure the median, and Flotilla's ratio. */
final class Results {
    private final boolean flushesCounted;
    private final Map<Cell, Map<Library, Map<Metric, List<Double>>>> figures = new LinkedHashMap<>();
    private final Map<String, Map<Library, List<Double>>> seconds = new LinkedHashMap<>(); // by row
    private final List<String> notes = new ArrayList<>();

    Results(boolean flushesCounted) {
        this.flushesCounted = flushesCounted;
    }

    void add(Cell cell, Library library, Swarm.Measured measured) {
        Load.Outcome outcome = measured.outcome();
        Usage usage = measured.usage();
        add(cell, library, Metric.CORES, usage.cpuSeconds() / outcome.seconds());
        add(cell, library, Metric.RESIDENT, usage.residentBytes() / (double) (1 << 20) / Swarm.PEERS);
        add(cell, library, Metric.THREADS, usage.threads() / (double) Swarm.PEERS);
        if (flushesCounted) {
            add(cell, library, Metric.FLUSHES, usage.flushes() / outcome.seconds() / Swarm.PEERS);
        }
        if (cell.isIdle()) {
            System.out.printf(Locale.ROOT, "  %s: %.3f cores%n", cell.title(), usage.cpuSeconds() / outcome.seconds());
            return;
        }
        double perSecond = outcome.operations() / outcome.seconds();
        System.out.printf(Locale.ROOT, "  %s: %,.0f/s, p50 %,.0f µs%n", cell.title(), perSecond, outcome.p50Micros());
        add(cell, library, Metric.OPERATIONS, perSecond);
        if (outcome.failed() > 0) {
            note(
                    cell.title(),
                    library,
                    String.format(
                            Locale.ROOT,
                            "%,d operations failed, the last with: %s",
                            outcome.failed(),
                            outcome.failure()));
        }
        if (outcome.operations() == 0) {
            note(cell.title(), library, "nothing ended in time");
            return;
        }
        add(cell, library, Metric.MEGABYTES, outcome.writes() * (double) cell.bytes() / outcome.seconds() / 1e6);
        add(cell, library, Metric.P50, outcome.p50Micros());
        add(cell, library, Metric.P99, outcome.p99Micros());
        add(cell, library, Metric.P999, outcome.p999Micros());
        add(cell, library, Metric.CPU, usage.cpuSeconds() * 100_000 / outcome.operations());
        add(cell, library, Metric.DISK, 100 * measured.disk().busySeconds() / outcome.seconds());
        if (outcome.writes() > 0) {
            add(
                    cell,
                    library,
                    Metric.WRITTEN,
                    measured.disk().writtenBytes() / (double) outcome.writes() / Swarm.PEERS);
        }
    }

    /** Tells below the table what did not happen, and why. */
    void note(String row, Library library, String why) {
        System.out.println("  " + row + ": " + why);
        notes.add(row + ", " + library + ": " + why);
    }

    /** How long something took. */
    void addSeconds(String row, Library library, double figure) {
        System.out.printf(Locale.ROOT, "  %s: %,.3f s%n", row, figure);
        seconds.computeIfAbsent(row, key -> new LinkedHashMap<>())
                .computeIfAbsent(library, key -> new ArrayList<>())
                .add(figure);
    }

    private void add(Cell cell, Library library, Metric metric, double figure) {
        figures.computeIfAbsent(cell, key -> new LinkedHashMap<>())
                .computeIfAbsent(library, key -> new EnumMap<>(Metric.class))
                .computeIfAbsent(metric, key -> new ArrayList<>())
                .add(figure);
    }

    /** The median; empty if there is no figure. */
    private OptionalDouble median(Cell cell, Library library, Metric metric) {
        List<Double> rounds = rounds(cell, library, metric);
        return rounds.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(median(rounds));
    }

    private List<Double> rounds(Cell cell, Library library, Metric metric) {
        return figures.getOrDefault(cell, Map.of())
                .getOrDefault(library, Map.of())
                .getOrDefault(metric, List.of());
    }

    static double median(List<Double> rounds) {
        double[] sorted =
                rounds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Flotilla's median over the best of the others; empty if there are not both, or neither is better than the other. */
    private OptionalDouble ratio(Cell cell, Metric metric) {
        OptionalDouble ours = median(cell, Library.FLOTILLA, metric);
        var others = figures.getOrDefault(cell, Map.of()).keySet().stream()
                .filter(library -> library != Library.FLOTILLA)
                .map(library -> median(cell, library, metric))
                .flatMapToDouble(OptionalDouble::stream);
        OptionalDouble best =
                switch (cell.isIdle() && metric == Metric.CORES ? Metric.Better.LESS : metric.better()) {
                    case MORE -> others.max();
                    case LESS -> others.min();
                    case NEITHER -> OptionalDouble.empty();
                };
        return ours.isEmpty() || best.isEmpty() || best.getAsDouble() == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(ours.getAsDouble() / best.getAsDouble());
    }

    /** In Markdown. */
    String table() {
        StringBuilder text = new StringBuilder();
        if (!figures.isEmpty()) {
            text.append("| | |");
            Arrays.stream(Metric.values())
                    .forEach(metric -> text.append(' ').append(metric.title()).append(" |"));
            text.append(" spread |\n| --- | --- |")
                    .append(" ---: |".repeat(Metric.values().length + 1))
                    .append('\n');
            figures.forEach((cell, libraries) -> libraries.keySet().forEach(library -> appendRow(text, cell, library)));
            text.append('\n').append(summary());
        }
        if (!seconds.isEmpty()) {
            text.append("\n| seconds | | median | least | most |\n| --- | --- | ---: | ---: | ---: |\n");
            seconds.forEach((row, libraries) -> libraries.forEach((library, taken) -> {
                text.append("| ").append(row).append(" | ").append(library).append(" |");
                appendSeconds(text, taken, library == Library.FLOTILLA ? bestOther(libraries) : OptionalDouble.empty());
            }));
        }
        notes.forEach(note -> text.append("- ").append(note).append('\n'));
        return text.toString();
    }

    private static OptionalDouble bestOther(Map<Library, List<Double>> libraries) {
        return libraries.entrySet().stream()
                .filter(entry -> entry.getKey() != Library.FLOTILLA)
                .mapToDouble(entry -> median(entry.getValue()))
                .min();
    }

    private static void appendSeconds(StringBuilder text, List<Double> taken, OptionalDouble bestOther) {
        double median = median(taken);
        text.append(String.format(Locale.ROOT, " %.3f", median));
        if (bestOther.isPresent()) {
            text.append(String.format(Locale.ROOT, " (%.2f)", median / bestOther.getAsDouble()));
        }
        text.append(String.format(Locale.ROOT, " | %.3f | %.3f |%n", Collections.min(taken), Collections.max(taken)));
    }

    private void appendRow(StringBuilder text, Cell cell, Library library) {
        text.append("| ").append(cell.title()).append(" | ").append(library).append(" |");
        for (Metric metric : Metric.values()) {
            OptionalDouble figure = median(cell, library, metric);
            String shown = figure.isPresent()
                    ? metric.format(figure.getAsDouble())
                    : metric == Metric.FLUSHES && !flushesCounted ? "not counted" : "";
            OptionalDouble ratio = library == Library.FLOTILLA ? ratio(cell, metric) : OptionalDouble.empty();
            text.append(' ').append(shown);
            if (ratio.isPresent()) {
                text.append(String.format(Locale.ROOT, " (%.2f)", ratio.getAsDouble()));
            }
            text.append(" |");
        }
        text.append(spread(rounds(cell, library, Metric.OPERATIONS))).append(" |\n");
    }

    /** How far the rounds' operations a second are apart. */
    private static String spread(List<Double> rounds) {
        double most = rounds.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        double least = rounds.stream().mapToDouble(Double::doubleValue).min().orElse(0);
        return most == 0 ? "" : String.format(Locale.ROOT, " %.0f %%", 100 * (most - least) / median(rounds));
    }

    private String summary() {
        double[] ratios = figures.keySet().stream()
                .map(cell -> ratio(cell, Metric.OPERATIONS))
                .flatMapToDouble(OptionalDouble::stream)
                .toArray();
        if (ratios.length == 0) {
            return "";
        }
        double mean = Math.exp(Arrays.stream(ratios).map(Math::log).average().orElseThrow());
        double least = Arrays.stream(ratios).min().orElseThrow();
        return String.format(
                Locale.ROOT,
                "Operations a second, Flotilla over the best other: geometric mean of %d rows %.2f, least %.2f.%n",
                ratios.length,
                mean,
                least);
    }
}
