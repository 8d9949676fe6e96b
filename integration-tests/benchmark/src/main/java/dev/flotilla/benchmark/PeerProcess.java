package dev.flotilla.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A {@link BenchmarkPeer} as its parent sees it. */
final class PeerProcess implements AutoCloseable {
    private static final Duration FAREWELL = Duration.ofSeconds(20);
    private static final List<String> HEAP = List.of("-Xms1g", "-Xmx1g");
    private static final String END = ""; // of the output

    private final String name;
    private final Path errors;
    private final Path flushes;
    private final Process process;
    private final Writer commands;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

    /**
     * Starts a peer, whose data and logs go into {@code run}.
     *
     * @param place what the peer is told of where it is
     */
    PeerProcess(Library library, Path run, Contender.Place place, BenchmarkSettings settings) throws IOException {
        int number = place.number();
        this.name = library + " " + number;
        this.errors = run.resolve("peer-" + number + ".log");
        this.flushes = run.resolve("peer-" + number + ".flushes");
        Path temporary = Files.createDirectories(run.resolve("tmp-" + number)); // where libraries unpack native code
        List<String> command = new ArrayList<>();
        if (library.isGo()) {
            command.add(settings.goPeer().orElseThrow().toString());
        } else {
            command.addAll(java(temporary, settings));
        }
        command.add(library.toString());
        command.add(place.directory().toString());
        command.add(String.valueOf(number));
        command.add(place.ports().stream().map(String::valueOf).collect(Collectors.joining(",")));
        command.add(String.valueOf(place.patient()));
        command.add(String.valueOf(place.groups()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.directory(run.toFile());
        builder.redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()));
        settings.flushCounter().count(builder, flushes);
        this.process = builder.start();
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "output of " + name);
        reader.setDaemon(true);
        reader.start();
    }

    private static List<String> java(Path temporary, BenchmarkSettings settings) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(HEAP);
        command.addAll(settings.jvmArguments());
        command.add("-Djava.io.tmpdir=" + temporary);
        command.add("-Dlogging.path=" + temporary); // of SOFA's own logs
        command.add("-Dbenchmark.flotilla.log=" + settings.flotillaLog());
        command.add("-Dbenchmark.ballast=" + settings.ballast());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(BenchmarkPeer.class.getName());
        return command;
    }

    private void read() {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(BenchmarkPeer.MARK)) {
                    answers.add(line.substring(BenchmarkPeer.MARK.length()));
                }
            }
        } catch (IOException e) {
            // as if it had ended, which it has, or will
        }
        answers.add(END);
    }

    void send(String command) throws IOException {
        commands.write(command + "\n");
        commands.flush();
    }

    /**
     * The next answer.
     *
     * @throws IOException if there is none in time, or never, since the process has ended; the message has the last lines
     *     of its log
     */
    <T> T receive(Class<T> type, Duration patience) throws IOException, InterruptedException {
        String answer = answers.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        if (answer == null || answer.equals(END)) {
            List<String> log = Files.readAllLines(errors);
            throw new IOException("%s %s; its log ends with:%n%s"
                    .formatted(
                            name,
                            answer == null ? "did not answer within " + patience : "has ended",
                            String.join("\n", log.subList(Math.max(0, log.size() - 20), log.size()))));
        }
        return BenchmarkPeer.JSON.readValue(answer, type);
    }

    <T> T ask(String question, Class<T> type) throws IOException, InterruptedException {
        send(question);
        return receive(type, Wait.PATIENCE);
    }

    /** Waits until it says {@code word}. */
    void expect(String word, Duration patience) throws IOException, InterruptedException {
        String said = receive(String.class, patience);
        if (!said.equals(word)) {
            throw new IOException(name + " said '" + said + "' instead of '" + word + "'");
        }
    }

    Usage usage() throws IOException {
        return Usage.of(process.pid(), flushes);
    }

    /** kill -9. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Stops it where it is (SIGSTOP): its connections stay open, and nothing answers. */
    void stop() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** Lets it go on after {@link #stop}. */
    void goOn() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        List<String> command = List.of("kill", "-" + signal, String.valueOf(process.pid()));
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (status != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + status);
        }
    }

    /** Lets it end by itself, and helps if it does not. */
    @Override
    public void close() throws IOException {
        try {
            commands.close();
            if (!process.waitFor(FAREWELL.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            process.destroyForcibly();
            throw e;
        }
    }
}
