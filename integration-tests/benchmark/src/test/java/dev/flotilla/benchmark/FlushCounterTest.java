package dev.flotilla.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlushCounterTest {
    /** Flushes three times, by two ways; run as a process of its own. */
    static final class Flusher {
        public static void main(String[] arguments) throws IOException {
            Path file = Path.of(arguments[0]);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.allocate(8));
                channel.force(false);
                channel.force(true);
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.DSYNC)) {
                channel.write(ByteBuffer.allocate(8));
            }
            System.in.read(); // so that it is there to be looked at
        }
    }

    @Test
    void flushesOfJavaAreCounted(@TempDir Path directory) throws IOException, InterruptedException {
        FlushCounter counter = FlushCounter.compile(directory);
        assumeTrue(counter.counts(), "no cc here");
        Path flushes = directory.resolve("flushes");
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Flusher.class.getName(),
                directory.resolve("file").toString());
        counter.count(builder, flushes);
        Process process = builder.start();
        try {
            Wait.until("three flushes", () -> Usage.of(process.pid(), flushes).flushes() == 3);

            Usage usage = Usage.of(process.pid(), flushes);
            assertThat(usage.cpuSeconds()).isPositive();
            assertThat(usage.residentBytes()).isGreaterThan(1 << 20);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
