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
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.metrics.InMemoryMetrics;
import dev.flotilla.raft.metrics.Sample;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
        ObjectNode json = Json.object().put("peerId", network.peerId().toString());
        ArrayNode addresses = json.putArray("addresses");
        network.ownAddresses().forEach(address -> addresses.add(address.toString()));
        List<Sample> samples = metrics.snapshot();
        json.set("metrics", MetricsJson.ofPeer(samples));
        ArrayNode list = json.putArray("communities");
        for (Community community : running(name)) {
            list.add(status(community, samples, request.flag("explain"), caller));
        }
        for (StoppedCommunity community : stopped(name)) {
            list.add(StatusJson.stopped(
                    community.name(), community.genesis(), community.reason() + "; " + community.advice()));
        }
        return json;
    }

    private Collection<StoppedCommunity> stopped(@Nullable String name) {
        return name == null
                ? communities.allStopped()
                : communities.stopped(name).stream().toList();
    }

    private Collection<Community> running(@Nullable String name) throws CommandException {
        if (name == null) {
            return communities.all();
        }
        return communities.stopped(name).isPresent() ? List.of() : List.of(communities.get(name));
    }

    /** One that stopped while the daemon ran does not keep the others from being seen. */
    private ObjectNode status(Community community, List<Sample> samples, boolean explain, Caller caller)
            throws IOException {
        GenesisId genesis = community.group().genesis();
        try {
            ObjectNode json = json(community, caller);
            if (explain) {
                json.set(
                        "explanation",
                        StatusJson.explanation(Answers.await(community.group().why(), caller)));
            }
            json.set("metrics", MetricsJson.ofGroup(samples, genesis));
            return json;
        } catch (IllegalStateException e) {
            return StatusJson.stopped(community.name(), genesis, e.getMessage() + "; start the daemon again");
        }
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
