package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.core.RaftCore;
import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.core.Trace;
import dev.flotilla.raft.driver.Silence;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.Certificate;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.SnapshotProgress;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A peer: a core, a disk, a state machine, and a driver that does exactly what {@link Effect} says. An effect waits for
 * the writes before it; {@link Effect.SendEarly} alone does not.
 */
public final class SimPeer {
    /** An effect that waits until the write of number {@code after} is durable. */
    private record Held(long after, Effect effect) {}

    private final SimNode node;
    private final World world;
    private final Supplier<? extends StateMachine<?>> machines;
    private RaftConfig config;
    private final RandomGenerator random;
    private final DecodedEntries decoded;
    private SimDisk disk;
    private int generation = 1;
    private int life; // counts starts and crashes: work of an earlier life is void
    private @Nullable RaftCore core;
    private Role role = Role.FOLLOWER;
    private long term;

    private @Nullable CoreStatus status; // as of statusNanos, after the last step; null if nobody asked yet
    private long statusNanos;
    private SimLog log = new SimLog(); // as the core sees it, durable or not
    private ApplyQueue applying;
    private ApplyOrder applyOrder;
    private Silence silence;
    private long emitted;
    private long durable;
    private final Deque<Held> held = new ArrayDeque<>();

    /** A peer on a node of its own, whose clock is right, with a few registers. */
    public SimPeer(String name, World world, RaftConfig config, RandomGenerator random, Set<PeerId> contacts) {
        this(new SimNode(name, 0), world, config, random, contacts, Registers::new, new DecodedEntries());
    }

    /** The part of {@code node} in one group; {@code machines} makes its state machine at each start. */
    SimPeer(
            SimNode node,
            World world,
            RaftConfig config,
            RandomGenerator random,
            Set<PeerId> contacts,
            Supplier<? extends StateMachine<?>> machines,
            DecodedEntries decoded) {
        this.node = node;
        this.world = world;
        this.config = config;
        this.random = random;
        this.machines = machines;
        this.decoded = decoded;
        this.disk = new SimDisk(Names.store(node.id(), generation), contacts);
        this.applying = new ApplyQueue(this, world, newMachine());
        this.applyOrder = new ApplyOrder(this, 0);
        this.silence = new Silence(node.heartbeats(), this::nowNanos);
    }

    private SimMachine newMachine() {
        return new SimMachine(machines.get(), decoded);
    }

    SimNode node() {
        return node;
    }

    public String name() {
        return node.name();
    }

    public PeerId id() {
        return node.id();
    }

    public StoreId storeId() {
        return disk.storeId();
    }

    /** The newest that it admits to. */
    public int featureLevel() {
        return config.featureLevel();
    }

    /** It comes back with software of that level. Only while down. */
    public void upgrade(int featureLevel) {
        config = config.withFeatureLevel(featureLevel);
    }

    public SimDisk disk() {
        return disk;
    }

    public SimMachine machine() {
        return applying.machine();
    }

    SimLog log() {
        return log;
    }

    public Role role() {
        return role;
    }

    /** What chance decides about this peer. */
    RandomGenerator random() {
        return random;
    }

    /** As it was told last. */
    long term() {
        return term;
    }

    int life() {
        return life;
    }

    public boolean isUp() {
        return core != null;
    }

    public CoreStatus status() {
        long now = nowNanos();
        if (status == null || statusNanos != now) {
            status = running().status(now);
            statusNanos = now;
        }
        return status;
    }

    long commitIndex() {
        return running().commitIndex();
    }

    Configuration configuration() {
        return running().configuration();
    }

    /** What this peer's clock says. */
    long nowNanos() {
        return node.clock().nanos(world.nowNanos());
    }

    /** What its wall clock says. */
    long wallMillis() {
        return node.clock().wallMillis(world.nowNanos());
    }

    /** When its timer is due, in true time; {@link Long#MAX_VALUE} for never. */
    public long nextTimerNanos() {
        return core == null ? Long.MAX_VALUE : node.clock().trueNanos(core.nextTimerNanos());
    }

    List<Entry> cachedEntries(long fromIndex, long toIndex) {
        return running().cachedEntries(fromIndex, toIndex);
    }

    private RaftCore running() {
        if (core == null) {
            throw new IllegalStateException(name() + " is down");
        }
        return core;
    }

    // ---- life ----

    /** Starts from what is on the disk. */
    public void start() {
        life++;
        log = disk.log().copy();
        SimMachine machine = newMachine();
        SimMachine.State snapshot = disk.snapshot();
        if (snapshot != null) {
            machine.restore(snapshot);
        }
        applying = new ApplyQueue(this, world, machine);
        applyOrder = new ApplyOrder(this, machine.lastApplied());
        if (snapshot != null) {
            world.restored(this, snapshot);
        }
        silence = new Silence(node.heartbeats(), this::nowNanos);
        emitted = 0;
        durable = 0;
        role = Role.FOLLOWER;
        term = disk.hardState().term();
        core = new RaftCore(
                new FakeCredentials(id()),
                disk.storeId(),
                Names.GENESIS,
                config,
                disk.recover(),
                random,
                new Listener(),
                nowNanos());
    }

    /** Stops at once. Of the writes under way the first {@code surviving} had reached the disk. */
    public void crash(int surviving) {
        life++;
        core = null;
        status = null;
        silence.end();
        disk.crash(surviving);
        held.clear();
    }

    /** The data directory is gone; a new one takes its place. Only while down. */
    public void wipe(Set<PeerId> contacts) {
        generation++;
        disk = new SimDisk(Names.store(id(), generation), contacts);
        log = new SimLog();
    }

    // ---- the driver ----

    /** Gives {@code input} to the core and does what it says, as far as the disk allows. Nothing while down. */
    public void step(Input input) {
        if (core == null) {
            return;
        }
        world.stepping(this, input);
        applyOrder.stepping(input);
        status = null;
        List<Effect> effects = core.step(input, nowNanos());
        status = null;
        effects.forEach(this::take);
        world.stepped(this, input, effects);
        sendEarly(effects);
        release();
    }

    private void take(Effect effect) {
        world.emitted(this, effect);
        applyOrder.emitted(effect);
        if (effect instanceof Effect.Persist persist) {
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
                    !(effect instanceof Effect.Apply apply && disk.isKnownDamaged(apply.index())),
                    "%s is to apply what is damaged on its disk: %s",
                    name(),
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
        Violation.unless(!disk.staysDamaged(index), "%s says %s, but its disk is damaged before that", name(), message);
    }

    private void sendEarly(List<Effect> effects) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.SendEarly early) {
                world.send(this, early.to(), early.message());
            }
        }
    }

    private void enqueue(long number, Effect effect) {
        Violation.unless(number == emitted + 1, "%s numbers a write %d after %d", name(), number, emitted);
        emitted = number;
        disk.enqueue(number, effect);
        world.written(this);
    }

    /** The disk finishes its {@code count} oldest writes; the core is told of the last. */
    public void diskCompletes(int count) {
        for (int i = 0; i < count; i++) {
            SimDisk.Write write = disk.completeOne();
            durable = write.number();
            if (write.effect() instanceof Effect.InstallSnapshot install) {
                applying.restore(install, installed(install), disk);
            }
            release();
        }
        step(new Input.Persisted(durable));
    }

    private void release() {
        while (!held.isEmpty() && held.getFirst().after() <= durable) {
            perform(held.removeFirst().effect());
        }
    }

    private void perform(Effect effect) {
        if (effect instanceof Effect.Send send) {
            world.send(this, send.to(), silence.stamped(send.message()));
        } else if (effect instanceof Effect.Watch watch) {
            silence.watch(
                    watch.incarnations(), lost -> ifStillAlive(World.Work.LOAD, () -> step(new Input.NodeLost(lost))));
        } else if (effect instanceof Effect.Apply apply) {
            applying.apply(apply.index(), disk);
        } else if (effect instanceof Effect.Answered answered) {
            world.answered(this, answered.id(), answered.result());
        } else if (effect instanceof Effect.Forwarded forwarded) {
            world.forwarded(this, forwarded.id(), forwarded.term());
        } else if (effect instanceof Effect.LoadEntries load) {
            ifStillAlive(World.Work.LOAD, () -> load(load));
        } else if (effect instanceof Effect.ReceiveSnapshot receive) {
            world.receiveSnapshot(this, receive.snapshot(), receive.sources());
        } else if (effect instanceof Effect.Compact compact) {
            compact(compact);
        } else if (effect instanceof Effect.SignCertificate sign) {
            Certificate signed = sign.unsigned().signedBy(new FakeCredentials(id()));
            ifStillAlive(World.Work.LOAD, () -> step(new Input.CertificateSigned(signed)));
        } else if (effect instanceof Effect.VerifyCertificates verify) {
            if (verify.proof().stream().allMatch(each -> each.isSigned(new FakeCredentials(id())))) {
                ifStillAlive(World.Work.LOAD, () -> step(new Input.CertificatesVerified(verify.chain())));
            }
        } else if (effect instanceof Effect.SaveCertificates save) {
            disk.saveCertificates(save.chain());
        } else if (effect instanceof Effect.LeftGroup) {
            world.left(this);
        } else {
            throw new AssertionError("unhandled effect: " + effect);
        }
    }

    /** Has the world run {@code task} later, unless this peer stops before. */
    void ifStillAlive(World.Work work, Runnable task) {
        int now = life;
        world.later(this, work, () -> {
            if (life == now) {
                task.run();
            }
        });
    }

    private void load(Effect.LoadEntries load) {
        List<Entry> found = read(load);
        if (disk.firstDamaged(load.fromIndex(), load.fromIndex()) > 0) {
            step(new Input.DamageFound(disk.tellDamage()));
        }
        step(new Input.EntriesLoaded(load.to(), load.run(), found));
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
                name(),
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

    /** Runs {@code task} when the state machine is idle. */
    void whenIdle(Runnable task) {
        applying.whenIdle(task);
    }

    /** Takes a snapshot of the state as it is now; it is durable later. False if there is nothing new in it. */
    public boolean takeSnapshot() {
        SimMachine.State newest = disk.snapshot();
        if (core == null
                || machine().lastApplied()
                        <= (newest == null ? 0 : newest.meta().index())) {
            return false;
        }
        if (machine().isHollow() && !machine().configuration().isWitness(id(), storeId())) {
            return false; // what is restored from it must know that there is no state in it
        }
        SimMachine.State captured = machine().capture();
        ifStillAlive(World.Work.CAPTURE, () -> {
            if (disk.keep(captured)) {
                step(new Input.SnapshotTaken(captured.meta()));
            }
        });
        return true;
    }

    private final class Listener implements Trace {
        @Override
        public void roleChanged(Role newRole, long newTerm, @Nullable PeerId leader) {
            world.roleChanged(SimPeer.this, newRole, newTerm, leader);
            role = newRole;
            term = newTerm;
        }

        @Override
        public void damaged(List<DamagedEntry> entries) {
            world.damaged(SimPeer.this, entries);
        }

        @Override
        public void repaired(long firstIndex, long lastIndex, int left) {
            world.repaired(SimPeer.this, firstIndex, lastIndex, left);
        }

        @Override
        public void lostEntries(PeerId peer, long acknowledgedIndex) {
            world.lostEntries(SimPeer.this, peer, acknowledgedIndex);
        }

        @Override
        public void demoted(PeerId peer, String reason) {
            world.demoted(SimPeer.this, peer, reason);
        }

        @Override
        public void handsOver(PeerId peer, int priority) {
            world.handsOver(SimPeer.this, peer, priority);
        }

        @Override
        public void dropped(PeerId from, String message, String reason) {
            world.dropped(SimPeer.this, from, message, reason);
        }
    }
}
