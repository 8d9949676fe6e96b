package dev.flotilla.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the command asked for, in system properties that begin with {@code benchmark.}.
 *
 * @param contenders in the order in which they take turns
 * @param workloads in theirs
 * @param rows the closed loops whose titles contain a match of this
 * @param groups how many, of the workload of that name
 * @param faults how many leaders are lost
 * @param entries how long the log of a peer that starts is
 * @param ballast how many MiB a snapshot has besides the state
 * @param cli the jar of the command {@code flotilla}, beside which its launcher lies
 * @param warmUpSeconds for which a new swarm has each of two loads before its first row
 * @param seconds for which each cell is measured
 * @param rounds how often
 * @param flotillaLog the kind of Flotilla's log
 * @param jvmArguments of each peer, besides the heap
 * @param directory for the data of the peers, emptied after use, and for the result
 * @param flushCounter counts what the peers flush
 * @param goPeer the program of the contenders in Go, if there is one
 */
record BenchmarkSettings(
        List<Library> contenders,
        List<Workload> workloads,
        Pattern rows,
        List<Integer> groups,
        int faults,
        int entries,
        int ballast,
        Path cli,
        double warmUpSeconds,
        double seconds,
        int rounds,
        String flotillaLog,
        List<String> jvmArguments,
        Path directory,
        FlushCounter flushCounter,
        Optional<Path> goPeer) {
    private static final double WARM_UP_SHARE = 0.25;

    BenchmarkSettings {
        contenders = List.copyOf(contenders);
        workloads = List.copyOf(workloads);
        groups = List.copyOf(groups);
        jvmArguments = List.copyOf(jvmArguments);
        if (!(seconds > 0) || !(warmUpSeconds > 0) || rounds < 1) {
            throw new IllegalArgumentException(
                    "benchmark.seconds and benchmark.warmup must be positive and benchmark.rounds at least 1: "
                            + seconds + ", " + warmUpSeconds + ", " + rounds);
        }
    }

    /**
     * From the system properties.
     *
     * @throws IllegalArgumentException if one of them makes no sense
     */
    static BenchmarkSettings read(Path directory, FlushCounter flushCounter) {
        return new BenchmarkSettings(
                list("contenders", ",").stream().map(Library::parse).toList(),
                list("workloads", ",").stream().map(Workload::parse).toList(),
                Pattern.compile(text("rows")),
                list("groups", ",").stream().map(Integer::valueOf).toList(),
                Integer.parseInt(text("faults")),
                Integer.parseInt(text("entries")),
                Integer.parseInt(text("ballast")),
                Path.of(text("cli")).toAbsolutePath().normalize(),
                Double.parseDouble(text("warmup")),
                Double.parseDouble(text("seconds")),
                Integer.parseInt(text("rounds")),
                text("flotilla.log"),
                list("jvm", " "),
                directory,
                flushCounter,
                Optional.empty());
    }

    private static String text(String name) {
        String value = System.getProperty("benchmark." + name);
        if (value == null) {
            throw new IllegalArgumentException("-Dbenchmark." + name + " is missing");
        }
        return value;
    }

    private static List<String> list(String name, String separator) {
        return Arrays.stream(text(name).split(separator, -1))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /** Whether one of the contenders is written in Go. */
    boolean needsGo() {
        return contenders.stream().anyMatch(Library::isGo);
    }

    /** Where Go's sources are. */
    static Path goSources() {
        return Path.of(text("go")).toAbsolutePath().normalize();
    }

    /** The same with the program of the contenders in Go, or without those contenders if there is none. */
    BenchmarkSettings withGoPeer(Optional<Path> program) {
        List<Library> able = program.isPresent()
                ? contenders
                : contenders.stream().filter(library -> !library.isGo()).toList();
        return with(able, flotillaLog, program);
    }

    /** The same with another kind of Flotilla's log. */
    BenchmarkSettings withFlotillaLog(String kind) {
        return with(contenders, kind, goPeer);
    }

    private BenchmarkSettings with(List<Library> others, String kind, Optional<Path> program) {
        return new BenchmarkSettings(
                others,
                workloads,
                rows,
                groups,
                faults,
                entries,
                ballast,
                cli,
                warmUpSeconds,
                seconds,
                rounds,
                kind,
                jvmArguments,
                directory,
                flushCounter,
                program);
    }

    /** A new directory for somebody's data. */
    Path newDirectory(String name) throws IOException {
        return Files.createTempDirectory(directory, name + "-");
    }

    /** Those of {@code cells} that were asked for. */
    List<Cell> chosen(List<Cell> cells) {
        return cells.stream().filter(cell -> rows.matcher(cell.title()).find()).toList();
    }

    /** Writes for as long as a swarm is warmed up. */
    Load warmUp(int outstanding, int bytes) {
        return new Load(outstanding, bytes, 0, warmUpSeconds, 0);
    }

    /** Nothing, for as long as a cell is measured, once a new swarm has come to rest. */
    Load idle() {
        return new Load(0, 0, 0, warmUpSeconds, seconds);
    }

    /** A load with these bounds, for as long as a cell is measured. */
    Load load(int outstanding, int bytes, int readPercent) {
        return new Load(outstanding, bytes, readPercent, seconds * WARM_UP_SHARE, seconds);
    }
}
