package dev.flotilla.peer.command;

import dev.flotilla.peer.control.CommandException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The command itself: nothing but its subcommands. */
@Command(
        name = "flotilla",
        description = "Peers that agree on JSON documents, over libp2p.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "A first look: flotilla demo", "Help on a command: flotilla COMMAND --help"})
public final class FlotillaCommand implements Runnable {
    private static final List<Class<?>> SUBCOMMANDS = List.of(
            InitCommand.class,
            SwarmKeyCommand.class,
            RunCommand.class,
            RelayCommand.class,
            CreateCommand.class,
            InviteCommand.class,
            JoinCommand.class,
            LeaveCommand.class,
            RemoveCommand.class,
            ForgetCommand.class,
            GetCommand.class,
            SetCommand.class,
            PatchCommand.class,
            WatchCommand.class,
            MembersCommand.class,
            StatusCommand.class,
            SnapshotCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
            TransferCommand.class,
            PriorityCommand.class,
            DialCommand.class,
            PingCommand.class,
            IdentifyCommand.class,
            PerfCommand.class,
            RecoverCommand.class,
            LogCommand.class,
            DemoCommand.class);

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    @SuppressWarnings("UnusedVariable") // picocli shows the help itself
    private boolean help;

    @picocli.CommandLine.Spec
    private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

    private FlotillaCommand() {}

    /** Runs it with the process's own output; returns the exit code: 0 done, 1 failed, 2 wrong usage. */
    public static int run(String... arguments) {
        return run(
                new PrintWriter(System.out, false, StandardCharsets.UTF_8),
                new PrintWriter(System.err, false, StandardCharsets.UTF_8),
                arguments);
    }

    /** Runs it with that output. */
    public static int run(PrintWriter out, PrintWriter err, String... arguments) {
        boolean json = Arrays.asList(arguments).contains("--json");
        int code = commandLine(arguments)
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler((e, rest) -> wrongUsage(e, new Console(out, err, json)))
                .setExecutionExceptionHandler((e, line, result) -> {
                    new Console(out, err, json).error("unexpected, please report it: " + e);
                    return CommandException.FAILED;
                })
                .execute(arguments);
        out.flush();
        err.flush();
        return code;
    }

    /** With the one subcommand that is asked for: picocli takes longer to read all of them than most take to run. */
    private static CommandLine commandLine(String... arguments) {
        CommandLine line = new CommandLine(new FlotillaCommand());
        String asked = arguments.length == 0 ? "" : arguments[0];
        List<Class<?>> named = SUBCOMMANDS.stream()
                .filter(each -> each.getAnnotation(Command.class).name().equals(asked))
                .toList();
        (named.isEmpty() ? SUBCOMMANDS : named).forEach(line::addSubcommand);
        return line;
    }

    private static int wrongUsage(ParameterException e, Console console) {
        String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong usage");
        console.error(message + "; see: " + e.getCommandLine().getCommandSpec().qualifiedName(" ") + " --help");
        return CommandException.WRONG_USAGE;
    }

    /** Without a subcommand. */
    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "a command is missing");
        }
    }
}
