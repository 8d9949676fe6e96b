package dev.flotilla.raft.storage;

import com.github.luben.zstd.Zstd;
import java.io.IOException;

/** How the bytes of one {@link SnapshotChunk} are stored and sent. */
public enum Compression {
    /** As they are. */
    NONE(0),
    /** Zstandard (RFC 8878), a frame a chunk. Its library is native and there for all common platforms. */
    ZSTD(1);

    // The fastest of the usual levels: a snapshot competes with the group's own work for the processor.
    private static final int LEVEL = 1;

    private final int code; // in files and on the wire: never changed, never used again

    Compression(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static Compression of(int code) throws IOException {
        for (Compression each : values()) {
            if (each.code == code) {
                return each;
            }
        }
        throw new IOException("compression " + code + " is not known to this version");
    }

    /** Whether this platform has it. */
    public boolean isAvailable() {
        return this == NONE || Native.LOADED;
    }

    byte[] compress(byte[] raw) {
        return this == NONE ? raw : Zstd.compress(raw, LEVEL);
    }

    /** @throws IOException if it is no such data, has another size, or this platform has no such library */
    byte[] decompress(byte[] stored, int rawBytes) throws IOException {
        if (this == NONE) {
            return stored;
        }
        if (!isAvailable()) {
            throw new IOException("a chunk is compressed with zstd, whose native library cannot be loaded here");
        }
        byte[] raw = new byte[rawBytes];
        long size = Zstd.decompress(raw, stored);
        if (Zstd.isError(size) || size != rawBytes) {
            throw new IOException("a chunk does not decompress to " + rawBytes + " bytes: "
                    + (Zstd.isError(size) ? Zstd.getErrorName(size) : "it has " + size));
        }
        return raw;
    }

    /** Tries to load the library, once. */
    private static final class Native {
        static final boolean LOADED = load();

        private static boolean load() {
            try {
                return Zstd.compressBound(1) > 0;
            } catch (LinkageError e) {
                return false; // no library for this platform, or no place that it may be unpacked to
            }
        }
    }
}
