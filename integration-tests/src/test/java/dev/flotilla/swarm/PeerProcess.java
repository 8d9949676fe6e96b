package dev.flotilla.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flotilla.libp2p.Multiaddr;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One peer as an operator has it: a data directory, a daemon that can be killed, and the commands. */
final class PeerProcess implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();
    static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String LISTENING = "listening on ";

    /** How a command ended. */
    record Result(int exitCode, String out, String err) {
        JsonNode json() throws IOException {
            return JSON.readTree(out);
        }

        Result succeeded() {
            assertThat(exitCode).as("exit code; out: %s err: %s", out, err).isZero();
            return this;
        }

        String line() {
            return out.strip();
        }
    }

    private final Path directory;
    private final List<String> prefix; // of every command line of this peer
    private final List<String> listen; // empty: the default

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private @Nullable Process daemon;
    private CompletableFuture<Void> ready = new CompletableFuture<>();

    PeerProcess(Path directory) {
        this(directory, List.of(), List.of());
    }

    /** A peer whose processes are started by {@code prefix}, whose daemon listens at {@code listen}: the first for us. */
    PeerProcess(Path directory, List<String> prefix, List<String> listen) {
        this.directory = directory;
        this.prefix = List.copyOf(prefix);
        this.listen = List.copyOf(listen);
    }

    /** Whether this process, which may be in another network than the peer's, reaches it there. */
    boolean isReachableAt(Multiaddr address) {
        return listen.isEmpty() || address.toString().startsWith(listen.get(0).replaceFirst("/tcp/.*", "/"));
    }

    Path directory() {
        return directory;
    }

    /** The command's jar, which the build puts beside this module. */
    static Path jar() {
        Path jar = Path.of(System.getProperty("flotilla.jar", "../peer-cli/target/flotilla.jar"))
                .toAbsolutePath()
                .normalize();
        assertThat(Files.isRegularFile(jar))
                .as("the jar at %s: build it with mvn package", jar)
                .isTrue();
        return jar;
    }

    private static List<String> java(List<String> prefix, String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-jar",
                jar().toString()));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    /** Runs a command to its end, without a data directory of its own. */
    static Result command(@Nullable String input, String... arguments) throws IOException, InterruptedException {
        return command(List.of(), input, arguments);
    }

    private static Result command(List<String> prefix, @Nullable String input, String... arguments)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(java(prefix, arguments)).start();
        CompletableFuture<String> out = CompletableFuture.supplyAsync(() -> readAll(process.getInputStream()));
        CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> readAll(process.getErrorStream()));
        try (var stdin = process.getOutputStream()) {
            if (input != null) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            }
        }
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the command did not end: " + List.of(arguments));
        }
        return new Result(process.exitValue(), out.join(), err.join());
    }

    private static String readAll(InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(" + e.getMessage() + ")";
        }
    }

    /** Runs a command of this peer to its end. */
    Result run(String... arguments) throws IOException, InterruptedException {
        return runWithInput(null, arguments);
    }

    Result runWithInput(@Nullable String input, String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.add("--data");
        all.add(directory.toString());
        return command(prefix, input, all.toArray(String[]::new));
    }

    /** Starts the daemon and waits until it is ready. */
    PeerProcess start(String... more) throws IOException {
        launch(more);
        awaitReady();
        return this;
    }

    /** Starts it as nothing but a relay and waits until it is ready. */
    PeerProcess startRelay(String... more) throws IOException {
        launchAs("relay", more);
        awaitReady();
        return this;
    }

    /** Starts the daemon. */
    void launch(String... more) throws IOException {
        launchAs("run", more);
    }

    private void launchAs(String command, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(command, "--data", directory.toString()));
        listen.forEach(address -> arguments.addAll(List.of("--listen", address)));
        arguments.addAll(Arrays.asList(more));
        lines.clear();
        ready = new CompletableFuture<>();
        Process started = new ProcessBuilder(java(prefix, arguments.toArray(String[]::new)))
                .redirectErrorStream(true)
                .start();
        daemon = started;
        CompletableFuture<Void> isReady = ready;
        Thread reader = new Thread(() -> follow(started, isReady), "output of " + directory.getFileName());
        reader.setDaemon(true);
        reader.start();
    }

    private void follow(Process process, CompletableFuture<Void> isReady) {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
                if (line.equals("ready")) {
                    isReady.complete(null);
                }
            }
        } catch (IOException e) {
            lines.add("(" + e.getMessage() + ")");
        }
        isReady.completeExceptionally(new AssertionError("the daemon ended: " + lines));
    }

    void awaitReady() {
        ready.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** What the daemon has printed since its last start. */
    List<String> lines() {
        return List.copyOf(lines);
    }

    /** The first address that the daemon prints. */
    String address() {
        return address("/");
    }

    /** The first that begins so. */
    String address(String start) {
        return lines.stream()
                .filter(line -> line.startsWith(LISTENING + start))
                .map(line -> line.substring(LISTENING.length()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no address among " + lines));
    }

    String peerId() {
        String address = address();
        return address.substring(address.lastIndexOf('/') + 1);
    }

    boolean isRunning() {
        return daemon != null && daemon.isAlive();
    }

    /** kill -9. */
    void kill() {
        Process process = daemon;
        if (process != null) {
            process.destroyForcibly().onExit().join();
            daemon = null;
        }
    }

    /** Stops the process in its tracks until {@link #resume}: it neither hears nor speaks, and does not know it. */
    void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        long pid = Objects.requireNonNull(daemon, "no daemon runs").pid();
        Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start();
        assertThat(kill.waitFor()).as("kill -%s %d", signal, pid).isZero();
    }

    /** SIGTERM; the daemon's exit code. */
    int terminate() throws InterruptedException {
        Process process = Objects.requireNonNull(daemon, "no daemon runs");
        process.destroy();
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        daemon = null;
        return process.exitValue();
    }

    @Override
    public void close() {
        kill();
    }
}
