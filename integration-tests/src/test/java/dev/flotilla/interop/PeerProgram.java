package dev.flotilla.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A small program of another implementation, made from {@code src/test/peers} with that language's own tools. */
interface PeerProgram {
    /** The sources, one directory a language. */
    Path SOURCES = Path.of("src", "test", "peers").toAbsolutePath();

    /** Where programs are made; what is there is used again. */
    Path BUILT = Path.of("target", "interop").toAbsolutePath();

    /**
     * Makes the program, or finds it made, and gives the command that runs it.
     *
     * @throws MissingToolchainException if this machine has not the tools to make it
     */
    Command make() throws IOException, InterruptedException, MissingToolchainException;

    /** The program and its first arguments, and where it runs. */
    record Command(Path directory, List<String> words) {
        public Command {
            words = List.copyOf(words);
        }
    }

    /**
     * Runs a tool to its end; what it says goes to {@code log}.
     *
     * @throws MissingToolchainException if there is no such tool
     * @throws IOException if it fails or does not end; the message quotes the end of the log
     */
    static void run(Path directory, Map<String, String> environment, Path log, int minutes, String... words)
            throws IOException, InterruptedException, MissingToolchainException {
        Files.createDirectories(directory);
        Files.createDirectories(log.toAbsolutePath().getParent());
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new MissingToolchainException(words[0] + " is not installed", e);
        }
        boolean ended = process.waitFor(minutes, TimeUnit.MINUTES);
        if (!ended) {
            process.destroyForcibly().waitFor();
        }
        if (!ended || process.exitValue() != 0) {
            List<String> said = Files.readAllLines(log);
            throw new IOException(String.join(" ", words)
                    + (ended ? " failed: " : " took over " + minutes + " minutes: ")
                    + String.join("\n", said.subList(Math.max(0, said.size() - 20), said.size())));
        }
    }
}
