package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "priority",
        description = "Say which voter shall rather lead a community: those of a lower priority let it stand first,"
                + " and hand over to it.")
final class PriorityCommand extends DaemonCommand {
    @Parameters(index = "0", paramLabel = "COMMUNITY", description = "Which community.")
    private String community = "";

    @Parameters(index = "1", paramLabel = "PEER", description = "The peer id of the member.")
    private String peer = "";

    @Parameters(
            index = "2",
            paramLabel = "N",
            description = "From -100 to 100, 0 unless changed; write -- before a negative one.")
    private int priority;

    @Override
    ObjectNode request() {
        return request("priority").put("community", community).put("peer", peer).put("priority", priority);
    }

    @Override
    String text(JsonNode result) {
        return result.path("peer").asText() + " has priority "
                + result.path("priority").asInt() + " in "
                + result.path("community").asText();
    }
}
