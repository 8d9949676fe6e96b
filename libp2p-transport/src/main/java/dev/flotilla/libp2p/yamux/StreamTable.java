package dev.flotilla.libp2p.yamux;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one connection by id. The connection's initiator opens odd ids, the other side even ones, counting up
 * and never again (libp2p spec, yamux, stream id). A stream stays here until both sides have ended it.
 */
final class StreamTable {
    private final Map<Integer, YamuxStreamChannel> streams = new HashMap<>();
    private final int ownParity; // 1 or 0
    private long nextOwnId;
    private long highestPeerId;
    private int ownCount;

    StreamTable(boolean initiator) {
        this.ownParity = initiator ? 1 : 0;
        this.nextOwnId = initiator ? 1 : 2;
    }

    boolean isOwn(int streamId) {
        return (streamId & 1) == ownParity;
    }

    /** Whether the side that owns the id may have opened it before: late frames for it are no error. */
    boolean wasOpened(int streamId) {
        long id = Integer.toUnsignedLong(streamId);
        return isOwn(streamId) ? id < nextOwnId : id <= highestPeerId;
    }

    /** The next id of this side; null if there are no more. */
    @Nullable
    Integer nextId() {
        if (nextOwnId > Integer.MAX_VALUE) {
            return null;
        }
        int id = (int) nextOwnId;
        nextOwnId += 2;
        return id;
    }

    void sawPeerId(int streamId) {
        highestPeerId = Math.max(highestPeerId, Integer.toUnsignedLong(streamId));
    }

    @Nullable
    YamuxStreamChannel get(int streamId) {
        return streams.get(streamId);
    }

    void add(YamuxStreamChannel stream) {
        streams.put(stream.streamId(), stream);
        if (isOwn(stream.streamId())) {
            ownCount++;
        }
    }

    /** Whether {@code stream} was there. */
    boolean remove(YamuxStreamChannel stream) {
        boolean removed = streams.remove(stream.streamId(), stream);
        if (removed && isOwn(stream.streamId())) {
            ownCount--;
        }
        return removed;
    }

    int ownCount() {
        return ownCount;
    }

    int peerCount() {
        return streams.size() - ownCount;
    }

    /** A copy, so that its streams may be removed meanwhile. */
    List<YamuxStreamChannel> all() {
        return new ArrayList<>(streams.values());
    }
}
