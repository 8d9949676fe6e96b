package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "snapshot", description = "Write a snapshot of a community on this peer now, and shorten its log.")
final class SnapshotCommand extends DaemonCommand {
    @Parameters(index = "0", paramLabel = "COMMUNITY", description = "Which community.")
    private String community = "";

    @Override
    ObjectNode request() {
        return request("snapshot").put("community", community);
    }

    @Override
    String text(JsonNode result) {
        return "a snapshot of " + result.path("bytes").asLong() + " bytes, up to index "
                + result.path("index").asLong();
    }
}
