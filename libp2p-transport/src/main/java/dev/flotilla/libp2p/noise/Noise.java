package dev.flotilla.libp2p.noise;

import dev.flotilla.libp2p.security.SecurityHandler;
import dev.flotilla.libp2p.security.SecurityProtocol;

/** The security protocol {@code /noise}, which every libp2p peer speaks. */
public final class Noise implements SecurityProtocol {
    @Override
    public String protocolId() {
        return NoiseHandler.PROTOCOL;
    }

    @Override
    public SecurityHandler newHandler(Parameters parameters) {
        return new NoiseHandler(parameters);
    }
}
