package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.libp2p.ConnectionStep;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.PeerInfo;
import dev.flotilla.libp2p.identify.Identify;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "dial",
        description = "Connect to any libp2p peer, and show each step of the handshake with the time it was done at.")
final class DialCommand extends PeerCommand {
    @Parameters(paramLabel = "MULTIADDR", description = "Where it is and who, /ip4/../tcp/../p2p/PEER_ID.")
    private String address = "";

    @Mixin
    private SwarmKeyOption swarmKey = new SwarmKeyOption();

    @Override
    void run(Console console) throws CommandException, IOException {
        Multiaddr peer = Inputs.peerAddress(address);
        Timeline timeline = new Timeline(console);
        try (PeerContact contact = PeerContact.to(peer, swarmKey.preSharedKey(directory()), timeline::step)) {
            PeerInfo info = PeerContact.await(Identify.identify(contact.host(), contact.connection()));
            timeline.print(
                    "identified",
                    contact.connection().remoteAddress(),
                    info.agentVersion(),
                    "identified: " + info.agentVersion() + ", which speaks " + String.join(" ", info.protocols()));
        }
    }

    /** Prints each step as it comes, with the milliseconds since the command began to dial. */
    private static final class Timeline {
        private final Console console;
        private final long beginNanos = System.nanoTime();

        Timeline(Console console) {
            this.console = console;
        }

        void step(ConnectionStep step) {
            print(step.kind().name().toLowerCase(Locale.ROOT), step.address(), step.detail(), text(step));
        }

        /** Steps come from the host's event loop, the rest from the command's thread: one line at a time. */
        synchronized void print(String step, Multiaddr address, String detail, String text) {
            BigDecimal millis = BigDecimal.valueOf((System.nanoTime() - beginNanos) / 1_000, 3);
            ObjectNode json = Json.object()
                    .put("millis", millis)
                    .put("step", step)
                    .put("address", address.toString())
                    .put("detail", detail);
            console.result(json, String.format(Locale.ROOT, "%10.3f ms  %s", millis, text));
        }

        private static String text(ConnectionStep step) {
            return switch (step.kind()) {
                case RESOLVED -> "resolved " + step.address() + " to " + step.detail();
                case DIALLING -> "dialling " + step.address();
                case CONNECTED -> "connected by " + step.detail();
                case SECURITY_AGREED -> "agreed to secure it by " + step.detail();
                case SECURED -> "secured; the peer is " + step.detail();
                case MUXER_AGREED -> "agreed to share it by " + step.detail();
                case ESTABLISHED -> "established";
                case FAILED -> "failed at " + step.address() + ": " + step.detail();
            };
        }
    }
}
