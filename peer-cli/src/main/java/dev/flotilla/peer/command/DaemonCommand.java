package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.control.ControlClient;
import dev.flotilla.peer.daemon.DaemonFile;
import dev.flotilla.peer.daemon.PeerDirectory;
import java.io.IOException;

/** A command that the daemon does. */
abstract class DaemonCommand extends PeerCommand {
    /** What to ask the daemon for. */
    abstract ObjectNode request() throws CommandException, IOException;

    /** The result for people. */
    abstract String text(JsonNode result);

    /** The result for programs. */
    JsonNode json(JsonNode result) {
        return result;
    }

    /** What the daemon tells before the result; false to stop there. */
    boolean onProgress(JsonNode progress, Console console) {
        return true;
    }

    static ObjectNode request(String command) {
        return Json.object().put("command", command);
    }

    @Override
    final void run(Console console) throws CommandException, IOException {
        ObjectNode request = request();
        try (ControlClient client = connect(directory())) {
            print(call(client, request, console), console);
        }
    }

    private JsonNode call(ControlClient client, ObjectNode request, Console console) throws CommandException {
        try {
            return client.call(request, progress -> onProgress(progress, console));
        } catch (IOException e) {
            throw CommandException.failed("the daemon ended before it answered (" + e.getMessage()
                    + "); whether it did what was asked is not known, look before you try again");
        }
    }

    /** Prints the result. */
    void print(JsonNode result, Console console) throws CommandException, IOException {
        console.result(json(result), console.isJson() ? "" : text(result));
    }

    /** Connects to the daemon of {@code directory} as its operator. */
    static ControlClient connect(PeerDirectory directory) throws CommandException {
        DaemonFile.Running running = directory.running();
        try {
            return ControlClient.connect(directory.operator(), running.peerId(), running.addresses());
        } catch (IOException e) {
            throw directory.noDaemon();
        }
    }
}
