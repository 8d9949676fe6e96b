package dev.flotilla.peer.command;

import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.demo.Demo;
import dev.flotilla.peer.demo.Narrator;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "demo",
        description = "Show a swarm at work on this machine, from its first peer to the loss of a leader.")
final class DemoCommand extends PeerCommand {
    @Option(names = "--peers", paramLabel = "N", description = "How many peers to begin with, 3 to 7 (default: 3).")
    private int peers = Demo.PEERS_MIN;

    @Override
    void run(Console console) throws CommandException, IOException {
        if (peers < Demo.PEERS_MIN || peers > Demo.PEERS_MAX) {
            throw CommandException.usage(
                    "--peers must be " + Demo.PEERS_MIN + " to " + Demo.PEERS_MAX + ", not " + peers);
        }
        List<String> differences = play(console);
        if (!differences.isEmpty()) {
            throw CommandException.failed("the peers do not agree: " + String.join("; ", differences));
        }
        console.result(Json.object().put("agree", true).put("peers", peers + 1), "all " + (peers + 1) + " peers agree");
    }

    private List<String> play(Console console) throws CommandException, IOException {
        try {
            return new Demo(peers, new ConsoleNarrator(console)).play();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandException.failed("interrupted");
        }
    }

    /** Prints as it goes. */
    private record ConsoleNarrator(Console console) implements Narrator {
        @Override
        public void step(String text) {
            console.result(Json.object().put("step", text), text);
        }

        @Override
        public void fact(String text) {
            console.result(Json.object().put("fact", text), "    " + text);
        }
    }
}
