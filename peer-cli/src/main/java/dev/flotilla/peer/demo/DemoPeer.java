package dev.flotilla.peer.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.control.ControlClient;
import dev.flotilla.peer.daemon.DaemonFile;
import dev.flotilla.peer.daemon.PeerDirectory;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One peer of the demonstration: its directory, and while it runs its process and a connection to it. */
final class DemoPeer implements AutoCloseable {
    private static final String MAIN_CLASS = "dev.flotilla.peer.Flotilla";
    private static final long START_SECONDS_MAX = 30;
    private static final long END_SECONDS_MAX = 5;

    private final String name;
    private final Path path;
    private @Nullable Process process;
    private @Nullable ControlClient client;
    private volatile boolean running;

    /** @param name one letter */
    DemoPeer(String name, Path parent) {
        this.name = name;
        this.path = parent.resolve("peer-" + name);
    }

    String name() {
        return name;
    }

    boolean isRunning() {
        return running;
    }

    /** Starts the process; returns when the peer is ready. */
    void start() throws IOException, CommandException {
        disconnect();
        PeerDirectory directory = new PeerDirectory(path);
        Process started = new ProcessBuilder(commandLine())
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        path.resolveSibling("peer-" + name + ".log").toFile()))
                .start();
        process = started;
        awaitReady(started);
        DaemonFile.Running daemon = directory.running();
        client = ControlClient.connect(directory.operator(), daemon.peerId(), daemon.addresses());
        running = true;
    }

    private List<String> commandLine() {
        return List.of(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                MAIN_CLASS,
                "run",
                "--data",
                path.toString(),
                "--log-tail",
                "50",
                "--until-input-ends");
    }

    /** Reads what it prints on a thread of its own, since a peer that hangs must not hang the demonstration. */
    private void awaitReady(Process started) throws IOException {
        CompletableFuture<Boolean> ready = new CompletableFuture<>();
        Thread reader = new Thread(() -> read(started, ready), "output of peer " + name);
        reader.setDaemon(true);
        reader.start();
        if (!ready.completeOnTimeout(false, START_SECONDS_MAX, TimeUnit.SECONDS).join()) {
            throw new IOException("peer " + name + " did not start; see " + path + ".log");
        }
    }

    private static void read(Process started, CompletableFuture<Boolean> ready) {
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.equals("ready")) {
                    ready.complete(true);
                }
            }
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
        ready.complete(false);
    }

    /** Kills the process with SIGKILL: it flushes nothing and tells nobody. */
    void kill() throws InterruptedException {
        Process killed = process;
        if (killed != null) {
            killed.destroyForcibly().waitFor();
        }
        running = false;
    }

    private void disconnect() {
        running = false;
        ControlClient connected = client;
        client = null;
        if (connected != null) {
            connected.close();
        }
    }

    /** Asks the peer, as a command would. */
    JsonNode call(JsonNode request) throws CommandException, IOException {
        ControlClient connected = client;
        if (connected == null) {
            throw new IOException("peer " + name + " is not running");
        }
        return connected.call(request, progress -> true);
    }

    /** Ends it in order. */
    @Override
    public void close() {
        disconnect();
        Process ending = process;
        if (ending == null) {
            return;
        }
        try {
            ending.getOutputStream().close(); // its input ends
            if (!ending.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                ending.destroyForcibly();
            }
        } catch (IOException e) {
            ending.destroyForcibly();
        } catch (InterruptedException e) {
            ending.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
