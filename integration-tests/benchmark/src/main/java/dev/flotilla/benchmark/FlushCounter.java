package dev.flotilla.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Counts what processes flush to the disk: a small library that stands between them and the C library, and is compiled
 * when it is needed. So a setting that is said to flush is seen to.
 */
final class FlushCounter {
    private static final String SOURCE = "flushes.c";

    private final @Nullable Path library;

    private FlushCounter(@Nullable Path library) {
        this.library = library;
    }

    /** Compiles it in {@code directory}; where there is no {@code cc}, or it fails, nothing is counted. */
    static FlushCounter compile(Path directory) throws IOException, InterruptedException {
        Path source = directory.resolve(SOURCE);
        try (InputStream in = Objects.requireNonNull(FlushCounter.class.getResourceAsStream(SOURCE), SOURCE)) {
            Files.copy(in, source, StandardCopyOption.REPLACE_EXISTING);
        }
        Path library = directory.resolve("libflushes.so");
        List<String> command =
                List.of("cc", "-O2", "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl");
        try {
            Process compiler = new ProcessBuilder(command).inheritIO().start();
            return new FlushCounter(compiler.waitFor() == 0 ? library : null);
        } catch (IOException e) {
            return new FlushCounter(null); // no cc
        }
    }

    boolean counts() {
        return library != null;
    }

    /** Has what {@code builder} starts count in {@code file}. */
    void count(ProcessBuilder builder, Path file) {
        if (library != null) {
            builder.environment().put("LD_PRELOAD", library.toString());
            builder.environment().put("FLOTILLA_FLUSHES", file.toString());
        }
    }
}
