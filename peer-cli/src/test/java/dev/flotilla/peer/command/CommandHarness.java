package dev.flotilla.peer.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.daemon.Daemon;
import dev.flotilla.peer.daemon.DaemonSettings;
import dev.flotilla.peer.daemon.NetworkSettings;
import dev.flotilla.peer.daemon.PeerDirectory;
import dev.flotilla.raft.storage.LogKind;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A daemon in this process, and the commands as a shell runs them. */
final class CommandHarness implements AutoCloseable {
    private final Path directory;
    private final Daemon daemon;

    private CommandHarness(Path directory, Daemon daemon) {
        this.directory = directory;
        this.daemon = daemon;
    }

    static CommandHarness start(Path directory) throws CommandException {
        return new CommandHarness(directory, Daemon.start(DaemonSettings.of(new PeerDirectory(directory))));
    }

    /** The same with that network. */
    static CommandHarness start(Path directory, NetworkSettings network) throws CommandException {
        return new CommandHarness(
                directory,
                Daemon.start(DaemonSettings.of(new PeerDirectory(directory)).withNetwork(network)));
    }

    /** The same with that log, if the directory is new. */
    static CommandHarness start(Path directory, LogKind log) throws CommandException {
        return new CommandHarness(
                directory,
                Daemon.start(DaemonSettings.of(new PeerDirectory(directory)).withLog(log)));
    }

    /** Where the daemon listens, and who it is. */
    String address() {
        return daemon.addresses().get(0).toString();
    }

    /** What a command printed, and how it ended. */
    record Run(int code, String out, String err) {
        /** The one line of an error. */
        String error() {
            assertThat(err.strip().lines()).hasSize(1);
            assertThat(err).startsWith("error: ");
            return err.strip();
        }
    }

    Run run(String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--data", directory.toString()));
        return runAlone(all.toArray(String[]::new));
    }

    /** Runs a command that has nothing to do with a daemon of this process. */
    static Run runAlone(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = FlotillaCommand.run(new PrintWriter(out), new PrintWriter(err), arguments);
        return new Run(code, out.toString(), err.toString());
    }

    /** What it printed, which must have succeeded. */
    String done(String... arguments) {
        Run run = run(arguments);
        assertThat(run.code()).as(run.err()).isZero();
        return run.out().strip();
    }

    /** The same as JSON. */
    JsonNode json(String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.add("--json");
        return Json.parse(done(all.toArray(String[]::new)));
    }

    /** The error, of a command that must have failed with exit code 1. */
    String failed(String... arguments) {
        Run run = run(arguments);
        assertThat(run.code()).as(run.out()).isEqualTo(CommandException.FAILED);
        return run.error();
    }

    @Override
    public void close() {
        daemon.close();
    }
}
