package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "forget",
        description = {
            "Remove what this peer still has of a community that it was removed from, or that is gone for good,",
            "or that does not start here since its files are damaged.",
            "A member of a community that lives is to leave it instead: flotilla leave."
        })
final class ForgetCommand extends DaemonCommand {
    @Parameters(index = "0", paramLabel = "COMMUNITY", description = "Which community.")
    private String community = "";

    @Option(
            names = "--force",
            description =
                    "Also if this peer is its only member, or a member of one that does not answer, or that does not start"
                            + " here: its vote and its copy of the document are gone then. Never of one that runs"
                            + " here, if the others are there.")
    private boolean force;

    @Override
    ObjectNode request() {
        return request("forget").put("community", community).put("force", force);
    }

    @Override
    String text(JsonNode result) {
        return "forgot " + result.path("forgotten").asText() + ", genesis "
                + result.path("genesis").asText();
    }
}
