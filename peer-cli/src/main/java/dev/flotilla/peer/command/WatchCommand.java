package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "watch", description = "Print a line of JSON for each change that is agreed on.")
final class WatchCommand extends DaemonCommand {
    @Parameters(index = "0", paramLabel = "COMMUNITY", description = "Which community.")
    private String community = "";

    @Option(names = "--count", paramLabel = "N", description = "End after so many lines (default: never).")
    private long count = Long.MAX_VALUE;

    @Override
    ObjectNode request() throws CommandException {
        if (count < 1) {
            throw CommandException.usage("--count must be at least 1, not " + count);
        }
        return request("watch").put("community", community);
    }

    @Override
    String text(JsonNode result) {
        return "";
    }

    /** Each change is printed as it comes, with or without {@code --json}. */
    @Override
    boolean onProgress(JsonNode progress, Console console) {
        if (progress.has("watching")) {
            console.remark("watching " + progress.path("watching").asText() + " ...");
            return true;
        }
        console.line(Json.line(progress));
        count--;
        return count > 0 && !console.isBroken();
    }

    @Override
    void print(JsonNode result, Console console) {}
}
