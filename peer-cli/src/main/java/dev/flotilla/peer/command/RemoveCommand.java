package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "remove", description = "Remove a member from a community.")
final class RemoveCommand extends DaemonCommand {
    @Parameters(index = "0", paramLabel = "COMMUNITY", description = "Which community.")
    private String community = "";

    @Parameters(index = "1", paramLabel = "PEER", description = "The peer id of the member.")
    private String peer = "";

    @Override
    ObjectNode request() {
        return request("remove").put("community", community).put("peer", peer);
    }

    @Override
    String text(JsonNode result) {
        return "removed " + result.path("removed").asText();
    }
}
