package dev.flotilla.peer.command;

import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.daemon.PeerDirectory;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all subcommands share: {@code --data}, {@code --json}, {@code --help}, and how they end. */
abstract class PeerCommand implements Callable<Integer> {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where the peer keeps its identity and log (default: ~/.flotilla).")
    private @Nullable String data;

    @Option(names = "--json", description = "Print JSON, one value a line.")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    @SuppressWarnings("UnusedVariable") // picocli shows the help itself
    private boolean help;

    @Spec
    private @Nullable CommandSpec spec;

    /** Does it; what cannot be done is thrown. */
    abstract void run(Console console) throws CommandException, IOException;

    /** What is logged; a command says itself what there is to say. */
    void logging() {
        Logging.ofCommand();
    }

    @Override
    public final Integer call() {
        CommandSpec own = spec;
        if (own == null) {
            throw new IllegalStateException("picocli has not set the command up");
        }
        var line = own.commandLine();
        Console console = new Console(line.getOut(), line.getErr(), json);
        logging();
        try {
            run(console);
            if (console.isBroken()) {
                console.broken();
                return CommandException.FAILED;
            }
            return 0;
        } catch (CommandException e) {
            console.error(e.line(), e.retryToken());
            return e.exitCode();
        } catch (IOException e) {
            console.error(String.valueOf(e.getMessage()));
            return CommandException.FAILED;
        }
    }

    final PeerDirectory directory() throws CommandException {
        try {
            return new PeerDirectory(
                    data == null ? Path.of(System.getProperty("user.home"), ".flotilla") : Path.of(data));
        } catch (InvalidPathException e) {
            throw CommandException.usage("not a directory name: '" + data + "'");
        }
    }
}
