package dev.flotilla.peer.command;

import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.daemon.SwarmKey;
import picocli.CommandLine.Command;

@Command(
        name = "swarm-key",
        description =
                "Make the key of a private network, swarm.key in the data directory. Peers that have the same file"
                        + " talk to each other and to no others. Never overwrites one.")
final class SwarmKeyCommand extends PeerCommand {
    @Override
    void run(Console console) throws CommandException {
        SwarmKey made = directory().createSwarmKey();
        console.result(
                Json.object().put("swarmKey", made.file().toString()),
                made.file() + "\ncopy it to the data directory of each peer of the network, before its daemon starts");
    }
}
