package dev.flotilla.peer.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.consensus.Consistency;
import dev.flotilla.peer.community.DocumentPieces;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.control.ControlHandler.Caller;
import dev.flotilla.peer.control.PrintableText;
import dev.flotilla.raft.message.Ticket;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a community begins: this peer alone agrees on the first document, of any size, before it gets its name. */
record Founding(Communities communities) {
    /**
     * A new community.
     *
     * @param document to start with; null for an empty object
     * @throws CommandException if it cannot be made; nothing of it is left then
     */
    Community found(String name, @Nullable JsonNode document, Caller caller) throws CommandException, IOException {
        List<JsonNode> pieces = document == null ? List.of() : pieces(document);
        Community community = communities.create(name(name));
        boolean kept = false;
        try {
            for (JsonNode patch : pieces) {
                DocumentOperations.propose(community, patch, caller);
            }
            Answers.awaitRead(community.group().read(Consistency.linearizable(), () -> true), name, caller);
            communities.keep(community);
            kept = true;
        } finally {
            if (!kept) {
                communities.giveUp(community);
            }
        }
        return community;
    }

    private List<JsonNode> pieces(JsonNode document) throws CommandException {
        try {
            return DocumentPieces.of(document, communities.patchBytesMax());
        } catch (IllegalArgumentException e) {
            throw CommandException.failed(
                    "nothing was done: " + e.getMessage() + "; start the daemon with a larger --entry-bytes-max");
        }
    }

    /** What a community may be called. */
    static String name(String name) throws CommandException {
        if (name.isBlank() || name.length() > Ticket.COMMUNITY_LENGTH_MAX || !PrintableText.is(name)) {
            throw CommandException.usage("a community's name has 1 to " + Ticket.COMMUNITY_LENGTH_MAX
                    + " characters, none of them a control character or invisible: '" + name
                    + "'; choose another one, with --as if it comes with a ticket or a backup");
        } else if (name.startsWith("-")) { // every command would take it for an option
            throw CommandException.usage("a community's name does not begin with a hyphen: '" + name
                    + "'; choose another one, with --as if it comes with a ticket or a backup");
        }
        return name;
    }
}
