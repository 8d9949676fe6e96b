package dev.flotilla.libp2p.yamux;

import dev.flotilla.libp2p.muxer.ErrorCode;
import java.util.Comparator;
import java.util.function.LongConsumer;

/**
 * The memory of received bytes that no stream of a connection has read yet, and its bound. A stream that is not read
 * stops its own sender within one window; only very many of them together reach the bound. Then the one that holds most
 * is reset. To stop reading the connection instead would stop every stream, and might never end: the credit that lets
 * this side write, and so read on, comes by the same connection.
 */
final class UnreadBytes {
    private final StreamTable streams;
    private final long bytesMax;
    private final LongConsumer listener;
    private long bytes; // 0 <= bytes

    /** @param listener told of each change, for who counts over several connections */
    UnreadBytes(StreamTable streams, long bytesMax, LongConsumer listener) {
        this.streams = streams;
        this.bytesMax = bytesMax;
        this.listener = listener;
    }

    long bytes() {
        return bytes;
    }

    /** A stream's memory grew or, if {@code change} is negative, shrank. Streams may be reset on the way. */
    void changed(long change) {
        bytes += change;
        listener.accept(change);
        while (bytes > bytesMax) {
            YamuxStreamChannel most = streams.all().stream()
                    .max(Comparator.comparingLong(stream -> stream.input().unreadBytes()))
                    .filter(stream -> stream.input().unreadBytes() > 0)
                    .orElseThrow(() -> new IllegalStateException(bytes + " unread bytes belong to no stream"));
            most.resetNow(
                    "it holds " + most.input().unreadBytes() + " of " + bytes + " bytes that wait unread, and "
                            + bytesMax + " is the most for this connection",
                    ErrorCode.RESOURCE_LIMIT_EXCEEDED);
        }
    }
}
