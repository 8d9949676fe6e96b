package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.community.Backup;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.control.Suggestion;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "restore",
        description = {
            "Make a new community with the document of a backup, and this peer as its only voter;",
            "or, with --into, put the document into the place of another one, in one change."
        })
final class RestoreCommand extends DaemonCommand {
    private static final String STANDARD_INPUT = "-";

    @Parameters(paramLabel = "FILE", description = "What flotilla backup wrote; - for standard input.")
    private String file = "";

    @ArgGroup
    private @Nullable Target target;

    /** Where the document goes; at most one of the two. */
    static final class Target {
        @Option(names = "--as", paramLabel = "NAME", description = "What to call it (default: as the backup says).")
        private @Nullable String as;

        @Option(
                names = "--into",
                paramLabel = "COMMUNITY",
                description = "Replace the document of that community, for all of its members.")
        private @Nullable String into;
    }

    @Override
    ObjectNode request() throws CommandException, IOException {
        boolean isInput = file.equals(STANDARD_INPUT);
        JsonNode json = isInput ? Inputs.json(System.in, "standard input") : Inputs.jsonFile(Inputs.path(file));
        try {
            Backup.parse(json);
        } catch (IllegalArgumentException e) {
            throw CommandException.failed(
                    "nothing was done: " + (isInput ? "standard input" : file) + " is " + e.getMessage());
        }
        ObjectNode request = request("restore");
        request.set("backup", json);
        if (target != null) {
            request.put("as", target.as).put("into", target.into);
        }
        return request;
    }

    @Override
    String text(JsonNode result) {
        String community = result.path("community").asText();
        String of = "the document of '" + result.path("from").asText() + "' as of index "
                + result.path("fromIndex").asLong();
        JsonNode replaced = result.path("replaced");
        if (replaced.isMissingNode()) {
            return "created " + community + " with " + of + ", genesis "
                    + result.path("genesis").asText() + "\nlet others in with: " + Suggestion.of("invite", community);
        }
        boolean isOther = !result.path("genesis").equals(result.path("fromGenesis"));
        return community + " has " + of + (isOther ? " of another community" : "") + ", agreed at index "
                + result.path("index").asLong() + "\nit replaces what was there at index "
                + replaced.path("index").asLong() + ": "
                + replaced.path("bytes").asLong() + " bytes, SHA-256 "
                + replaced.path("sha256").asText();
    }
}
