package dev.flotilla.libp2p.noise;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.fuzz.FuzzTarget;
import dev.flotilla.libp2p.security.SecurityHandshakeException;
import java.util.List;

/** {@link NoisePayload#verify}: only who signed is taken for a peer. */
public final class NoisePayloadFuzz implements FuzzTarget {
    private static final byte[] STATIC_KEY = new byte[32];
    private static final PrivateKey KEY = PrivateKey.generate();
    private static final List<byte[]> SEEDS =
            List.of(NoisePayload.encode(KEY, STATIC_KEY, List.of("/yamux/1.0.0", "/x")));

    public static void fuzzerTestOneInput(byte[] input) {
        new NoisePayloadFuzz().run(input);
    }

    @Override
    public List<byte[]> seeds() {
        return SEEDS;
    }

    @Override
    public void run(byte[] input) {
        try {
            NoisePayload payload = NoisePayload.verify(input, STATIC_KEY);
            if (payload.muxers().size() > 100) {
                throw new AssertionError("more multiplexers are kept than is allowed");
            }
        } catch (SecurityHandshakeException e) {
            // refused, as it may
        }
    }
}
