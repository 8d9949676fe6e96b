package dev.flotilla.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Commands as a shell starts them: by the launcher beside the jar, and by the jar alone. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a POSIX shell's")
class LauncherIT {
    private final Path directory;
    private final PeerProcess peer;

    LauncherIT(@TempDir Path directory) {
        this.directory = directory;
        this.peer = new PeerProcess(directory.resolve("ada"));
    }

    @BeforeEach
    void start() throws Exception {
        peer.start();
        peer.run("create", "club").succeeded();
        peer.run("set", "club", "/motto", "\"all aboard\"").succeeded();
    }

    @AfterEach
    void stop() {
        peer.close();
    }

    @Test
    void theFirstCommandLeavesAnArchiveToTheOthers() throws Exception {
        assertThat(get(cache())).isEqualTo("0 \"all aboard\"");
        List<Path> archives = archives();
        assertThat(archives).singleElement().asString().endsWith(".jsa");
        var made = Files.getLastModifiedTime(archives.get(0));
        assertThat(get(cache())).isEqualTo("0 \"all aboard\"");
        assertThat(archives()).isEqualTo(archives);
        assertThat(Files.getLastModifiedTime(archives.get(0))).isEqualTo(made);
    }

    @Test
    void anArchiveThatWasCutShortIsMadeAgain() throws Exception {
        get(cache());
        Path archive = archives().get(0);
        byte[] whole = Files.readAllBytes(archive);
        Files.delete(archive);
        Files.write(archive, Arrays.copyOf(whole, whole.length / 2));
        assertThat(get(cache())).isEqualTo("0 \"all aboard\"");
        assertThat(archives()).singleElement().satisfies(file -> assertThat(Files.size(file))
                .isGreaterThan(whole.length / 2));
    }

    @Test
    void aCacheThatCannotBeMadeIsNoObstacle() throws Exception {
        assertThat(get(Files.createFile(directory.resolve("file")))).isEqualTo("0 \"all aboard\"");
    }

    @Test
    void theLauncherEndsAsTheCommandDoesAndKeepsNothingOfAFailure() throws Exception {
        assertThat(launch(cache(), "get", "none", "--data", peer.directory().toString()))
                .startsWith("1 error: ");
        assertThat(launch(cache(), "get")).startsWith("2 error: ");
        assertThat(archives()).isEmpty();
    }

    @Test
    void aCommandLoadsNeitherLogbackNorTls() throws Exception {
        Path loaded = directory.resolve("loaded");
        assertThat(run(
                        cache(),
                        java(),
                        "-Xlog:class+load:file=" + loaded,
                        "-jar",
                        PeerProcess.jar().toString(),
                        "get",
                        "club",
                        "/motto",
                        "--data",
                        peer.directory().toString()))
                .isEqualTo("0 \"all aboard\"");
        String classes = Files.readString(loaded);
        assertThat(classes.contains("dev.flotilla.libp2p.noise.Noise ")).isTrue();
        assertThat(Stream.of(
                        "ch.qos.logback.classic.LoggerContext ",
                        "ch.qos.logback.core.joran.",
                        "dev.flotilla.libp2p.tls.TlsContexts ",
                        "sun.security.ssl.SSLContextImpl ",
                        "dev.flotilla.peer.demo."))
                .noneMatch(classes::contains);
    }

    private Path cache() {
        return directory.resolve("cache");
    }

    private List<Path> archives() throws IOException {
        Path folder = cache().resolve("flotilla");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jsa")).toList();
        }
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private String get(Path cache) throws Exception {
        return launch(cache, "get", "club", "/motto", "--data", peer.directory().toString());
    }

    private String launch(Path cache, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(PeerProcess.jar().resolveSibling("flotilla").toString()));
        command.addAll(Arrays.asList(arguments));
        return run(cache, command.toArray(String[]::new));
    }

    /** The exit code and all that was printed. */
    private String run(Path cache, String... command) throws Exception {
        Path printed = directory.resolve("printed");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(printed.toFile());
        builder.environment().put("XDG_CACHE_HOME", cache.toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        if (!process.waitFor(PeerProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the command did not end: " + Arrays.toString(command));
        }
        return process.exitValue() + " "
                + Files.readString(printed, StandardCharsets.UTF_8).strip();
    }
}
