package dev.flotilla.peer.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.ReadResult;
import dev.flotilla.peer.community.ChangeFeed;
import dev.flotilla.peer.community.ChangeFeed.Event;
import dev.flotilla.peer.community.DocumentCommand;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.community.JsonPatch;
import dev.flotilla.peer.community.JsonPointer;
import dev.flotilla.peer.community.PatchException;
import dev.flotilla.peer.community.Verdict;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.control.ControlHandler;
import dev.flotilla.peer.control.ControlHandler.Caller;
import dev.flotilla.peer.control.Request;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What can be done with a document: get, patch, watch. */
final class DocumentOperations {
    private final Communities communities;

    DocumentOperations(Communities communities) {
        this.communities = communities;
    }

    Map<String, ControlHandler> handlers() {
        return Map.of("get", this::get, "patch", this::patch, "watch", this::watch);
    }

    private JsonNode get(Request request, Caller caller) throws CommandException, IOException {
        Community community = communities.get(request.text("community"));
        JsonPointer pointer = pointer(request.text("pointer"));
        Consistency consistency = consistency(request.optionalText("consistency"));
        ReadResult<JsonNode> read = Answers.awaitRead(
                community.group().read(consistency, community.machine()::document), community.name(), caller);
        JsonNode value = pointer.find(read.state());
        if (value == null) {
            throw CommandException.failed("there is nothing at '" + pointer + "' in '" + community.name() + "'");
        }
        ObjectNode result = Json.object().put("index", read.index()).put("term", read.term());
        result.set("value", value);
        return result;
    }

    private static JsonPointer pointer(String text) throws CommandException {
        try {
            return JsonPointer.parse(text);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(String.valueOf(e.getMessage()));
        }
    }

    private static Consistency consistency(@Nullable String level) throws CommandException {
        if (level == null || level.equals("linearizable")) {
            return Consistency.linearizable();
        } else if (level.equals("local")) {
            return Consistency.local();
        }
        throw CommandException.usage("no consistency '" + level + "'; there are linearizable and local");
    }

    private JsonNode patch(Request request, Caller caller) throws CommandException, IOException {
        Community community = communities.get(request.text("community"));
        JsonNode patch = request.value("patch");
        return propose(community, patch == null ? Json.object() : patch, caller);
    }

    /** Agrees on {@code patch}; a malformed one is refused before anybody else hears of it. */
    static JsonNode propose(Community community, JsonNode patch, Caller caller) throws CommandException, IOException {
        try {
            JsonPatch.parse(patch);
        } catch (PatchException e) {
            throw refused(patch, e.operation(), e.reason());
        }
        Verdict verdict = Answers.applied(
                        Answers.await(community.group().propose(DocumentCommand.of(patch)), caller), community.name())
                .result();
        if (verdict instanceof Verdict.Refused refused) {
            throw refused(patch, refused.operation(), refused.reason());
        } else if (verdict instanceof Verdict.Changed changed) {
            return Json.object().put("index", changed.index());
        }
        throw new AssertionError("unhandled verdict: " + verdict);
    }

    private static CommandException refused(JsonNode patch, int operation, String reason) {
        if (operation < 0) {
            return CommandException.failed("the patch was refused, nothing was changed: " + reason);
        }
        JsonNode failing = patch.path(operation);
        return CommandException.failed("operation " + operation + " of the patch ("
                + failing.path("op").asText("?") + " " + failing.path("path").asText("?")
                + ") failed, nothing was changed: " + reason);
    }

    private JsonNode watch(Request request, Caller caller) throws CommandException, IOException {
        Community community = communities.get(request.text("community"));
        try (ChangeFeed.Subscription subscription = community.machine().feed().subscribe()) {
            caller.tell(Json.object().put("watching", community.name()));
            for (; ; ) {
                caller.tell(event(Answers.await(subscription.next(), caller)));
            }
        } catch (IllegalStateException e) {
            throw CommandException.failed(
                    "there is nothing to watch any more: '" + community.name() + "' was closed on this peer");
        }
    }

    private static JsonNode event(Event event) {
        if (event instanceof Event.Changed changed) {
            ObjectNode json = Json.object().put("index", changed.index());
            json.set("patch", changed.patch());
            return json;
        } else if (event instanceof Event.Skipped skipped) {
            return Json.object().put("skipped", skipped.count());
        }
        throw new AssertionError("unhandled event: " + event);
    }
}
