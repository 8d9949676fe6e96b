package dev.flotilla.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code flotilla get} as a shell starts it, of a community on this machine's daemon, from its start until it has ended. */
final class ShellGet implements AutoCloseable {
    private static final String COMMUNITY = "benchmark";
    private static final String VALUE = "\"all aboard\"";

    private final Path directory;
    private final Path jar;
    private final Process daemon;

    private ShellGet(Path directory, Path jar, Process daemon) {
        this.directory = directory;
        this.jar = jar;
        this.daemon = daemon;
    }

    /**
     * Starts a daemon with its data in {@code directory}, and has it make the community.
     *
     * @param jar the command's, beside which the launcher lies
     */
    static ShellGet start(Path directory, Path jar) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(bare(jar));
        command.addAll(List.of("run", "--data", directory.resolve("peer").toString()));
        Process daemon = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("daemon.log").toFile())
                .start();
        ShellGet started = new ShellGet(directory, jar, daemon);
        try {
            Wait.until("the daemon to be ready", () -> {
                if (!daemon.isAlive()) {
                    throw new IOException("the daemon ended: " + Files.readString(directory.resolve("daemon.log")));
                }
                return Files.readString(directory.resolve("daemon.log")).contains("ready");
            });
            started.run(bare(jar), "create", COMMUNITY);
            started.run(bare(jar), "set", COMMUNITY, "/motto", VALUE);
            return started;
        } catch (IOException | InterruptedException e) {
            started.close();
            throw e;
        }
    }

    private static List<String> bare(Path jar) {
        return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", jar.toString());
    }

    /** How many seconds it takes by the launcher. The first leaves an archive of classes to those after it. */
    double byLauncher() throws IOException, InterruptedException {
        return get(List.of("sh", jar.resolveSibling("flotilla").toString()));
    }

    /** How many seconds it takes by {@code java -jar}. */
    double byJar() throws IOException, InterruptedException {
        return get(bare(jar));
    }

    private double get(List<String> program) throws IOException, InterruptedException {
        long beginNanos = System.nanoTime();
        String said = run(program, "get", COMMUNITY, "/motto");
        double seconds = (System.nanoTime() - beginNanos) / 1e9;
        if (!said.equals(VALUE)) {
            throw new IOException("flotilla get printed '" + said + "' instead of " + VALUE);
        }
        return seconds;
    }

    private String run(List<String> program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(arguments));
        command.addAll(List.of("--data", directory.resolve("peer").toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(directory.resolve("commands.log").toFile());
        builder.environment()
                .putAll(Map.of(
                        "JAVA_HOME", System.getProperty("java.home"),
                        "XDG_CACHE_HOME", directory.resolve("cache").toString()));
        Process process = builder.start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String last = "";
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                last = line;
            }
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + " ended with " + process.exitValue() + ": "
                        + Files.readString(directory.resolve("commands.log")));
            }
            return last;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            daemon.destroy();
            if (!daemon.waitFor(Wait.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                daemon.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            daemon.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Directories.remove(directory);
    }
}
