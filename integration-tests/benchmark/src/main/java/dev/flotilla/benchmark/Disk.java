package dev.flotilla.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The device on which a directory is, as Linux counts what it does (kernel documentation, iostats). All that the machine
 * writes is in it; what the kernel says of single processes is no measure: it counts a large page in the cache as written
 * by whoever changes a byte of it, though only the blocks that changed go to the disk.
 */
final class Disk {
    private static final Path STATISTICS = Path.of("/proc/diskstats");
    private static final int SECTOR_BYTES = 512; // whatever the device's are
    private static final int SECTORS_WRITTEN = 9;
    private static final int BUSY_MILLIS = 12;

    private final String name; // major and minor number

    /**
     * What the device has done.
     *
     * @param writtenBytes in all
     * @param busySeconds in which it had something to do
     */
    record Work(long writtenBytes, double busySeconds) {
        Work since(Work earlier) {
            return new Work(writtenBytes - earlier.writtenBytes, busySeconds - earlier.busySeconds);
        }
    }

    private Disk(String name) {
        this.name = name;
    }

    /** The one that holds {@code directory}. */
    static Disk of(Path directory) throws IOException {
        long device = (Long) Files.getAttribute(directory, "unix:dev");
        long major = (device >>> 8) & 0xfff;
        long minor = (device & 0xff) | ((device >>> 12) & 0xfff00);
        return new Disk(major + " " + minor);
    }

    /** Since the machine started; nothing if it is no such device, as memory or the network. */
    Work work() throws IOException {
        try (Stream<String> lines = Files.lines(STATISTICS)) {
            return lines.map(line -> List.of(line.strip().split("\\s+", -1)))
                    .filter(fields -> name.equals(fields.get(0) + " " + fields.get(1)))
                    .findFirst()
                    .map(fields -> new Work(
                            Long.parseLong(fields.get(SECTORS_WRITTEN)) * SECTOR_BYTES,
                            Long.parseLong(fields.get(BUSY_MILLIS)) / 1e3))
                    .orElse(new Work(0, 0));
        }
    }
}
