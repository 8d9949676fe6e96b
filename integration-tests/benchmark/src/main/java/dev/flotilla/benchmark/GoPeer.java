package dev.flotilla.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The program of the contenders in Go, built by Go's own tools from {@code src/main/peers/go}. */
final class GoPeer {
    private GoPeer() {}

    /**
     * Builds it in {@code directory}; Go's caches keep what was downloaded and compiled. Empty if there is no Go.
     *
     * @throws IOException if Go fails; it has said why
     */
    static Optional<Path> build(Path sources, Path directory) throws IOException, InterruptedException {
        Path program = directory.resolve("go-peer");
        ProcessBuilder builder = new ProcessBuilder(List.of("go", "build", "-o", program.toString(), "."))
                .directory(sources.toFile())
                .inheritIO();
        // Any Go from 1.21 on fetches the one that go.mod names, though its distributor may have told it not to.
        builder.environment().put("GOTOOLCHAIN", "auto");
        builder.environment().put("GOFLAGS", "-mod=readonly -buildvcs=false");
        builder.environment().put("CGO_ENABLED", "0");
        Process compiler;
        try {
            compiler = builder.start();
        } catch (IOException e) {
            return Optional.empty(); // no such program
        }
        int status = compiler.waitFor();
        if (status != 0) {
            throw new IOException("go build in " + sources + " ended with " + status);
        }
        return Optional.of(program);
    }
}
