package dev.flotilla.peer.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.control.ControlHandler;
import dev.flotilla.peer.control.ControlHandler.Caller;
import dev.flotilla.peer.control.Request;
import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.metrics.InMemoryMetrics;
import dev.flotilla.raft.metrics.Sample;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What an operator wants to see: status and members. */
final class StatusOperations {
    private final Communities communities;
    private final Network network;
    private final InMemoryMetrics metrics;

    StatusOperations(Communities communities, Network network, InMemoryMetrics metrics) {
        this.metrics = metrics;
        this.communities = communities;
        this.network = network;
    }

    Map<String, ControlHandler> handlers() {
        return Map.of("status", this::status, "members", this::members, "snapshot", this::snapshot);
    }

    private JsonNode status(Request request, Caller caller) throws CommandException, IOException {
        String name = request.optionalText("community");
        Collection<Community> shown = name == null ? communities.all() : List.of(communities.get(name));
        ObjectNode json = Json.object().put("peerId", network.peerId().toString());
        ArrayNode addresses = json.putArray("addresses");
        network.ownAddresses().forEach(address -> addresses.add(address.toString()));
        List<Sample> samples = metrics.snapshot();
        json.set("metrics", MetricsJson.ofPeer(samples));
        ArrayNode list = json.putArray("communities");
        for (Community community : shown) {
            ObjectNode shownCommunity = json(community, caller);
            if (request.flag("explain")) {
                shownCommunity.set(
                        "explanation",
                        StatusJson.explanation(Answers.await(community.group().why(), caller)));
            }
            shownCommunity.set(
                    "metrics", MetricsJson.ofGroup(samples, community.group().genesis()));
            list.add(shownCommunity);
        }
        return json;
    }

    private JsonNode members(Request request, Caller caller) throws CommandException, IOException {
        Community community = communities.get(request.text("community"));
        return StatusJson.withAddresses(json(community, caller), network::addressesOf);
    }

    private ObjectNode json(Community community, Caller caller) throws IOException {
        CoreStatus status = Answers.await(community.group().status(), caller);
        return StatusJson.community(community.name(), community.group().genesis(), status, network.peerId());
    }

    /** Takes a snapshot now; for the demonstration, the engine takes its own when it is time. */
    private JsonNode snapshot(Request request, Caller caller) throws CommandException, IOException {
        Community community = communities.get(request.text("community"));
        var snapshot = Answers.await(community.group().takeSnapshot(), caller);
        return Json.object().put("index", snapshot.index()).put("bytes", snapshot.sizeBytes());
    }
}
