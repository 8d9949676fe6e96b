package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "join", description = "Join a community with a ticket; returns when this peer has caught up.")
final class JoinCommand extends DaemonCommand {
    @Parameters(paramLabel = "TICKET", description = "What flotilla invite printed.")
    private String ticket = "";

    @Option(names = "--as", paramLabel = "NAME", description = "What to call it here (default: as the ticket says).")
    private @Nullable String as;

    private String shown = "";

    @Override
    ObjectNode request() {
        ObjectNode request = request("join").put("ticket", ticket);
        if (as != null) {
            request.put("as", as);
        }
        return request;
    }

    @Override
    String text(JsonNode result) {
        return "joined " + result.path("name").asText() + " as a "
                + (isNoVoter(result.path("role").asText()) ? result.path("role").asText() : "voter") + ", at index "
                + result.path("lastApplied").asLong();
    }

    private static boolean isNoVoter(String role) {
        return role.equals("learner") || role.equals("witness");
    }

    @Override
    boolean onProgress(JsonNode progress, Console console) {
        long commitIndex = progress.path("commitIndex").asLong();
        String text = commitIndex == 0
                ? "waiting to be let in ..."
                : "caught up to index " + progress.path("lastApplied").asLong() + " of " + commitIndex + " ...";
        if (!text.equals(shown)) {
            console.remark(text);
            shown = text;
        }
        return true;
    }
}
