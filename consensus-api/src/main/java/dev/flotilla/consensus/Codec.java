package dev.flotilla.consensus;

import dev.flotilla.transport.Bytes;
import java.util.function.Function;

/**
 * Turns values into bytes and back. Deterministic: equal values have equal bytes of a version. Thread-safe.
 *
 * <p>A codec may know older versions of its own format, without a gap down to {@link #oldestVersion}. A group goes on in
 * the version that it began with until it is told to move on, so that peers with the old codec and with the new one work
 * side by side meanwhile; for that long a new codec writes as the old one did. The simplest way to have both is
 * {@link #after}.
 */
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

    /** The oldest version that this still reads and writes; at most {@link #version}. */
    default int oldestVersion() {
        return version();
    }

    /** Whether this reads and writes that version. */
    default boolean knows(int version) {
        return oldestVersion() <= version && version <= version();
    }

    /**
     * The bytes of {@code value} as {@code version} of this codec writes it.
     *
     * @throws IllegalArgumentException if this does not know the version, or the version has no such value
     */
    default Bytes encode(T value, int version) {
        checkOwn(this, version);
        return encode(value);
    }

    /**
     * The value that {@code bytes} of {@code version} stand for.
     *
     * @throws IllegalArgumentException if this does not know the version, or they are no such value
     */
    default T decode(Bytes bytes, int version) {
        checkOwn(this, version);
        return decode(bytes);
    }

    /**
     * This codec, which reads and writes what {@code older} does too.
     *
     * @throws IllegalArgumentException unless {@code older} has the same name and the version before this one's oldest
     */
    default Codec<T> after(Codec<T> older) {
        return new VersionedCodec<>(this, older);
    }

    private static void checkOwn(Codec<?> codec, int version) {
        if (version != codec.version()) {
            throw new IllegalArgumentException(
                    "codec " + codec.name() + " knows version " + codec.version() + " alone, not " + version);
        }
    }

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
