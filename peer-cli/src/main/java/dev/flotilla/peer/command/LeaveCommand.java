package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "leave", description = "Leave a community and remove it from this peer.")
final class LeaveCommand extends DaemonCommand {
    @Parameters(index = "0", paramLabel = "COMMUNITY", description = "Which community.")
    private String community = "";

    @Override
    ObjectNode request() {
        return request("leave").put("community", community);
    }

    @Override
    String text(JsonNode result) {
        return "left " + result.path("left").asText();
    }
}
