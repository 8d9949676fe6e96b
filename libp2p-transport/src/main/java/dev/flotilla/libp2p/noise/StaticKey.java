package dev.flotilla.libp2p.noise;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.transport.Bytes;
import java.util.List;

/**
 * A Noise key of this side and what proves whose it is (libp2p spec, noise, static key authentication).
 *
 * @param payload in which the identity has signed the key, as each handshake sends it
 * @param muxers that {@code payload} names, best first
 */
record StaticKey(X25519KeyPair pair, Bytes payload, List<String> muxers) {
    static StaticKey of(X25519KeyPair pair, PrivateKey identity, List<String> muxers) {
        return new StaticKey(
                pair, Bytes.wrap(NoisePayload.encode(identity, pair.publicKey(), muxers)), List.copyOf(muxers));
    }
}
