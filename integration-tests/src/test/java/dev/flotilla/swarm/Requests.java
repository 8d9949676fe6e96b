package dev.flotilla.swarm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.control.ControlClient;
import dev.flotilla.peer.daemon.DaemonFile;
import dev.flotilla.peer.daemon.PeerDirectory;
import java.io.IOException;

/** A daemon's commands over one connection, without a process for each. */
final class Requests implements AutoCloseable {
    private final ControlClient client;

    Requests(PeerProcess peer) throws IOException, CommandException {
        PeerDirectory directory = new PeerDirectory(peer.directory());
        DaemonFile.Running running = directory.running();
        client = ControlClient.connect(
                directory.operator(),
                running.peerId(),
                running.addresses().stream().filter(peer::isReachableAt).toList());
    }

    /** Asks for {@code command} with text arguments, given as name and value in turn. */
    JsonNode call(String command, String... arguments) throws IOException, CommandException {
        ObjectNode request = PeerProcess.JSON.createObjectNode().put("command", command);
        for (int i = 0; i < arguments.length; i += 2) {
            request.put(arguments[i], arguments[i + 1]);
        }
        return client.call(request, progress -> true);
    }

    /** Applies one operation of a JSON Patch: puts {@code value} at {@code path}. */
    JsonNode add(String community, String path, JsonNode value) throws IOException, CommandException {
        ObjectNode request =
                PeerProcess.JSON.createObjectNode().put("command", "patch").put("community", community);
        request.putArray("patch").addObject().put("op", "add").put("path", path).set("value", value);
        return client.call(request, progress -> true);
    }

    @Override
    public void close() {
        client.close();
    }
}
