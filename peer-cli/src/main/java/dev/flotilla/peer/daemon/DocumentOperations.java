package dev.flotilla.peer.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
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
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What can be done with a document: get, patch, watch. */
final class DocumentOperations {
    private static final Base64.Encoder TOKENS = Base64.getUrlEncoder().withoutPadding();

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
        JsonNode given = request.value("patch");
        JsonNode patch = given == null ? Json.object() : given;
        check(patch);
        Bytes command = DocumentCommand.of(patch);
        String token = request.optionalText("retry");
        Outcome<Verdict> outcome = Answers.await(
                token == null ? community.group().propose(command) : retry(community, token, command), caller);
        if (outcome instanceof Outcome.Unknown<Verdict> unknown && unknown.token() != null) {
            String again = TOKENS.encodeToString(unknown.token().value().toByteArray());
            throw CommandException.unknown(
                    "perhaps done, perhaps not: " + unknown.detail()
                            + "; the same command with the token finds out, or does it once: --retry " + again,
                    again);
        }
        return changed(patch, Answers.applied(outcome, community.name()).result());
    }

    private static CompletableFuture<Outcome<Verdict>> retry(Community community, String token, Bytes command)
            throws CommandException {
        try {
            Bytes value = Bytes.wrap(Base64.getUrlDecoder().decode(token));
            return community.group().retry(new Outcome.RetryToken(value), command);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(
                    "not a token of a change of '" + community.name() + "': " + e.getMessage() + "; copy all of it");
        }
    }

    /** Agrees on {@code patch}; a malformed one is refused before anybody else hears of it. */
    static JsonNode propose(Community community, JsonNode patch, Caller caller) throws CommandException, IOException {
        check(patch);
        Outcome<Verdict> outcome = Answers.await(community.group().propose(DocumentCommand.of(patch)), caller);
        return changed(patch, Answers.applied(outcome, community.name()).result());
    }

    private static void check(JsonNode patch) throws CommandException {
        try {
            JsonPatch.parse(patch);
        } catch (PatchException e) {
            throw refused(patch, e.operation(), e.reason());
        }
    }

    private static JsonNode changed(JsonNode patch, Verdict verdict) throws CommandException {
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
