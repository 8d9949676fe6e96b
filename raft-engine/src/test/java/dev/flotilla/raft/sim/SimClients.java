package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.transport.Bytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Those who write and read registers at any peer, and remember what they were told. A read must see every write, and
 * every value that a read saw, that was complete before the read began (linearizability of one register, whose versions
 * are the indexes of the entries that wrote it).
 */
final class SimClients {
    private static final int REGISTERS = 4;

    /**
     * A write that waits.
     *
     * @param appendedAs what its leader made of it; null if that is not known
     * @param leaderTerm the term of the leader that it was sent to; 0 if to none
     */
    private record Write(SimPeer peer, int life, String register, @Nullable EntryId appendedAs, long leaderTerm) {
        Write appended(EntryId id) {
            return new Write(peer, life, register, id, leaderTerm);
        }

        /** Whether it certainly will never be applied, now that an entry of {@code term} was. */
        boolean isLost(EntryId applied) {
            return (leaderTerm > 0 && applied.term() > leaderTerm)
                    || (appendedAs != null
                            && appendedAs.index() <= applied.index()
                            && appendedAs.term() != applied.term());
        }
    }

    private record Read(SimPeer peer, int life, String register, long commitIndexBefore, long versionBefore, long at) {}

    private final RandomGenerator random;
    private final Tally tally;
    private final Invariants invariants;
    private final Map<RequestId, Write> writes = new HashMap<>();
    private final Map<RequestId, Read> reads = new HashMap<>();
    private final List<Read> waiting = new ArrayList<>(); // for their index to be applied
    private final Map<String, Long> versions = new HashMap<>(); // seen by a completed read or write
    private final Map<Long, RequestId> completed = new HashMap<>(); // writes, by index
    private final AtomicLong requests;
    private final boolean mayReadByLease;
    private long completedWrites;

    SimClients(Environment environment, Invariants invariants) {
        this.random = environment.random();
        this.tally = environment.tally();
        this.requests = environment.requests();
        this.mayReadByLease = environment.settings().mayLease();
        this.invariants = invariants;
    }

    RequestId nextId(SimPeer peer) {
        return new RequestId(peer.life(), requests.incrementAndGet());
    }

    void ask(SimPeer peer, RequestId id, Request request) {
        Input input = new Input.Requested(id, request, peer.wallMillis());
        if (request instanceof Request.Propose) {
            peer.stepSoon(input);
        } else {
            peer.step(input);
        }
    }

    void write(SimPeer peer) {
        RequestId id = nextId(peer);
        String register = "r" + random.nextInt(REGISTERS);
        String value = random.nextInt(50) == 0 ? "v".repeat(600) : "v" + id.number();
        writes.put(id, new Write(peer, peer.life(), register, null, 0));
        Command command = new Command(peer.id(), id, Bytes.utf8(register + "=" + value));
        if (peer.status().leader() != null && !peer.id().equals(peer.status().leader())) {
            tally.count(Occurrence.WRITE_FORWARDED);
        }
        ask(peer, id, new Request.Propose(command));
    }

    void read(SimPeer peer) {
        boolean isByLease = mayReadByLease && random.nextInt(4) != 0;
        read(peer, isByLease ? new Request.LeaseRead() : new Request.ReadIndex());
    }

    /** A client asks {@code peer} for what it may answer alone. */
    void readByLease(SimPeer peer) {
        read(peer, new Request.LeaseRead());
    }

    private void read(SimPeer peer, Request request) {
        RequestId id = nextId(peer);
        String register = "r" + random.nextInt(REGISTERS);
        reads.put(
                id,
                new Read(
                        peer,
                        peer.life(),
                        register,
                        invariants.commitIndex(),
                        versions.getOrDefault(register, 0L),
                        Long.MAX_VALUE));
        if (peer.status().leader() != null && !peer.id().equals(peer.status().leader())) {
            tally.count(Occurrence.READ_FORWARDED);
        }
        ask(peer, id, request);
    }

    /** A request went to the leader of {@code term}. */
    void forwarded(RequestId id, long term) {
        writes.computeIfPresent(
                id, (same, write) -> new Write(write.peer(), write.life(), write.register(), write.appendedAs(), term));
    }

    /** Takes the answer to a read or write; false if {@code id} is neither. */
    boolean answered(SimPeer peer, RequestId id, Result result) {
        Write write = writes.get(id);
        if (write != null) {
            Violation.unless(write.appendedAs() == null, "%s answered twice", id);
            onWriteAnswer(id, write, result);
            return true;
        }
        Read read = reads.remove(id);
        if (read != null && result instanceof Result.ReadAt at) {
            onReadIndex(read, at.index());
        } else if (read != null) {
            tally.count(Occurrence.READ_REFUSED);
        }
        return read != null;
    }

    private void onWriteAnswer(RequestId id, Write write, Result result) {
        if (result instanceof Result.Appended appended) {
            writes.put(id, write.appended(appended.id()));
            return;
        }
        Violation.unless(result instanceof Result.Refused, "a proposal was answered with %s", result);
        invariants.onRefused(id);
        writes.remove(id);
        tally.count(Occurrence.WRITE_REFUSED);
        if (result instanceof Result.Refused refused && refused.reason() == Result.Reason.OVERLOADED) {
            tally.count(Occurrence.WRITE_OVERLOADED);
        }
    }

    private void onReadIndex(Read read, long index) {
        Violation.unless(
                index >= read.commitIndexBefore() || invariants.isBroken(),
                "a read at %s may be answered at %d; %d was committed before it began",
                read.peer().name(),
                index,
                read.commitIndexBefore());
        Read ready = new Read(
                read.peer(), read.life(), read.register(), read.commitIndexBefore(), read.versionBefore(), index);
        waiting.add(ready);
        answerReads(read.peer());
    }

    private void answerReads(SimPeer peer) {
        for (Iterator<Read> all = waiting.iterator(); all.hasNext(); ) {
            Read read = all.next();
            boolean isRefused = read.peer().machine().isHollow(); // a witness has nothing to answer from
            if (read.life() != read.peer().life() || isRefused) {
                all.remove();
            } else if (read.peer() == peer && peer.machine().lastApplied() >= read.at()) {
                all.remove();
                long version = registers(peer).writtenAt(read.register());
                Violation.unless(
                        version >= read.versionBefore() || invariants.isBroken(),
                        "a read at %s saw version %d of %s; %d was seen before it began",
                        peer.name(),
                        version,
                        read.register(),
                        read.versionBefore());
                versions.merge(read.register(), version, Math::max);
                tally.count(Occurrence.READ_DONE);
            }
        }
    }

    private static Registers registers(SimPeer peer) {
        return (Registers) peer.machine().application();
    }

    /** {@code peer} applied an entry: writes of its own that wait for it are done. */
    void applied(SimPeer peer, Entry entry, @Nullable Command command) {
        if (command != null && command.origin().equals(peer.id())) {
            Write write = writes.remove(command.request());
            if (write != null && write.life() == peer.life()) {
                tally.count(Occurrence.WRITE_APPLIED);
                completedWrites++;
                if (entry.index() <= invariants.keptIndex()) {
                    completed.put(entry.index(), command.request());
                }
                versions.merge(write.register(), entry.index(), Math::max);
            }
        }
        for (Iterator<Map.Entry<RequestId, Write>> all = writes.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<RequestId, Write> each = all.next();
            if (each.getValue().peer() == peer && each.getValue().isLost(entry.id())) {
                all.remove();
                invariants.onLost(each.getKey());
                tally.count(Occurrence.WRITE_SUPERSEDED);
            }
        }
        answerReads(peer);
    }

    /** The state jumped: what became of the peer's own writes it cannot tell. */
    void restored(SimPeer peer) {
        writes.values().removeIf(write -> write.peer() == peer);
        answerReads(peer);
    }

    long completedWrites() {
        return completedWrites;
    }

    /** What was told to be applied is applied where it was told to be. */
    void checkNothingLost() {
        completed.forEach((index, request) -> Violation.unless(
                index.equals(invariants.appliedAt(request)) || index > invariants.keptIndex(),
                "%s was told to be applied at %d, but is at %s",
                request,
                index,
                invariants.appliedAt(request)));
    }
}
