package dev.flotilla.libp2p.yamux;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one connection by id. The connection's initiator opens odd ids, the other side even ones, counting up
 * and never again (libp2p spec, yamux, stream id). A stream stays here until both sides have ended it.
 */
final class StreamTable {
    private static final long ID_MAX = 0xffff_ffffL;

    private final Map<Integer, YamuxStreamChannel> streams = new HashMap<>();
    private final int ownParity; // 1 or 0
    private long nextOwnId;
    private int ownCount;

    StreamTable(boolean initiator) {
        this(initiator, initiator ? 1 : 2);
    }

    /** @param firstOwnId of the right parity */
    StreamTable(boolean initiator, long firstOwnId) {
        this.ownParity = initiator ? 1 : 0;
        this.nextOwnId = firstOwnId;
    }

    boolean isOwn(int streamId) {
        return (streamId & 1) == ownParity;
    }

    /** The next id of this side; null if there are no more. */
    @Nullable
    Integer nextId() {
        if (nextOwnId > ID_MAX) {
            return null;
        }
        int id = (int) nextOwnId;
        nextOwnId += 2;
        return id;
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

    Collection<YamuxStreamChannel> all() {
        return streams.values();
    }

    /** A copy, so that its streams may be removed meanwhile. */
    List<YamuxStreamChannel> copy() {
        return new ArrayList<>(streams.values());
    }
}
