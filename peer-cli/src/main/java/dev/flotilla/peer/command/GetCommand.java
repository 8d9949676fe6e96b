package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.community.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "get", description = "Print the document of a community, or a part of it.")
final class GetCommand extends DaemonCommand {
    private static final int LINE_LENGTH_MAX = 80;

    @Parameters(index = "0", paramLabel = "COMMUNITY", description = "Which community.")
    private String community = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "POINTER",
            description = "A JSON pointer such as /a/0/b (default: the whole document).")
    private String pointer = "";

    @Option(
            names = "--consistency",
            paramLabel = "LEVEL",
            description = "linearizable (default): sees every write that is done; local: what this peer has, at once.")
    private String consistency = "linearizable";

    @Override
    ObjectNode request() {
        return request("get")
                .put("community", community)
                .put("pointer", pointer)
                .put("consistency", consistency);
    }

    @Override
    String text(JsonNode result) {
        JsonNode value = result.path("value");
        String line = Json.line(value);
        return line.length() <= LINE_LENGTH_MAX ? line : Json.pretty(value);
    }

    /** The value alone, as without {@code --json}, on one line. */
    @Override
    JsonNode json(JsonNode result) {
        return result.path("value");
    }
}
