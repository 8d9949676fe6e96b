package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.transport.PeerId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The effects of a step in their order, the writes among them, and how much of those is on the disk. Whatever changes
 * term, vote or log (paper figure 2, persistent state) is persisted before any later effect, whichever rule emits it:
 * {@link #emit} sees to that, {@link #sendEarly} being the one exception (thesis §10.2.1).
 */
final class Durability {
    private record Pending(long number, long lastIndex) {}

    private final TermAndVote termAndVote;
    private @Nullable ArrayDeque<Pending> pending; // emitted and not yet durable; null while there are none
    private long persistNumber;
    private long durableNumber; // <= persistNumber
    private long durableIndex; // <= the log's last index
    private List<Entry> unsaved = List.of(); // each a list of its own once there are some
    private List<Entry> unsavedPutBack = List.of();
    private List<Effect> effects = List.of();

    Durability(TermAndVote termAndVote) {
        this.termAndVote = termAndVote;
    }

    /** What was found on disk ends at {@code lastIndex}. */
    void recover(long lastIndex) {
        durableIndex = lastIndex;
    }

    /** Up to where this peer's own log is durable: what it may count as its own match. */
    long durableIndex() {
        return durableIndex;
    }

    /** Whether the Persist of that number is durable. */
    boolean isDurable(long number) {
        return durableNumber >= number;
    }

    // ---- what is to be written ----

    void append(Entry entry) {
        if (unsaved.isEmpty()) {
            unsaved = new ArrayList<>();
        }
        unsaved.add(entry);
    }

    /** Returns the number of the Persist that makes {@code entry} durable again. */
    long putBack(Entry entry) {
        if (unsavedPutBack.isEmpty()) {
            unsavedPutBack = new ArrayList<>();
        }
        unsavedPutBack.add(entry);
        return persistNumber + 1;
    }

    /** The log ends at {@code index} now: what is written of later entries makes nothing durable. */
    void truncatedAfter(long index) {
        if (!unsaved.isEmpty()) {
            unsaved.removeIf(entry -> entry.index() > index);
        }
        if (!unsavedPutBack.isEmpty()) {
            unsavedPutBack.removeIf(entry -> entry.index() > index);
        }
        durableIndex = Math.min(durableIndex, index);
        if (pending != null) {
            ArrayDeque<Pending> shortened = new ArrayDeque<>(pending.size());
            pending.forEach(each -> shortened.add(new Pending(each.number(), Math.min(each.lastIndex(), index))));
            pending = shortened;
        }
    }

    /** A received snapshot takes the place of the log, or with {@code keepLog} of its beginning. */
    void install(SnapshotMeta received, boolean keepLog) {
        flush();
        if (!keepLog) {
            pending = null;
        }
        durableIndex = keepLog ? Math.max(durableIndex, received.index()) : received.index();
        addPending(received.index());
        add(new Effect.InstallSnapshot(persistNumber, termAndVote.saved(), received, keepLog));
    }

    private void addPending(long lastIndex) {
        persistNumber++;
        pending = pending == null ? new ArrayDeque<>(1) : pending;
        pending.addLast(new Pending(persistNumber, lastIndex));
    }

    /** All writes up to that number are on the disk. */
    void persisted(long number) {
        while (pending != null && pending.getFirst().number() <= number) {
            durableIndex = Math.max(durableIndex, pending.removeFirst().lastIndex());
            pending = pending.isEmpty() ? null : pending;
        }
        durableNumber = Math.max(durableNumber, number);
    }

    // ---- effects ----

    void emit(Effect effect) {
        flush();
        add(effect);
    }

    private void add(Effect effect) {
        if (effects.isEmpty()) {
            effects = new ArrayList<>();
        }
        effects.add(effect);
    }

    /** For a leader's AppendEntries alone: its term and vote are durable, else it were no leader. */
    void sendEarly(PeerId to, RaftMessage.AppendEntries message) {
        add(new Effect.SendEarly(to, message));
    }

    /** The number of the last Persist, after all changes so far were put into one. */
    long flushed() {
        flush();
        return persistNumber;
    }

    /** The effects since the last call, with everything that changed in a Persist. */
    List<Effect> takeEffects() {
        flush();
        List<Effect> taken = effects;
        effects = List.of();
        return taken;
    }

    private void flush() {
        if (termAndVote.isChanged() || !unsaved.isEmpty() || !unsavedPutBack.isEmpty()) {
            addPending(unsaved.isEmpty() ? 0 : unsaved.get(unsaved.size() - 1).index());
            add(new Effect.Persist(persistNumber, termAndVote.saved(), unsavedPutBack, unsaved));
            unsaved = List.of();
            unsavedPutBack = List.of();
        }
    }
}
