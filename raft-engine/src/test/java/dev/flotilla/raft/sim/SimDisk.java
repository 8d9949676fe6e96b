package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Recovered;
import dev.flotilla.raft.message.Certificate;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.message.StoredEntry;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * One data directory. Writes become durable one after the other, each as a whole, when {@link #completeOne} says so; a
 * crash loses those that are not. Those that survive a crash are durable from then on, which the logs owe by their
 * contract; so a crash is the end of a process and a power loss in one.
 */
public final class SimDisk {
    private static final int COPIES_MAX = 100;

    /** A write that is under way. */
    record Write(long number, Effect effect) {}

    private final StoreId storeId;
    private final Set<PeerId> contacts;
    private HardState hardState = HardState.INITIAL;
    private SimLog log = new SimLog();
    private final TreeMap<Long, Boolean> damaged = new TreeMap<>(); // indexes, and whether the core was told
    private SimMachine.@Nullable State snapshot;
    private SimMachine.@Nullable State partial; // being received
    private int pieces; // of partial
    private final Map<SnapshotMeta, SimMachine.State> received = new HashMap<>(); // and not yet installed
    private List<Certificate> certificates = List.of();
    private final Deque<Write> pending = new ArrayDeque<>();
    private final Map<Long, Set<PeerId>> votes = new HashMap<>(); // by term, every one that was ever durable
    private final List<Copy> earlier = new ArrayList<>(); // the last before each write, if they may come back
    private boolean mayForget;
    private final List<SimLog> forgotten = new ArrayList<>(); // what was durable, and then was not

    SimDisk(StoreId storeId, Set<PeerId> contacts) {
        this.storeId = storeId;
        this.contacts = Set.copyOf(contacts);
    }

    /** Writes, durably at once, what a group starts with. */
    public void found(Configuration configuration) {
        log.replace(List.of(Payloads.founding(configuration)));
        hardState = new HardState(1, null);
    }

    /** Sets what a test wants to be there. */
    public void preset(HardState newHardState, SimLog newLog) {
        hardState = newHardState;
        log = newLog;
    }

    StoreId storeId() {
        return storeId;
    }

    HardState hardState() {
        return hardState;
    }

    SimLog log() {
        return log;
    }

    SimMachine.@Nullable State snapshot() {
        return snapshot;
    }

    /** Whether everything up to {@code index} is in the log or a snapshot. */
    boolean holds(EntryId id) {
        return log.contains(id) || log.base().index() > id.index();
    }

    /** Whether such a vote was durable at any time. */
    boolean votedFor(PeerId candidate, long term) {
        return votes.getOrDefault(term, Set.of()).contains(candidate);
    }

    /** As {@link #holds(EntryId)}, at any time. */
    boolean held(EntryId id) {
        return holds(id)
                || forgotten.stream()
                        .anyMatch(log -> log.contains(id) || log.base().index() > id.index());
    }

    void enqueue(long number, Effect effect) {
        pending.addLast(new Write(number, effect));
    }

    public int pendingWrites() {
        return pending.size();
    }

    /** Makes the oldest write durable and returns it. */
    Write completeOne() {
        Write write = pending.removeFirst();
        remember();
        if (write.effect() instanceof Effect.Persist persist) {
            replaceHardState(persist.hardState());
            persist.putBack().forEach(this::putBack);
            if (!persist.entries().isEmpty()) {
                damaged.tailMap(persist.entries().get(0).index(), true).clear();
            }
            log.replace(persist.entries());
        } else if (write.effect() instanceof Effect.InstallSnapshot install) {
            replaceHardState(install.hardState());
            install(install.snapshot(), install.keepLog());
        }
        return write;
    }

    private void replaceHardState(HardState next) {
        Violation.unless(next.term() >= hardState.term(), "hard state %s replaces %s", next, hardState);
        boolean votedOtherwise = next.term() == hardState.term()
                && hardState.votedFor() != null
                && !hardState.votedFor().equals(next.votedFor());
        Violation.unless(!votedOtherwise, "a second vote in one term: %s replaces %s", next, hardState);
        hardState = next;
        if (next.votedFor() != null) {
            votes.computeIfAbsent(next.term(), term -> new HashSet<>()).add(next.votedFor());
        }
    }

    private void install(SnapshotMeta meta, boolean keepLog) {
        boolean isForWitness = meta.configuration().all().stream()
                .anyMatch(member -> member.storeId().equals(storeId) && member.isWitness());
        SimMachine.State state = isForWitness ? new SimMachine.State(meta, 0, Bytes.EMPTY) : received.get(meta);
        Violation.unless(state != null, "snapshot %s was not received", meta.lastIncluded());
        snapshot = state;
        if (keepLog) {
            compact(meta.lastIncluded());
        } else {
            log.reset(meta.lastIncluded());
            damaged.clear();
        }
    }

    /** Drops what lies at or before {@code base} from the log. */
    void compact(EntryId base) {
        log.compact(base);
        damaged.headMap(base.index(), true).clear();
    }

    // ---- damage ----

    /** The entry at {@code index}, if there is one, cannot be read any more. */
    public void damage(long index) {
        if (log.reaches(index) && index > log.base().index()) {
            damaged.putIfAbsent(index, false);
        }
    }

    /** Whether the entry at {@code index} has something to lose, beside its head. */
    boolean hasPayload(long index) {
        return log.reaches(index)
                && index > log.base().index()
                && !log.entry(index).payload().isEmpty();
    }

    boolean isDamaged() {
        return !damaged.isEmpty();
    }

    /** Whether the core was told of an entry, not after {@code index}, that is damaged still. */
    boolean isKnownDamaged(long index) {
        return damaged.headMap(index, true).containsValue(true);
    }

    /**
     * Whether the core was told of an entry, not after {@code upToIndex}, that is damaged still and must not be passed over. A
     * snapshot that is being installed takes the place of what is before its end: an effect that comes behind it is done when
     * it is durable, and the state is that of the snapshot then.
     */
    boolean holdsUp(long upToIndex) {
        return isStillDamaged(upToIndex, SimDisk::replaces);
    }

    /** As {@link #isKnownDamaged}, when all writes that wait are done. */
    boolean staysDamaged(long upToIndex) {
        return isStillDamaged(upToIndex, (write, index) -> replaces(write, index) || writesAgain(write, index));
    }

    private boolean isStillDamaged(long upToIndex, BiPredicate<Write, Long> heals) {
        return damaged.headMap(upToIndex, true).entrySet().stream()
                .anyMatch(each ->
                        each.getValue() && pending.stream().noneMatch(write -> heals.test(write, each.getKey())));
    }

    private static boolean replaces(Write write, long index) {
        return write.effect() instanceof Effect.InstallSnapshot install
                && (!install.keepLog() || index <= install.snapshot().index());
    }

    private static boolean writesAgain(Write write, long index) {
        return write.effect() instanceof Effect.Persist persist
                && (persist.putBack().stream().anyMatch(entry -> entry.index() == index)
                        || persist.entries().stream().anyMatch(entry -> entry.index() <= index));
    }

    /** The core has done with what lies at or before {@code base}. */
    void expectCompaction(EntryId base) {
        damaged.headMap(base.index(), true).replaceAll((index, told) -> false);
    }

    /** An operator brings back what was lost. Only while down. */
    void mend() {
        damaged.clear();
    }

    /** The first damaged entry from {@code from} on, not after {@code to}; 0 if there is none. */
    long firstDamaged(long from, long to) {
        Long first = damaged.ceilingKey(from);
        return first == null || first > to ? 0 : first;
    }

    /** All that is damaged, of which the core is told. */
    List<DamagedEntry> tellDamage() {
        damaged.replaceAll((index, told) -> true);
        return damaged.keySet().stream().map(this::damagedAt).toList();
    }

    private DamagedEntry damagedAt(long index) {
        Entry lost = log.entry(index);
        return new DamagedEntry(lost.id(), lost.kind(), "entry " + index + " of the simulated disk");
    }

    private void putBack(Entry entry) {
        Violation.unless(log.contains(entry.id()), "entry %s repairs nothing: log is %s", entry.id(), log);
        log.putBack(entry);
        damaged.remove(entry.index());
    }

    /** Whether this disk has that snapshot for others. */
    public boolean holds(SnapshotMeta meta) {
        return snapshot != null && snapshot.meta().equals(meta);
    }

    /** That snapshot, which this disk {@linkplain #holds(SnapshotMeta) holds}. */
    public SimMachine.State given(SnapshotMeta meta) {
        if (snapshot == null || !snapshot.meta().equals(meta)) {
            throw new IllegalStateException("snapshot " + meta.lastIncluded() + " is not here");
        }
        return snapshot;
    }

    /** How much of that snapshot is here, in pieces; nothing if another one was begun since. */
    int piecesOf(SnapshotMeta meta) {
        return partial != null && partial.meta().equals(meta) ? pieces : 0;
    }

    /** One more piece is here, durably; returns how many are. */
    int receivePiece(SimMachine.State state) {
        pieces = piecesOf(state.meta()) + 1;
        partial = state;
        return pieces;
    }

    /** All pieces of that snapshot are here. */
    void receiveAll(SnapshotMeta meta) {
        Violation.unless(partial != null && partial.meta().equals(meta), "%s is not here", meta.lastIncluded());
        if (partial != null) {
            receive(partial);
        }
        partial = null;
    }

    public void receive(SimMachine.State state) {
        received.put(state.meta(), state);
    }

    /** Keeps a snapshot of this peer's own state. False if there is a newer one. */
    boolean keep(SimMachine.State own) {
        boolean newer = snapshot == null || snapshot.meta().index() < own.meta().index();
        if (newer) {
            snapshot = own;
        }
        return newer;
    }

    void saveCertificates(List<Certificate> chain) {
        certificates = chain;
    }

    /** An older copy of a data directory; it keeps its store id. */
    public record Copy(
            HardState hardState, SimLog log, SimMachine.@Nullable State snapshot, List<Certificate> certificates) {}

    public Copy copy() {
        return new Copy(hardState, log.copy(), snapshot, certificates);
    }

    /** Puts an older copy in place of what is there; only while the peer is down. */
    public void rollBack(Copy older) {
        hardState = older.hardState();
        log = older.log().copy();
        damaged.clear();
        snapshot = older.snapshot();
        certificates = older.certificates();
    }

    /** From now on {@link #earlier} knows what was there before. */
    void becomeForgetful() {
        mayForget = true;
    }

    private void remember() {
        if (mayForget) {
            earlier.add(copy());
            if (earlier.size() > COPIES_MAX) {
                earlier.remove(0);
            }
        }
    }

    /** What was there before each of the last writes, the oldest first. */
    List<Copy> earlier() {
        return earlier;
    }

    /** Puts in place what was there before the {@code number}th of {@link #earlier} was over. Only while down. */
    void forget(int number) {
        forgotten.add(log.copy());
        rollBack(earlier.get(number));
        earlier.subList(number, earlier.size()).clear();
    }

    boolean hasForgotten() {
        return !forgotten.isEmpty();
    }

    /** Loses every write but the first {@code surviving}. */
    void crash(int surviving) {
        for (int i = 0; i < surviving; i++) {
            completeOne();
        }
        pending.clear();
        received.clear();
    }

    Recovered recover() {
        tellDamage();
        List<StoredEntry> stored = new ArrayList<>();
        for (Entry entry : log.entries()) {
            stored.add(damaged.containsKey(entry.index()) ? damagedAt(entry.index()) : entry);
        }
        return new Recovered(
                hardState, snapshot == null ? null : snapshot.meta(), log.base(), stored, certificates, contacts);
    }
}
