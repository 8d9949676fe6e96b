package dev.flotilla.consensus;

import dev.flotilla.transport.Bytes;

/** A codec beside the one before it: each version is read and written by the one that knows it. */
record VersionedCodec<T>(Codec<T> newer, Codec<T> older) implements Codec<T> {
    VersionedCodec {
        if (!older.name().equals(newer.name())) {
            throw new IllegalArgumentException("'" + older.name() + "' is no older version of '" + newer.name() + "'");
        }
        if (older.version() != newer.oldestVersion() - 1) {
            throw new IllegalArgumentException("before version " + newer.oldestVersion() + " of '" + newer.name()
                    + "' comes " + (newer.oldestVersion() - 1) + ", got " + older.version());
        }
    }

    @Override
    public String name() {
        return newer.name();
    }

    @Override
    public int version() {
        return newer.version();
    }

    @Override
    public int oldestVersion() {
        return older.oldestVersion();
    }

    @Override
    public Bytes encode(T value) {
        return newer.encode(value);
    }

    @Override
    public T decode(Bytes bytes) {
        return newer.decode(bytes);
    }

    @Override
    public Bytes encode(T value, int version) {
        return of(version).encode(value, version);
    }

    @Override
    public T decode(Bytes bytes, int version) {
        return of(version).decode(bytes, version);
    }

    private Codec<T> of(int version) {
        return version <= older.version() ? older : newer; // which refuses what it does not know
    }

    @Override
    public String toString() {
        return name() + " versions " + oldestVersion() + " to " + version();
    }
}
