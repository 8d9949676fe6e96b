package dev.flotilla.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What processes have used, as Linux counts it in {@code /proc} (proc(5)).
 *
 * @param cpuSeconds in user and kernel mode
 * @param residentBytes of memory, now
 * @param threads now
 * @param flushes calls that flush to the disk, as {@link FlushCounter} counts them; 0 if it does not
 */
record Usage(double cpuSeconds, long residentBytes, long threads, long flushes) {
    static final Usage NONE = new Usage(0, 0, 0, 0);

    private static final double TICKS_PER_SECOND = 100; // USER_HZ, the same on every architecture that Java runs on

    /** Of the process {@code pid}, whose flushes are counted in {@code flushes} if that file is there. */
    static Usage of(long pid, Path flushes) throws IOException {
        Path process = Path.of("/proc", String.valueOf(pid));
        String stat = Files.readString(process.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1); // from field 3 on
        long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        Path status = process.resolve("status");
        return new Usage(
                ticks / TICKS_PER_SECOND,
                number(status, "VmRSS:") << 10,
                number(status, "Threads:"),
                flushesIn(flushes));
    }

    private static long number(Path file, String name) throws IOException {
        List<String> lines = Files.readAllLines(file);
        for (String line : lines) {
            if (line.startsWith(name)) {
                return Long.parseLong(
                        line.substring(name.length()).replace("kB", "").strip());
            }
        }
        throw new IOException("no " + name + " in " + file);
    }

    private static long flushesIn(Path file) throws IOException {
        return Files.exists(file)
                ? ByteBuffer.wrap(Files.readAllBytes(file))
                        .order(ByteOrder.nativeOrder())
                        .getLong()
                : 0;
    }

    Usage plus(Usage other) {
        return new Usage(
                cpuSeconds + other.cpuSeconds,
                residentBytes + other.residentBytes,
                threads + other.threads,
                flushes + other.flushes);
    }

    /** What was used since {@code earlier}; memory and threads as they are now. */
    Usage since(Usage earlier) {
        return new Usage(cpuSeconds - earlier.cpuSeconds, residentBytes, threads, flushes - earlier.flushes);
    }
}
