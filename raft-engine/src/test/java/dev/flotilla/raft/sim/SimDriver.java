package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.driver.Silence;
import dev.flotilla.raft.message.Certificate;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.SnapshotProgress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The driver of a peer for one life: does exactly what {@link Effect} says. An effect waits for the writes before it;
 * {@link Effect.SendEarly} alone does not.
 */
final class SimDriver {
    /** An effect that waits until the write of number {@code after} is durable. */
    private record Held(long after, Effect effect) {}

    private final SimPeer peer;
    private final World world;
    private final SimDisk disk;
    private final SimLog log; // as the core sees it, durable or not
    private final ApplyQueue applying;
    private final ApplyOrder applyOrder;
    private final Silence silence;
    private final Deque<Held> held = new ArrayDeque<>();
    private long emitted;
    private long durable;

    SimDriver(SimPeer peer, World world, SimDisk disk, SimMachine machine) {
        this.peer = peer;
        this.world = world;
        this.disk = disk;
        this.log = disk.log().copy();
        this.applying = new ApplyQueue(peer, world, machine);
        this.applyOrder = new ApplyOrder(peer, machine.lastApplied());
        this.silence = new Silence(peer.node().heartbeats(), peer::nowNanos);
    }

    SimMachine machine() {
        return applying.machine();
    }

    SimLog log() {
        return log;
    }

    /** The core is about to be told. */
    void stepping(Input input) {
        applyOrder.stepping(input);
    }

    /** Of the writes under way the first {@code surviving} had reached the disk; nothing else is done any more. */
    void crash(int surviving) {
        silence.end();
        disk.crash(surviving);
        held.clear();
    }

    /** Notes an effect of the step that the core has just made; it is done once the writes before it are durable. */
    void take(Effect effect) {
        world.emitted(peer, effect);
        applyOrder.emitted(effect);
        if (effect instanceof Effect.Persist persist) {
            persist.putBack().forEach(log::putBack);
            log.replace(persist.entries());
            enqueue(persist.number(), persist);
        } else if (effect instanceof Effect.InstallSnapshot install) {
            if (install.keepLog()) {
                log.compact(install.snapshot().lastIncluded());
            } else {
                log.reset(install.snapshot().lastIncluded());
            }
            enqueue(install.number(), install);
        } else if (!(effect instanceof Effect.SendEarly)) {
            Violation.unless(
                    !(effect instanceof Effect.Apply apply && disk.holdsUp(apply.index())),
                    "%s is to apply what is damaged on its disk: %s",
                    peer.name(),
                    effect);
            if (effect instanceof Effect.Send send) {
                requireWhole(send.message());
            } else if (effect instanceof Effect.Compact compact) {
                disk.expectCompaction(compact.base());
            }
            held.addLast(new Held(emitted, effect));
        }
    }

    /** Who knows of damage does not acknowledge what lies behind it, before that is at least being written again. */
    private void requireWhole(RaftMessage message) {
        long index = message instanceof RaftMessage.AppendAccepted accepted
                ? accepted.matchIndex()
                : message instanceof RaftMessage.InstallSnapshotReply reply
                                && reply.progress() == SnapshotProgress.INSTALLED
                        ? reply.index()
                        : 0;
        Violation.unless(
                !disk.staysDamaged(index), "%s says %s, but its disk is damaged before that", peer.name(), message);
        if (log.firstHollow() <= index) {
            Configuration configuration = peer.configuration();
            Violation.unless(
                    !configuration.contains(peer.id(), peer.storeId())
                            || configuration.isWitness(peer.id(), peer.storeId()),
                    "%s, which is no witness, says %s, but has entry %d without its command",
                    peer.name(),
                    message,
                    log.firstHollow());
        }
    }

    void sendEarly(List<Effect> effects) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.SendEarly early) {
                world.send(peer, early.to(), early.message());
            }
        }
    }

    private void enqueue(long number, Effect effect) {
        Violation.unless(number == emitted + 1, "%s numbers a write %d after %d", peer.name(), number, emitted);
        emitted = number;
        disk.enqueue(number, effect);
        world.written(peer);
    }

    /** The disk finishes its {@code count} oldest writes. Returns the number of the last. */
    long diskCompletes(int count) {
        for (int i = 0; i < count; i++) {
            SimDisk.Write write = disk.completeOne();
            durable = write.number();
            if (write.effect() instanceof Effect.InstallSnapshot install) {
                applying.restore(install, installed(install), disk);
            }
            release();
        }
        return durable;
    }

    /** Does what waits for no write any longer. */
    void release() {
        while (!held.isEmpty() && held.getFirst().after() <= durable) {
            perform(held.removeFirst().effect());
        }
    }

    private void perform(Effect effect) {
        if (effect instanceof Effect.Send send) {
            world.send(peer, send.to(), silence.stamped(send.message()));
        } else if (effect instanceof Effect.Watch watch) {
            silence.watch(
                    watch.incarnations(),
                    lost -> peer.ifStillAlive(World.Work.LOAD, () -> peer.step(new Input.NodeLost(lost))));
        } else if (effect instanceof Effect.Apply apply) {
            applying.apply(apply.index(), disk);
        } else if (effect instanceof Effect.Answered answered) {
            world.answered(peer, answered.id(), answered.result());
        } else if (effect instanceof Effect.Forwarded forwarded) {
            world.forwarded(peer, forwarded.id(), forwarded.term());
        } else if (effect instanceof Effect.TakeSnapshot) {
            peer.whenIdle(peer::takeSnapshot);
        } else if (effect instanceof Effect.LoadEntries load) {
            peer.ifStillAlive(World.Work.LOAD, () -> load(load));
        } else if (effect instanceof Effect.ReceiveSnapshot receive) {
            world.receiveSnapshot(peer, receive.snapshot(), receive.sources());
        } else if (effect instanceof Effect.Compact compact) {
            compact(compact);
        } else if (effect instanceof Effect.SignCertificate sign) {
            Certificate signed = sign.unsigned().signedBy(new FakeCredentials(peer.id()));
            peer.ifStillAlive(World.Work.LOAD, () -> peer.step(new Input.CertificateSigned(signed)));
        } else if (effect instanceof Effect.VerifyCertificates verify) {
            if (verify.proof().stream().allMatch(each -> each.isSigned(new FakeCredentials(peer.id())))) {
                peer.ifStillAlive(World.Work.LOAD, () -> peer.step(new Input.CertificatesVerified(verify.chain())));
            }
        } else if (effect instanceof Effect.SaveCertificates save) {
            disk.saveCertificates(save.chain());
        } else if (effect instanceof Effect.LeftGroup) {
            world.left(peer);
        } else {
            throw new AssertionError("unhandled effect: " + effect);
        }
    }

    private void load(Effect.LoadEntries load) {
        List<Entry> found = read(load);
        if (disk.firstDamaged(load.fromIndex(), load.fromIndex()) > 0) {
            peer.stepDamageFound();
        }
        peer.step(new Input.EntriesLoaded(load.to(), load.run(), found));
    }

    private List<Entry> read(Effect.LoadEntries load) {
        List<Entry> found = new ArrayList<>();
        if (load.fromIndex() <= disk.log().base().index()) {
            return found;
        }
        long bytes = 0;
        long end = Math.min(load.toIndexExclusive() - 1, disk.log().lastIndex());
        for (long index = load.fromIndex(); index <= end; index++) {
            Entry entry = disk.log().entry(index);
            bytes += entry.sizeBytes();
            boolean isDamaged = disk.firstDamaged(index, index) > 0;
            if (isDamaged || (bytes > load.bytesMax() && !found.isEmpty())) {
                break;
            }
            found.add(entry);
        }
        return found;
    }

    private void compact(Effect.Compact compact) {
        SimMachine.State snapshot = disk.snapshot();
        Violation.unless(
                snapshot != null && snapshot.meta().index() >= compact.base().index(),
                "%s compacts to %s without a snapshot of it",
                peer.name(),
                compact.base());
        disk.compact(compact.base());
    }

    private SimMachine.State installed(Effect.InstallSnapshot install) {
        SimMachine.State state = disk.snapshot();
        if (state == null) {
            throw new AssertionError("installed " + install + ", found none");
        }
        return state;
    }

    /** Runs {@code task} between two pieces of work of the state machine. */
    void whenIdle(Runnable task) {
        applying.whenIdle(task);
    }
}
