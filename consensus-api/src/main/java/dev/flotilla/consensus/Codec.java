package dev.flotilla.consensus;

import dev.flotilla.transport.Bytes;

/** Turns values into bytes and back. Deterministic: equal values have equal bytes. Thread-safe. */
public interface Codec<T> {
    /** Names the encoding, for example {@code json}; at most 64 characters. Written beside every value. */
    String name();

    /** Version of the encoding; written beside every value. */
    int version();

    Bytes encode(T value);

    /**
     * The value that {@code bytes} stand for.
     *
     * @throws IllegalArgumentException if they are no such value; the message says where and why
     */
    T decode(Bytes bytes);
}
