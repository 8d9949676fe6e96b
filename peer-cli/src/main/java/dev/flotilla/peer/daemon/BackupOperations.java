package dev.flotilla.peer.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.ReadResult;
import dev.flotilla.peer.community.Backup;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.control.ControlHandler;
import dev.flotilla.peer.control.ControlHandler.Caller;
import dev.flotilla.peer.control.Request;
import java.io.IOException;
import java.util.Map;

/** What is done with a whole document at once: backup and restore. The command has the file. */
final class BackupOperations {
    private final Communities communities;

    BackupOperations(Communities communities) {
        this.communities = communities;
    }

    Map<String, ControlHandler> handlers() {
        return Map.of("backup", this::backup, "restore", this::restore);
    }

    private JsonNode backup(Request request, Caller caller) throws CommandException, IOException {
        return read(communities.get(request.text("community")), caller).json();
    }

    private static Backup read(Community community, Caller caller) throws CommandException, IOException {
        ReadResult<JsonNode> read = Answers.awaitRead(
                community.group().read(Consistency.linearizable(), community.machine()::document),
                community.name(),
                caller);
        return new Backup(community.name(), community.group().genesis(), read.index(), read.term(), read.state());
    }

    private JsonNode restore(Request request, Caller caller) throws CommandException, IOException {
        Backup backup = backup(request.json().path("backup"));
        String into = request.optionalText("into");
        if (into != null) {
            return replace(communities.get(into), backup, caller);
        }
        String as = request.optionalText("as");
        Community community =
                new Founding(communities).found(as == null ? backup.community() : as, backup.document(), caller);
        return restored(community, backup);
    }

    private static Backup backup(JsonNode json) throws CommandException {
        try {
            return Backup.parse(json);
        } catch (IllegalArgumentException e) {
            throw CommandException.failed("what is to be restored is " + e.getMessage());
        }
    }

    private static ObjectNode restored(Community community, Backup backup) {
        return Json.object()
                .put("community", community.name())
                .put("genesis", community.group().genesis().toString())
                .put("from", backup.community())
                .put("fromGenesis", backup.genesis().toString())
                .put("fromIndex", backup.index())
                .put("sha256", Backup.sha256(backup.document()));
    }

    /** In one change: whoever reads sees the old document or the new one. */
    private JsonNode replace(Community community, Backup backup, Caller caller) throws CommandException, IOException {
        ObjectNode operation = Json.object().put("op", "replace").put("path", "");
        operation.set("value", backup.document());
        JsonNode patch = Json.nodes().arrayNode().add(operation);
        int bytes = Json.bytes(patch).size();
        if (bytes > communities.patchBytesMax()) {
            throw CommandException.failed("nothing was done: the document takes " + bytes
                    + " bytes in one change, this daemon takes at most " + communities.patchBytesMax()
                    + "; start it with a larger --entry-bytes-max, or restore it as a new community: --as NAME");
        }
        Backup before = read(community, caller);
        JsonNode agreed = DocumentOperations.propose(community, patch, caller);
        ObjectNode json = restored(community, backup);
        json.set("index", agreed.path("index"));
        json.putObject("replaced")
                .put("index", before.index())
                .put("bytes", Json.bytes(before.document()).size())
                .put("sha256", Backup.sha256(before.document()));
        return json;
    }
}
