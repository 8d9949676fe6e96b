package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.community.JsonPointer;
import dev.flotilla.peer.control.CommandException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "set", description = "Put a JSON value into the document of a community.")
final class SetCommand extends DaemonCommand {
    @Parameters(index = "0", paramLabel = "COMMUNITY", description = "Which community.")
    private String community = "";

    @Parameters(
            index = "1",
            paramLabel = "POINTER",
            description = "Where, as a JSON pointer such as /a/b; an empty one replaces the whole document.")
    private String pointer = "";

    @Parameters(index = "2", paramLabel = "JSON", description = "What, for example 3, '\"text\"' or '{\"a\":1}'.")
    private String json = "";

    @Option(
            names = "--retry",
            paramLabel = "TOKEN",
            description =
                    "Find out about a change that ended as unknown, or make it: with the token that was printed then,"
                            + " and everything else as it was. It is made at most once.")
    private @Nullable String retry;

    @Override
    ObjectNode request() throws CommandException {
        try {
            JsonPointer.parse(pointer);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(String.valueOf(e.getMessage()));
        }
        ObjectNode request = request("patch").put("community", community).put("retry", retry);
        ObjectNode operation =
                request.putArray("patch").addObject().put("op", "add").put("path", pointer);
        operation.set("value", Inputs.json(json));
        return request;
    }

    @Override
    String text(JsonNode result) {
        return "agreed at index " + result.path("index").asLong();
    }
}
