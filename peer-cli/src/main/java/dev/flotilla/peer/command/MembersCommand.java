package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "members", description = "Show the members of a community and where they are.")
final class MembersCommand extends DaemonCommand {
    @Parameters(index = "0", paramLabel = "COMMUNITY", description = "Which community.")
    private String community = "";

    @Override
    ObjectNode request() {
        return request("members").put("community", community);
    }

    @Override
    String text(JsonNode result) {
        return StatusText.members(result);
    }
}
