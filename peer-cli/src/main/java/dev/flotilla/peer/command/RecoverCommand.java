package dev.flotilla.peer.command;

import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.control.Suggestion;
import dev.flotilla.peer.daemon.OfflineRecovery;
import dev.flotilla.raft.recovery.RecoveryPlan;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "recover",
        description = {
            "Go on with a community whose majority is gone for good, with this peer as its only voter.",
            "Shows what would be done; with --confirm, does it. Either way while no daemon runs."
        })
final class RecoverCommand extends PeerCommand {
    @Parameters(index = "0", paramLabel = "COMMUNITY", description = "Which community.")
    private String community = "";

    @Option(
            names = "--confirm",
            paramLabel = "PLAN",
            description = "Do what the plan of that number says; it is printed with the plan.")
    private @Nullable String confirm;

    @Override
    void run(Console console) throws CommandException, IOException {
        try (OfflineRecovery recovery = OfflineRecovery.open(directory(), community)) {
            RecoveryPlan plan = recovery.plan();
            if (confirm == null) {
                show(console, recovery, plan);
            } else if (confirm.equals(plan.digest())) {
                recovery.apply(plan);
                console.result(
                        recovery.json(plan).put("recovered", true),
                        "recovered: '" + community + "' is now " + plan.successor() + ", and this peer its only voter;"
                                + " start the daemon, then invite the others: " + Suggestion.of("invite", community));
            } else {
                throw CommandException.failed("plan " + confirm + " is not that of what is found here now, "
                        + plan.digest() + "; look at the plan again: " + Suggestion.of("recover", community));
            }
        }
    }

    /** The plan and the command that applies it. */
    private void show(Console console, OfflineRecovery recovery, RecoveryPlan plan) throws CommandException {
        if (console.isJson()) {
            console.line(Json.line(recovery.json(plan).put("recovered", false)));
            return;
        }
        recovery.text(plan).forEach(console::line);
        console.line("");
        console.line("  "
                + Suggestion.of(
                        "recover",
                        community,
                        "--confirm",
                        plan.digest(),
                        "--data",
                        directory().path().toString()));
    }
}
