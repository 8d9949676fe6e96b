package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "status", description = "Show this peer and its communities.")
final class StatusCommand extends DaemonCommand {
    @Parameters(arity = "0..1", paramLabel = "COMMUNITY", description = "Only this one (default: all).")
    private @Nullable String community;

    @Option(
            names = "--explain",
            description = "Say what each community waits for: who blocks the commit, the election, a promotion.")
    private boolean explain;

    @Option(names = "--metrics", description = "Show what was counted, timed and measured since the daemon started.")
    private boolean metrics;

    @Override
    ObjectNode request() {
        ObjectNode request = request("status").put("explain", explain);
        if (community != null) {
            request.put("community", community);
        }
        return request;
    }

    @Override
    String text(JsonNode result) {
        return metrics ? StatusText.metrics(result) : StatusText.status(result);
    }
}
