package dev.flotilla.libp2p.crypto;

import dev.flotilla.libp2p.fuzz.FuzzTarget;
import java.util.Arrays;
import java.util.List;

/** {@link PrivateKey#fromBytes}: what is taken signs what its public key accepts. */
public final class PrivateKeyFuzz implements FuzzTarget {
    private static final List<byte[]> SEEDS = Arrays.stream(KeyType.values())
            .map(type -> PrivateKey.generate(type).toBytes())
            .toList();

    public static void fuzzerTestOneInput(byte[] input) {
        new PrivateKeyFuzz().run(input);
    }

    @Override
    public List<byte[]> seeds() {
        return SEEDS;
    }

    @Override
    public void run(byte[] input) {
        PrivateKey key;
        try {
            key = PrivateKey.fromBytes(input);
        } catch (IllegalArgumentException e) {
            return;
        }
        if (!key.publicKey().verify(input, key.sign(input))) {
            throw new AssertionError("its own public key does not take its signature: " + key);
        }
    }
}
