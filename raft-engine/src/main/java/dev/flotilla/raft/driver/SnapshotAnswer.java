package dev.flotilla.raft.driver;

import dev.flotilla.transport.Bytes;
import java.io.IOException;

/** What a member that was asked for a snapshot answers first, in one byte. Who is none gets no answer at all. */
enum SnapshotAnswer {
    /** The chunks follow. */
    HERE(1),
    /** It holds another one, or none. */
    NOT_HERE(2),
    /** It sends as many as it may already. */
    BUSY(3);

    static final int SIZE_BYTES = 1;

    private final int code;

    SnapshotAnswer(int code) {
        this.code = code;
    }

    Bytes encode() {
        return Bytes.wrap(new byte[] {(byte) code});
    }

    static SnapshotAnswer decode(Bytes encoded) throws IOException {
        for (SnapshotAnswer each : values()) {
            if (each.code == encoded.at(0)) {
                return each;
            }
        }
        throw new IOException("a request for a snapshot was answered with " + encoded);
    }
}
