package dev.flotilla.raft.storage.segment;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Where in the log: the number of a segment and an offset in its file. Packed into one long in memory. */
record Place(long segment, int offset) {
    /** No record is there: the file's header is. */
    static final long NOWHERE = 0;

    static Place of(long packed) {
        return new Place(packed >>> Integer.SIZE, (int) packed);
    }

    long packed() {
        return segment << Integer.SIZE | offset;
    }

    static long segment(long packed) {
        return packed >>> Integer.SIZE;
    }

    Place plus(long bytes) {
        return new Place(segment, Math.toIntExact(offset + bytes));
    }

    /** The checksum of bytes that belong to that place and to no other. */
    static int sum(ByteBuffer bytes, Place place) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        long packed = place.packed();
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            crc.update((int) (packed >>> shift));
        }
        return (int) crc.getValue();
    }
}
