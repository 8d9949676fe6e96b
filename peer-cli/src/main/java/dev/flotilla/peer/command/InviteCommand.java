package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.control.CommandException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "invite",
        description = {
            "Print a signed ticket that lets one peer in;",
            "or, with --list or --revoke, look after those that this peer has issued."
        })
final class InviteCommand extends DaemonCommand {
    @Parameters(index = "0", paramLabel = "COMMUNITY", description = "Which community.")
    private String community = "";

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            description = "voter (default), learner, or witness: it votes but keeps no document.")
    private @Nullable String role;

    @Option(
            names = "--expires",
            paramLabel = "DURATION",
            description = "For how long it is good: 30s, 10m, 2h, 7d (default: 1h).")
    private @Nullable String expires;

    @ArgGroup
    private @Nullable Issued issued;

    /** What to do with tickets that were issued, instead of issuing one. */
    static final class Issued {
        @Option(
                names = "--list",
                description = "Show the tickets that this peer has issued, and what became of each as far as it knows.")
        private boolean list;

        @Option(
                names = "--revoke",
                paramLabel = "ID",
                description = "Have the members agree that the ticket of that id, as --list shows it, lets nobody in.")
        private @Nullable String revoke;
    }

    @Override
    ObjectNode request() throws CommandException {
        if (issued == null) {
            return request("invite")
                    .put("community", community)
                    .put("role", role == null ? "voter" : role)
                    .put(
                            "expiresMillis",
                            Inputs.duration(expires == null ? "1h" : expires).toMillis());
        } else if (role != null || expires != null) {
            throw CommandException.usage(
                    "--role and --expires are of a new ticket, and make no sense with --list or --revoke");
        }
        return issued.list
                ? request("tickets").put("community", community)
                : request("revoke").put("community", community).put("id", issued.revoke);
    }

    @Override
    String text(JsonNode result) {
        if (result.has("tickets")) {
            return list(result.path("tickets"));
        } else if (result.has("revoked")) {
            return "revoked " + result.path("revoked").asText() + ": it lets nobody in";
        }
        return result.path("ticket").asText();
    }

    private static String list(JsonNode tickets) {
        List<String> lines = new ArrayList<>();
        for (JsonNode ticket : tickets) {
            String by = ticket.has("by") ? " by " + ticket.path("by").asText() : "";
            lines.add(String.format(
                    "%s  %-7s  expires %s  %s%s",
                    ticket.path("id").asText(),
                    ticket.path("role").asText(),
                    ticket.path("expires").asText(),
                    ticket.path("state").asText(),
                    by));
        }
        return lines.isEmpty() ? "no tickets" : String.join("\n", lines);
    }
}
