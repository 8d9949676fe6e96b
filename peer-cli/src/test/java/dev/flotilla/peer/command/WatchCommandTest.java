package dev.flotilla.peer.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.peer.community.Json;
import java.io.IOException;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code flotilla watch}. */
final class WatchCommandTest {
    private static final int CHANGES_MAX = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path directory;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final StringWriter err = new StringWriter();

    WatchCommandTest(@TempDir Path parent) {
        this.directory = parent.resolve("peer");
    }

    private CommandHarness peer;

    @BeforeEach
    void start() throws Exception {
        peer = CommandHarness.start(directory);
        peer.done("create", "club");
    }

    @AfterEach
    void close() {
        peer.close();
        threads.shutdown();
    }

    private CompletableFuture<Integer> watch(PrintWriter out, String... more) {
        String[] arguments = new String[more.length + 4];
        System.arraycopy(more, 0, arguments, 4, more.length);
        System.arraycopy(new String[] {"watch", "club", "--data", directory.toString()}, 0, arguments, 0, 4);
        return CompletableFuture.supplyAsync(
                () -> FlotillaCommand.run(out, new PrintWriter(err, true), arguments), threads);
    }

    private void change(CompletableFuture<Integer> until) {
        for (int i = 0; !until.isDone() && i < CHANGES_MAX; i++) {
            peer.done("set", "club", "/n", "" + i);
        }
    }

    @Test
    void itPrintsSoManyChanges() {
        StringWriter out = new StringWriter();
        CompletableFuture<Integer> watching = watch(new PrintWriter(out), "--count", "3");
        change(watching);

        assertThat(watching).succeedsWithin(PATIENCE).isEqualTo(0);
        assertThat(out.toString().lines()).hasSize(3).allSatisfy(line -> {
            JsonNode change = Json.parse(line);
            assertThat(change.path("patch").path(0).path("path").asText()).isEqualTo("/n");
        });
    }

    @Test
    void itEndsWhenNobodyReadsAnyMore() throws IOException {
        PipedReader reader = new PipedReader();
        PrintWriter pipe = new PrintWriter(new PipedWriter(reader));
        reader.close();
        CompletableFuture<Integer> watching = watch(pipe);
        change(watching);

        assertThat(watching).succeedsWithin(PATIENCE).isEqualTo(1);
        assertThat(err.toString()).contains("not all of the output could be written");
    }
}
