package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.PeerInfo;
import dev.flotilla.libp2p.identify.Identify;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.control.PrintableText;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "identify", description = "Show what any libp2p peer says about itself.")
final class IdentifyCommand extends PeerCommand {
    @Parameters(paramLabel = "MULTIADDR", description = "Where it is and who, /ip4/../tcp/../p2p/PEER_ID.")
    private String address = "";

    @Mixin
    private SwarmKeyOption swarmKey = new SwarmKeyOption();

    @Override
    void run(Console console) throws CommandException, IOException {
        Multiaddr peer = Inputs.peerAddress(address);
        try (PeerContact contact = PeerContact.to(peer, swarmKey.preSharedKey(directory()))) {
            PeerInfo info = PeerContact.await(Identify.identify(contact.host(), contact.connection()));
            ObjectNode json = json(contact, info);
            console.result(json, console.isJson() ? "" : text(json));
        }
    }

    private static ObjectNode json(PeerContact contact, PeerInfo info) {
        ObjectNode json = Json.object();
        json.put("peerId", contact.connection().remotePeerId().toString());
        json.put("agentVersion", info.agentVersion());
        json.put("protocolVersion", info.protocolVersion());
        Multiaddr observed = info.observedAddress();
        json.put("observedAddress", observed == null ? null : observed.toString());
        info.listenAddresses()
                .forEach(listening -> json.withArray("/listenAddresses").add(listening.toString()));
        info.protocols().forEach(protocol -> json.withArray("/protocols").add(protocol));
        return json;
    }

    private static String text(ObjectNode json) {
        StringBuilder text =
                new StringBuilder("peer ").append(json.path("peerId").asText());
        text.append("\nagent ")
                .append(PrintableText.ofLine(json.path("agentVersion").asText()));
        text.append("\nprotocol version ")
                .append(PrintableText.ofLine(json.path("protocolVersion").asText()));
        if (json.path("observedAddress").isTextual()) {
            text.append("\nsees us at ")
                    .append(PrintableText.ofLine(json.path("observedAddress").asText()));
        }
        json.path("listenAddresses")
                .forEach(address -> text.append("\nlistens on ").append(PrintableText.ofLine(address.asText())));
        json.path("protocols")
                .forEach(protocol -> text.append("\nspeaks ").append(PrintableText.ofLine(protocol.asText())));
        return text.toString();
    }
}
