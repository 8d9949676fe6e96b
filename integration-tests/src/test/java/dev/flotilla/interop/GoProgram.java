package dev.flotilla.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The go-libp2p peer. Go's own cache keeps what it has compiled. */
final class GoProgram implements PeerProgram {
    private static final int MINUTES = 10;

    @Override
    public Command make() throws IOException, InterruptedException, MissingToolchainException {
        Path program = BUILT.resolve("go-peer");
        // Any Go from 1.21 on fetches the one that go.mod names, though its distributor may have told it not to.
        PeerProgram.run(
                SOURCES.resolve("go"),
                Map.of("GOTOOLCHAIN", "auto", "GOFLAGS", "-mod=readonly -buildvcs=false", "CGO_ENABLED", "0"),
                BUILT.resolve("go.log"),
                MINUTES,
                "go",
                "build",
                "-o",
                program.toString(),
                ".");
        return new Command(BUILT, List.of(program.toString()));
    }
}
