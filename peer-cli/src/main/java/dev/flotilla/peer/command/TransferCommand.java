package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "transfer", description = "Hand the leadership of a community to another voter.")
final class TransferCommand extends DaemonCommand {
    @Parameters(index = "0", paramLabel = "COMMUNITY", description = "Which community.")
    private String community = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "PEER",
            description = "To whom (default: the voter that is furthest).")
    private @Nullable String peer;

    @Override
    ObjectNode request() {
        ObjectNode request = request("transfer").put("community", community);
        if (peer != null) {
            request.put("peer", peer);
        }
        return request;
    }

    @Override
    String text(JsonNode result) {
        JsonNode leader = result.path("leader");
        return leader.isNull()
                ? "handed over; the new leader is not known here yet"
                : "the leader is " + leader.asText();
    }
}
