package dev.flotilla.peer.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.daemon.NetworkSettings;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PerfCommandTest {
    private final Path directory;

    PerfCommandTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void bothDirectionsAreMeasured() throws CommandException {
        try (CommandHarness daemon =
                CommandHarness.start(directory, NetworkSettings.defaults().withPerf(true))) {
            String[] lines = daemon.done(
                            "perf",
                            daemon.address(),
                            "--upload",
                            "3MiB",
                            "--download",
                            "1MiB",
                            "--streams",
                            "3",
                            "--json")
                    .split("\n");

            assertThat(lines).hasSize(2);
            JsonNode upload = Json.parse(lines[0]);
            JsonNode download = Json.parse(lines[1]);
            assertThat(upload.path("bytes").asLong()).isEqualTo(3 << 20);
            assertThat(upload.path("direction").asText()).isEqualTo("upload");
            assertThat(download.path("bytes").asLong()).isEqualTo(1 << 20);
            assertThat(download.path("mebibytesPerSecond").asDouble()).isPositive();
            assertThat(daemon.done("perf", daemon.address(), "--upload", "0", "--download", "10"))
                    .matches("download 10 bytes in [0-9.]+ s: [0-9.E-]+ MiB/s over tcp /(tls/1.0.0|noise)");
        }
    }

    @Test
    void aDaemonAnswersOnlyIfItWasToldTo() throws CommandException {
        try (CommandHarness daemon = CommandHarness.start(directory)) {
            assertThat(daemon.failed("perf", daemon.address())).contains("/perf/1.0.0");
        }
    }
}
