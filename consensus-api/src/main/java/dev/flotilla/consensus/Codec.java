package dev.flotilla.consensus;

import dev.flotilla.transport.Bytes;
import java.util.function.Function;

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

    /** A codec of two functions; they keep what {@link #encode} and {@link #decode} promise. */
    static <T> Codec<T> of(String name, int version, Function<T, Bytes> encode, Function<Bytes, T> decode) {
        return new Codec<>() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public int version() {
                return version;
            }

            @Override
            public Bytes encode(T value) {
                return encode.apply(value);
            }

            @Override
            public T decode(Bytes bytes) {
                return decode.apply(bytes);
            }

            @Override
            public String toString() {
                return name + " version " + version;
            }
        };
    }
}
