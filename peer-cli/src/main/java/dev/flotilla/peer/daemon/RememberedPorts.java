package dev.flotilla.peer.daemon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.peer.community.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which ports the system chose for addresses with port 0, so that they can be taken again at the next start. */
final class RememberedPorts {
    private final SmallFile file;
    private final Map<Multiaddr, Multiaddr> chosen = new LinkedHashMap<>();

    private RememberedPorts(SmallFile file) {
        this.file = file;
    }

    /** What is remembered; nothing if the file is gone or damaged, since it can do without. */
    static RememberedPorts open(Path path) throws IOException {
        RememberedPorts ports = new RememberedPorts(new SmallFile(path));
        var content = ports.file.read();
        if (content.isPresent()) {
            try {
                Json.parse(content.get())
                        .properties()
                        .forEach(entry -> ports.chosen.put(
                                Multiaddr.parse(entry.getKey()),
                                Multiaddr.parse(entry.getValue().asText())));
            } catch (IllegalArgumentException e) {
                ports.chosen.clear();
            }
        }
        return ports;
    }

    /** {@code wanted} with the ports that the system chose for them before. */
    List<Multiaddr> apply(List<Multiaddr> wanted) {
        return wanted.stream()
                .map(address -> chosen.getOrDefault(address, address))
                .toList();
    }

    /** Remembers what was bound for those of {@code wanted} that have port 0, and what was bound exactly as wanted. */
    void remember(List<Multiaddr> wanted, List<Multiaddr> bound) throws IOException {
        Map<Multiaddr, Multiaddr> before = Map.copyOf(chosen);
        List<Multiaddr> free = new ArrayList<>(bound);
        free.removeAll(wanted);
        free.removeIf(address -> address.has(MultiaddrProtocol.P2P_CIRCUIT)); // its port is the relay's
        for (Multiaddr address : wanted) {
            free.stream()
                    .filter(candidate -> !bound.contains(address) && sameButForThePort(candidate, address))
                    .findFirst()
                    .ifPresent(actual -> {
                        chosen.put(address, actual);
                        free.remove(actual);
                    });
        }
        if (!chosen.equals(before)) {
            ObjectNode json = Json.object();
            chosen.forEach((address, actual) -> json.put(address.toString(), actual.toString()));
            file.write(Json.bytes(json));
        }
    }

    private static boolean sameButForThePort(Multiaddr a, Multiaddr b) {
        return withoutPort(a).equals(withoutPort(b));
    }

    private static List<Object> withoutPort(Multiaddr address) {
        return address.components().stream()
                .map(component -> switch (component.protocol()) {
                    case TCP, UDP -> component.protocol();
                    default -> component;
                })
                .map(Object.class::cast)
                .toList();
    }
}
