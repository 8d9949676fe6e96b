package dev.flotilla.libp2p.crypto;

import dev.flotilla.libp2p.fuzz.FuzzTarget;
import java.util.Arrays;
import java.util.List;

/** {@link PublicKey#fromBytes}: what is taken verifies without failing, and is read again as itself. */
public final class PublicKeyFuzz implements FuzzTarget {
    private static final List<byte[]> SEEDS = Arrays.stream(KeyType.values())
            .map(type -> PrivateKey.generate(type).publicKey().toBytes())
            .toList();

    public static void fuzzerTestOneInput(byte[] input) {
        new PublicKeyFuzz().run(input);
    }

    @Override
    public List<byte[]> seeds() {
        return SEEDS;
    }

    @Override
    public void run(byte[] input) {
        PublicKey key;
        try {
            key = PublicKey.fromBytes(input);
        } catch (IllegalArgumentException e) {
            return;
        }
        if (!PublicKey.fromBytes(key.toBytes()).equals(key)) {
            throw new AssertionError("its bytes are another key: " + key);
        }
        key.verify(input, input); // says yes or no, and throws nothing
    }
}
