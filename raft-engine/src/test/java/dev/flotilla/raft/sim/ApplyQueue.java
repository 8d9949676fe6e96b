package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.message.Entry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** What a peer's state machine has to do, in order, one piece after the other, each taking its time. */
final class ApplyQueue {
    private final SimPeer peer;
    private final World world;
    private final SimMachine machine;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private boolean applying;
    private long targetIndex; // up to where applying was asked for
    private long askedIndex; // up to where it was begun: less if an entry is damaged

    ApplyQueue(SimPeer peer, World world, SimMachine machine) {
        this.peer = peer;
        this.world = world;
        this.machine = machine;
        this.askedIndex = machine.lastApplied();
        this.targetIndex = askedIndex;
    }

    SimMachine machine() {
        return machine;
    }

    /** Committed entries up to {@code index}: those on the disk, which the core must not remember otherwise. */
    void apply(long index, SimDisk disk) {
        SimLog onDisk = disk.log();
        if (index <= askedIndex) {
            return; // the damage held up nothing, but the core could not know (ApplyOrder says when it may ask again)
        }
        Violation.unless(onDisk.reaches(index), "%s is to apply %d; its disk has %s", peer.name(), index, onDisk);
        targetIndex = index;
        List<Entry> cached = peer.cachedEntries(askedIndex + 1, index);
        long damaged = cached.isEmpty() ? disk.firstDamaged(askedIndex + 1, index) : 0;
        begin(damaged > 0 ? damaged - 1 : index, onDisk, cached);
        if (damaged > 0) {
            add(() -> peer.stepDamageFound());
        }
    }

    private void begin(long index, SimLog onDisk, List<Entry> cached) {
        if (index == askedIndex) {
            return;
        }
        List<Entry> entries = onDisk.range(askedIndex + 1, index);
        Violation.unless(
                cached.isEmpty() || cached.equals(entries), "%s caches other entries than its disk has", peer.name());
        askedIndex = index;
        add(() -> {
            for (Entry entry : entries) {
                world.applied(peer, entry, machine.apply(entry));
            }
            peer.stepSoon(new Input.Applied(index));
        });
    }

    /** A snapshot takes the place of everything up to its end, unless the state is further already. */
    void restore(Effect.InstallSnapshot install, SimMachine.State state, SimDisk disk) {
        Violation.unless(
                state.meta().equals(install.snapshot()), "%s installed another snapshot: %s", peer.name(), install);
        askedIndex = Math.max(askedIndex, state.meta().index());
        add(() -> {
            if (state.meta().index() > machine.lastApplied()) {
                machine.restore(state);
                world.restored(peer, state);
            }
            peer.step(new Input.Applied(state.meta().index()));
        });
        if (targetIndex > askedIndex) { // what came after a damaged entry that the snapshot contains
            apply(targetIndex, disk);
        }
    }

    /** Runs {@code task} between two pieces of work. */
    void whenIdle(Runnable task) {
        add(task);
    }

    private void add(Runnable task) {
        waiting.addLast(task);
        applyNext();
    }

    private void applyNext() {
        if (!applying && !waiting.isEmpty()) {
            applying = true;
            peer.ifStillAlive(World.Work.APPLY, () -> {
                applying = false;
                waiting.removeFirst().run();
                applyNext();
            });
        }
    }
}
