package dev.flotilla.libp2p.yamux;

import java.util.Comparator;

/**
 * The memory of received bytes that no stream of a connection has read yet, and its bound. A stream that is not read
 * stops its own sender within one window; only very many of them together reach the bound. Then the one that holds most
 * is reset. To stop reading the connection instead would stop every stream, and might never end: the credit that lets
 * this side write, and so read on, comes by the same connection.
 */
final class UnreadBytes {
    private final StreamTable streams;
    private final long bytesMax;
    private long bytes; // 0 <= bytes

    UnreadBytes(StreamTable streams, long bytesMax) {
        this.streams = streams;
        this.bytesMax = bytesMax;
    }

    long bytes() {
        return bytes;
    }

    /** A stream's memory grew or, if {@code change} is negative, shrank. Streams may be reset on the way. */
    void changed(long change) {
        bytes += change;
        while (bytes > bytesMax) {
            YamuxStreamChannel most = streams.all().stream()
                    .max(Comparator.comparingLong(stream -> stream.input().unreadBytes()))
                    .filter(stream -> stream.input().unreadBytes() > 0)
                    .orElseThrow(() -> new IllegalStateException(bytes + " unread bytes belong to no stream"));
            most.resetNow("it holds " + most.input().unreadBytes() + " of " + bytes + " bytes that wait unread, and "
                    + bytesMax + " is the most for this connection");
        }
    }
}
