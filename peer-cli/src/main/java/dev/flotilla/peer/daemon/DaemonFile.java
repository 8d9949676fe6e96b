package dev.flotilla.peer.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells the commands where the daemon of this directory listens: written once it does, removed when it ends. */
public final class DaemonFile {
    private final SmallFile file;

    /**
     * A daemon, as it said of itself; it may have ended since without taking that back.
     *
     * @param addresses without the peer id
     * @param swarmKey where the key of its private network is; null for the open network
     */
    public record Running(PeerId peerId, List<Multiaddr> addresses, @Nullable Path swarmKey) {
        public Running {
            addresses = List.copyOf(addresses);
        }
    }

    DaemonFile(Path path) {
        this.file = new SmallFile(path);
    }

    void write(Running running) throws IOException {
        ObjectNode json = Json.object().put("peerId", running.peerId().toString());
        running.addresses().forEach(address -> json.withArray("/addresses").add(address.toString()));
        if (running.swarmKey() != null) {
            json.put("swarmKey", running.swarmKey().toString());
        }
        file.write(Json.bytes(json));
    }

    Optional<Running> read() throws CommandException {
        try {
            var content = file.read();
            if (content.isEmpty()) {
                return Optional.empty();
            }
            JsonNode json = Json.parse(content.get());
            List<Multiaddr> addresses = new ArrayList<>();
            json.path("addresses").forEach(address -> addresses.add(Multiaddr.parse(address.asText())));
            JsonNode swarmKey = json.path("swarmKey");
            return Optional.of(new Running(
                    PeerId.parse(json.path("peerId").asText()),
                    addresses,
                    swarmKey.isTextual() ? Path.of(swarmKey.asText()) : null));
        } catch (IllegalArgumentException | IOException e) {
            throw CommandException.failed("cannot read " + file.path() + ", which a daemon writes when it starts: "
                    + e.getMessage() + "; start the daemon again");
        }
    }

    void delete() throws IOException {
        file.delete();
    }
}
