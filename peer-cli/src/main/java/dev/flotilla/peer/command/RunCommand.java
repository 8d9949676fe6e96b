package dev.flotilla.peer.command;

import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.daemon.Daemon;
import dev.flotilla.peer.daemon.DaemonSettings;
import dev.flotilla.raft.storage.LogKind;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "run", description = "Run the daemon, until it is told to end (SIGTERM or Ctrl-C).")
final class RunCommand extends PeerCommand {
    @Mixin
    private NetworkOptions network = new NetworkOptions();

    @Option(
            names = "--election-timeout",
            paramLabel = "DURATION",
            description = "How long a leader may be silent before another is elected (default: 1s).")
    private String electionTimeout = "1s";

    @Option(
            names = "--entry-bytes-max",
            paramLabel = "N",
            description = "The largest change that is taken, in bytes (default: 1048576).")
    private int entryBytesMax = DaemonSettings.ENTRY_BYTES_MAX;

    @Option(
            names = "--log-tail",
            paramLabel = "N",
            description = "How many entries stay in the log behind a snapshot, for slow followers (default: 1000).")
    private long logTail = DaemonSettings.LOG_TAIL;

    @Option(
            names = "--log",
            paramLabel = "KIND",
            description = "What a new data directory keeps its log in, h2 or segments (default: h2, or what it has).")
    private @Nullable String log;

    @Option(names = "--verbose", description = "Log what happens in detail.")
    private boolean verbose;

    /** Whoever starts a daemon as a part of itself takes it along when it dies, however it dies. */
    @Option(names = "--until-input-ends", hidden = true)
    private boolean untilInputEnds;

    @Override
    void logging() {
        Logging.ofDaemon(verbose);
    }

    @Override
    void run(Console console) throws CommandException, IOException {
        Daemon daemon = Daemon.start(settings());
        RunningPeer.run(daemon, daemon.addresses(), console, untilInputEnds);
    }

    private DaemonSettings settings() throws CommandException {
        Duration timeout = Inputs.duration(electionTimeout);
        try {
            return DaemonSettings.of(directory())
                    .withLog(log == null ? null : LogKind.parse(log))
                    .withNetwork(network.settings(directory()))
                    .withLimits(timeout, entryBytesMax, logTail);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(String.valueOf(e.getMessage()));
        }
    }
}
