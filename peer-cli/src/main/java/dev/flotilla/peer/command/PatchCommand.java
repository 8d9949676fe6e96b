package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.control.CommandException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "patch",
        description = "Change the document of a community by a JSON Patch (RFC 6902): all of it or nothing.")
final class PatchCommand extends DaemonCommand {
    @Parameters(index = "0", paramLabel = "COMMUNITY", description = "Which community.")
    private String community = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE",
            description = "The patch; - or nothing: standard input.")
    private String file = "-";

    @Option(
            names = "--retry",
            paramLabel = "TOKEN",
            description =
                    "Find out about a change that ended as unknown, or make it: with the token that was printed then,"
                            + " and everything else as it was. It is made at most once.")
    private @Nullable String retry;

    @Override
    ObjectNode request() throws CommandException, IOException {
        ObjectNode request = request("patch").put("community", community).put("retry", retry);
        request.set(
                "patch",
                file.equals("-") ? Inputs.json(System.in, "standard input") : Inputs.jsonFile(Inputs.path(file)));
        return request;
    }

    @Override
    String text(JsonNode result) {
        return "agreed at index " + result.path("index").asLong();
    }
}
