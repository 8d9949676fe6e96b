package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.control.Suggestion;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "create", description = "Make a new community with this peer as its only voter.")
final class CreateCommand extends DaemonCommand {
    @Parameters(paramLabel = "COMMUNITY", description = "What to call it.")
    private String community = "";

    @Option(names = "--document", paramLabel = "FILE", description = "The document to start with (default: {}).")
    private @Nullable Path document;

    @Override
    ObjectNode request() throws CommandException {
        ObjectNode request = request("create").put("community", community);
        if (document != null) {
            request.set("document", Inputs.jsonFile(document));
        }
        return request;
    }

    @Override
    String text(JsonNode result) {
        return "created " + result.path("name").asText() + ", genesis "
                + result.path("genesis").asText() + "\nlet others in with: "
                + Suggestion.of("invite", result.path("name").asText());
    }
}
