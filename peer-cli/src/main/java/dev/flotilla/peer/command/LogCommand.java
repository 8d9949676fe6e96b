package dev.flotilla.peer.command;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What can be done with a log while no daemon uses it: nothing but its subcommands. */
@Command(
        name = "log",
        description = "Look at, check or convert the log of a peer whose daemon does not run.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {LogShowCommand.class, LogVerifyCommand.class, LogConvertCommand.class})
final class LogCommand implements Runnable {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    @SuppressWarnings("UnusedVariable") // picocli shows the help itself
    private boolean help;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "say what to do with the log: show, verify or convert");
        }
    }
}
