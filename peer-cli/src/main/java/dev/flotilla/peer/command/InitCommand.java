package dev.flotilla.peer.command;

import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.transport.PeerId;
import picocli.CommandLine.Command;

@Command(name = "init", description = "Make this peer's identity and print its peer id. Never overwrites one.")
final class InitCommand extends PeerCommand {
    @Override
    void run(Console console) throws CommandException {
        PeerId peerId = directory().initialise().peerId();
        console.result(Json.object().put("peerId", peerId.toString()), peerId.toString());
    }
}
