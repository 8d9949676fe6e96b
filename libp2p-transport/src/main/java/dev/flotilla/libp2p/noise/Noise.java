package dev.flotilla.libp2p.noise;

import dev.flotilla.libp2p.security.SecurityHandler;
import dev.flotilla.libp2p.security.SecurityProtocol;
import dev.flotilla.transport.PeerId;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The security protocol {@code /noise}, which every libp2p peer speaks. */
public final class Noise implements SecurityProtocol {
    private final Map<Shared, StaticKeys> keys = new ConcurrentHashMap<>();
    private final KnownPayloads known = new KnownPayloads();

    /** What connections must have in common to share their Noise key: a host has one. */
    private record Shared(PeerId identity, List<String> muxers) {}

    @Override
    public String protocolId() {
        return NoiseHandler.PROTOCOL;
    }

    @Override
    public SecurityHandler newHandler(Parameters parameters) {
        Shared shared = new Shared(parameters.identity().peerId(), parameters.muxers());
        StaticKeys own = keys.computeIfAbsent(
                shared, same -> new StaticKeys(parameters.identity(), same.muxers(), Clock.systemUTC()));
        return new NoiseHandler(parameters, own, known);
    }
}
