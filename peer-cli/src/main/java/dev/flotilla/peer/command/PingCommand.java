package dev.flotilla.peer.command;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.ping.Ping;
import dev.flotilla.libp2p.ping.PingSession;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "ping", description = "Measure the round trip to any libp2p peer.")
final class PingCommand extends PeerCommand {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    @Parameters(paramLabel = "MULTIADDR", description = "Where it is and who, /ip4/../tcp/../p2p/PEER_ID.")
    private String address = "";

    @Mixin
    private SwarmKeyOption swarmKey = new SwarmKeyOption();

    @Option(names = "--count", paramLabel = "N", description = "How often (default: 1).")
    private int count = 1;

    @Override
    void run(Console console) throws CommandException, IOException {
        Multiaddr peer = Inputs.peerAddress(address);
        if (count < 1) {
            throw CommandException.usage("--count must be at least 1, not " + count);
        }
        try (PeerContact contact = PeerContact.to(peer, swarmKey.preSharedKey(directory()));
                PingSession session = PeerContact.await(Ping.open(contact.connection()))) {
            for (int i = 1; i <= count; i++) {
                Duration time = PeerContact.await(session.ping(TIMEOUT));
                BigDecimal millis = BigDecimal.valueOf(time.toNanos() / 1_000, 3);
                String from = contact.connection().remotePeerId().toString();
                console.result(
                        Json.object().put("peerId", from).put("number", i).put("millis", millis),
                        "answer " + i + " from " + from + " after " + millis + " ms");
            }
        }
    }
}
