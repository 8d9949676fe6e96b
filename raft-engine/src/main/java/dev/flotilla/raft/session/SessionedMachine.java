package dev.flotilla.raft.session;

import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.machine.StateMachine.Committed;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.transport.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A state machine behind the group's {@link SessionTable}: it sees each command once. Both are at the same index always,
 * in memory and in snapshots.
 *
 * <p>A machine that keeps its own state is ahead of the newest snapshot after a restart. The table is not: it is built
 * again from the snapshot and the entries behind it, all of which the machine is given again, those that the table hid
 * from it before excepted, which it hides again. What the machine answers to those that it skips is no result, and is
 * not kept; such an answer may be missing on this peer where others have it.
 *
 * <p>Belongs to the thread that applies.
 */
public final class SessionedMachine<R> {
    private final StateMachine<R> machine;
    private final SessionTable.Bounds bounds;
    private final long seenIndex; // up to here the machine has seen everything in an earlier life
    private @Nullable SessionTable table; // null before the first command

    /** A machine before the first entry, or one that kept its own state. */
    public SessionedMachine(StateMachine<R> machine, SessionTable.Bounds bounds) {
        this.machine = machine;
        this.bounds = bounds;
        this.seenIndex = machine.lastApplied();
    }

    private SessionTable table() {
        SessionTable present = table;
        if (present == null) {
            present = new SessionTable(bounds);
            table = present;
        }
        return present;
    }

    /** How many client sessions are remembered. */
    public int sessions() {
        return table == null ? 0 : table.size();
    }

    /** What the machine had seen when this was made. */
    public long seenIndex() {
        return seenIndex;
    }

    /** What of the state the machine itself keeps over a restart; 0 for one that lives in memory. */
    public long keptIndex() {
        return machine.lastApplied();
    }

    /**
     * Applies consecutive entries, of which some are commands. A witness's, which are hollow, are passed over.
     *
     * @param isOwn whose fates are asked for
     * @return their fates, in order
     */
    public List<Told<R>> apply(List<Entry> entries, Predicate<Command> isOwn) throws MalformedMessageException {
        List<Judged> judged = new ArrayList<>(entries.size());
        List<Committed> batch = new ArrayList<>(entries.size());
        for (Entry entry : entries) {
            if (entry.kind() == Entry.Kind.COMMAND && !entry.isHollow()) {
                Command command = EntryCodec.decodeCommand(entry.payload());
                Verdict verdict = table().judge(entry.index(), command);
                judged.add(new Judged(command, entry.index(), verdict));
                if (verdict instanceof Verdict.Run) {
                    batch.add(new Committed(entry.index(), entry.term(), command.data()));
                }
            }
        }
        List<R> results = batch.isEmpty() ? List.of() : machine.apply(List.copyOf(batch));
        if (results.size() != batch.size()) {
            throw new IllegalStateException(
                    "the state machine gave " + results.size() + " results for " + batch.size() + " commands");
        }
        return told(judged, results, isOwn);
    }

    private record Judged(Command command, long index, Verdict verdict) {}

    private List<Told<R>> told(List<Judged> judged, List<R> results, Predicate<Command> isOwn) {
        List<Told<R>> told = new ArrayList<>();
        int run = 0;
        for (Judged each : judged) {
            @Nullable R result = null;
            if (each.verdict instanceof Verdict.Run verdict) {
                result = results.get(run++);
                if (verdict.answer() != null && each.index > seenIndex) {
                    verdict.answer().keep(machine.encodeResult(result));
                }
            }
            if (isOwn.test(each.command)) {
                told.add(new Told<>(each.command, each.index, fate(each, result)));
            }
        }
        return told;
    }

    @SuppressWarnings("NullAway") // a machine's result may be null, where R allows it
    private Told.Fate<R> fate(Judged judged, @Nullable R result) {
        if (judged.verdict instanceof Verdict.Run) {
            return new Told.Fate.Applied<>(judged.index, result);
        } else if (judged.verdict instanceof Verdict.Repeated repeated) {
            Bytes kept = repeated.answer().result();
            long index = repeated.answer().index();
            return kept == null ? new Told.Fate.ResultNotKept<>(index) : repeated(index, kept);
        } else if (judged.verdict instanceof Verdict.Opened) {
            return new Told.Fate.Opened<>();
        } else if (judged.verdict instanceof Verdict.Refused refused) {
            return new Told.Fate.Refused<>(refused.why());
        }
        throw new AssertionError("unhandled verdict: " + judged.verdict);
    }

    /** A result that this version of the machine cannot read is as good as none: it is no part of the state. */
    private Told.Fate<R> repeated(long index, Bytes kept) {
        try {
            return new Told.Fate.Applied<>(index, machine.decodeResult(index, kept));
        } catch (RuntimeException e) {
            return new Told.Fate.ResultNotKept<>(index);
        }
    }

    /** An immutable view of both. The table is small beside what a snapshot is for, and is written down at once. */
    public StateMachine.Capture capture() {
        ByteArrayOutputStream sessions = new ByteArrayOutputStream();
        try {
            table().writeTo(sessions);
        } catch (IOException e) {
            throw new AssertionError("memory failed", e);
        }
        StateMachine.Capture captured = machine.capture();
        return out -> {
            sessions.writeTo(out);
            captured.writeTo(out);
        };
    }

    /** Replaces both by what {@link #capture} wrote, on this peer or another, at {@code index}. */
    public void restore(long index, InputStream in) throws IOException {
        SessionTable restored = SessionTable.readFrom(in, index, bounds);
        machine.restore(index, in);
        table = restored;
    }

    /** The same before the first entry is applied; a machine that kept its own state, and is further, keeps it. */
    public void recover(long index, InputStream in) throws IOException {
        table = SessionTable.readFrom(in, index, bounds);
        if (seenIndex < index) {
            machine.restore(index, in);
        }
    }

    /** See {@link StateMachine#stopped}. */
    public void stopped(@Nullable Throwable cause) {
        machine.stopped(cause);
    }
}
