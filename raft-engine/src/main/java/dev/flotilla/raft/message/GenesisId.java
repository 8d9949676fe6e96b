package dev.flotilla.raft.message;

import dev.flotilla.transport.Bytes;
import java.util.random.RandomGenerator;

/** Which group: drawn by the one peer that creates it and handed on; in every frame. A recovered group has a successor's. */
public record GenesisId(Bytes value) implements Comparable<GenesisId> {
    public static final int SIZE_BYTES = 32;

    public GenesisId {
        if (value.size() != SIZE_BYTES) {
            throw new IllegalArgumentException("expected " + SIZE_BYTES + " bytes, got " + value.size() + ": " + value);
        }
    }

    /** One that nobody else has, if {@code random} is what it should be: cryptographically strong. */
    public static GenesisId draw(RandomGenerator random) {
        byte[] drawn = new byte[SIZE_BYTES];
        random.nextBytes(drawn);
        return new GenesisId(Bytes.wrap(drawn));
    }

    /**
     * Reads hexadecimal digits.
     *
     * @throws IllegalArgumentException if {@code hex} are not exactly {@link #SIZE_BYTES} bytes
     */
    public static GenesisId parse(String hex) {
        return new GenesisId(Bytes.fromHex(hex));
    }

    @Override
    public int compareTo(GenesisId other) {
        return value.asByteBuffer().compareTo(other.value.asByteBuffer());
    }

    /** All bytes in hexadecimal. */
    @Override
    public String toString() {
        return value.hex();
    }
}
