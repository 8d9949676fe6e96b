package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.metrics.Metric;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Entries that one group's loop handed over to be applied, so that they need not be read back from the log: in pieces of
 * consecutive ones, bounded in bytes. Thread-safe.
 */
final class Handed {
    private final NodeContext node;
    private @Nullable ArrayDeque<List<Entry>> pieces; // guarded by this, as below; null while there are none
    private long bytes;

    Handed(NodeContext node) {
        this.node = node;
    }

    static long sizeBytes(List<Entry> entries) {
        long bytes = 0;
        for (Entry entry : entries) {
            bytes += entry.sizeBytes();
        }
        return bytes;
    }

    /** Takes {@code entries} unless there are none, or they are too much. */
    synchronized void add(List<Entry> entries) {
        long more = sizeBytes(entries);
        if (!entries.isEmpty() && bytes + more <= node.settings().applyQueueBytesMax()) {
            if (pieces == null) {
                pieces = new ArrayDeque<>(2);
            }
            pieces.add(entries);
            hold(more);
        }
    }

    private void hold(long more) {
        bytes += more;
        node.meters().raise(Metric.UNAPPLIED_BYTES, more);
    }

    /** The rest of a piece from {@code index} on, which leaves; empty if the next piece begins later. */
    synchronized List<Entry> takeFrom(long index) {
        dropBefore(index);
        List<Entry> first = pieces == null ? null : pieces.peek();
        if (first == null || first.get(0).index() > index) {
            return List.of();
        }
        removeFirst();
        return first.subList((int) (index - first.get(0).index()), first.size());
    }

    /** Where the next piece begins; {@link Long#MAX_VALUE} if there is none. */
    synchronized long nextIndex() {
        return pieces == null ? Long.MAX_VALUE : pieces.element().get(0).index();
    }

    private void dropBefore(long index) {
        while (pieces != null) {
            List<Entry> first = pieces.element();
            if (first.get(first.size() - 1).index() >= index) {
                return;
            }
            removeFirst();
        }
    }

    private void removeFirst() {
        if (pieces != null) {
            hold(-sizeBytes(pieces.remove()));
            pieces = pieces.isEmpty() ? null : pieces;
        }
    }

    synchronized void clear() {
        pieces = null;
        hold(-bytes);
    }
}
