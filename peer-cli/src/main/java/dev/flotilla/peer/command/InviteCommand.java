package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.control.CommandException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "invite", description = "Print a signed ticket that lets one peer in.")
final class InviteCommand extends DaemonCommand {
    @Parameters(index = "0", paramLabel = "COMMUNITY", description = "Which community.")
    private String community = "";

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            description = "voter (default), learner, or witness: it votes but keeps no document.")
    private String role = "voter";

    @Option(
            names = "--expires",
            paramLabel = "DURATION",
            description = "For how long it is good: 30s, 10m, 2h, 7d (default: 1h).")
    private String expires = "1h";

    @Override
    ObjectNode request() throws CommandException {
        return request("invite")
                .put("community", community)
                .put("role", role)
                .put("expiresMillis", Inputs.duration(expires).toMillis());
    }

    @Override
    String text(JsonNode result) {
        return result.path("ticket").asText();
    }
}
