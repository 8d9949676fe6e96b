package dev.flotilla.raft.message;

import dev.flotilla.transport.Bytes;

/** Which data directory: drawn when the directory is made. The same peer with another store id has lost what it acknowledged. */
public record StoreId(Bytes value) implements Comparable<StoreId> {
    public static final int SIZE_BYTES = 16;

    public StoreId {
        if (value.size() != SIZE_BYTES) {
            throw new IllegalArgumentException("expected " + SIZE_BYTES + " bytes, got " + value.size() + ": " + value);
        }
    }

    /**
     * Reads hexadecimal digits.
     *
     * @throws IllegalArgumentException if {@code hex} are not exactly {@link #SIZE_BYTES} bytes
     */
    public static StoreId parse(String hex) {
        return new StoreId(Bytes.fromHex(hex));
    }

    @Override
    public int compareTo(StoreId other) {
        return value.asByteBuffer().compareTo(other.value.asByteBuffer());
    }

    /** All bytes in hexadecimal. */
    @Override
    public String toString() {
        return value.hex();
    }
}
