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
    private long askedIndex; // up to where applying was asked for

    ApplyQueue(SimPeer peer, World world, SimMachine machine) {
        this.peer = peer;
        this.world = world;
        this.machine = machine;
        this.askedIndex = machine.lastApplied();
    }

    SimMachine machine() {
        return machine;
    }

    /** Committed entries up to {@code index}: those on the disk, which the core must not remember otherwise. */
    void apply(long index, SimLog onDisk) {
        Violation.unless(index > askedIndex, "%s is to apply up to %d after %d", peer.name(), index, askedIndex);
        Violation.unless(onDisk.reaches(index), "%s is to apply %d; its disk has %s", peer.name(), index, onDisk);
        List<Entry> entries = onDisk.range(askedIndex + 1, index);
        List<Entry> cached = peer.cachedEntries(askedIndex + 1, index);
        Violation.unless(
                cached.isEmpty() || cached.equals(entries), "%s caches other entries than its disk has", peer.name());
        askedIndex = index;
        add(() -> {
            for (Entry entry : entries) {
                world.applied(peer, entry, machine.apply(entry));
            }
            peer.step(new Input.Applied(index));
        });
    }

    /** A snapshot takes the place of everything up to its end. */
    void restore(Effect.InstallSnapshot install, SimMachine.State state) {
        Violation.unless(
                state.meta().equals(install.snapshot()), "%s installed another snapshot: %s", peer.name(), install);
        askedIndex = state.meta().index();
        add(() -> {
            machine.restore(state);
            world.restored(peer, state);
            peer.step(new Input.Applied(state.meta().index()));
        });
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
