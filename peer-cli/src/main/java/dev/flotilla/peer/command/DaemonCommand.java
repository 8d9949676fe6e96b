package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.libp2p.pnet.PreSharedKey;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.control.ControlClient;
import dev.flotilla.peer.daemon.DaemonFile;
import dev.flotilla.peer.daemon.PeerDirectory;
import dev.flotilla.peer.daemon.SwarmKey;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

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

    private static @Nullable PreSharedKey swarmKey(DaemonFile.Running running) throws CommandException {
        Path file = running.swarmKey();
        if (file == null) {
            return null;
        }
        return SwarmKey.read(file)
                .orElseThrow(() -> CommandException.failed("the daemon belongs to the private network whose key is "
                        + file + ", which is not there any more; put it back"))
                .key();
    }

    /** Connects to the daemon of {@code directory} as its operator. */
    static ControlClient connect(PeerDirectory directory) throws CommandException {
        DaemonFile.Running running = directory.running();
        try {
            return ControlClient.connect(
                    directory.operator(), running.peerId(), running.addresses(), swarmKey(running));
        } catch (IOException e) {
            throw directory.noDaemon();
        }
    }
}
