package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.core.MemberStatus;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.core.RaftCore;
import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.SnapshotMarker;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A peer: a core, a disk, a state machine, and a {@link SimDriver} between them. */
public final class SimPeer {
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
    private PeerTrace trace;
    private @Nullable CoreStatus status; // as of statusNanos, after the last step; null if nobody asked yet
    private long statusNanos;
    private SimDriver driver; // of the present life, or of the last
    private final List<Input> gathered = new ArrayList<>(); // for the end of the driver's round
    private SimMachine.@Nullable State begun; // a snapshot that is driven from outside, in this life

    /** A peer on a node of its own, whose clock is right, with a few registers. */
    public SimPeer(String name, World world, RaftConfig config, RandomGenerator random, Set<PeerId> contacts) {
        this(
                new SimNode(name, 0, config.featureLevel()),
                world,
                config,
                random,
                contacts,
                Registers::new,
                new DecodedEntries());
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
        this.driver = new SimDriver(this, world, disk, newMachine());
        this.trace = new PeerTrace(this, world, 0);
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
        return driver.machine();
    }

    SimLog log() {
        return driver.log();
    }

    public Role role() {
        return trace.role();
    }

    /** What chance decides about this peer. */
    RandomGenerator random() {
        return random;
    }

    /** As it was told last. */
    long term() {
        return trace.term();
    }

    /** Whether it leads that term. */
    boolean leads(long term) {
        return role() == Role.LEADER && term() == term;
    }

    /** Up to where {@code other} acknowledged this peer's log, while it leads; 0 if nothing. */
    long acknowledgedBy(SimPeer other) {
        return role() != Role.LEADER
                ? 0
                : status().members().stream()
                        .filter(each -> each.member().peerId().equals(other.id())
                                && configuration().contains(other.id(), other.storeId()))
                        .mapToLong(MemberStatus::matchIndex)
                        .max()
                        .orElse(0);
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
        SimMachine machine = newMachine();
        SimMachine.State snapshot = disk.snapshot();
        if (snapshot != null) {
            machine.restore(snapshot);
        }
        driver = new SimDriver(this, world, disk, machine);
        if (snapshot != null) {
            world.restored(this, snapshot);
        }
        trace = new PeerTrace(this, world, disk.hardState().term());
        core = new RaftCore(
                new FakeCredentials(id()),
                disk.storeId(),
                Names.GENESIS,
                config,
                disk.recover(),
                random,
                trace,
                nowNanos());
    }

    /** Stops at once. Of the writes under way the first {@code surviving} had reached the disk. */
    public void crash(int surviving) {
        life++;
        core = null;
        status = null;
        begun = null;
        gathered.clear();
        driver.crash(surviving);
    }

    /** The data directory is gone; a new one takes its place. Only while down. */
    public void wipe(Set<PeerId> contacts) {
        generation++;
        disk = new SimDisk(Names.store(id(), generation), contacts);
        driver = new SimDriver(this, world, disk, machine());
    }

    // ---- the driver ----

    /**
     * The same for one that the driver may give to the core with others, at the end of its round, if the world says so. The next
     * input that cannot wait comes behind it.
     */
    void stepSoon(Input input) {
        if (core == null || (gathered.isEmpty() && !world.gathers(this))) {
            step(input);
            return;
        }
        if (gathered.isEmpty()) {
            ifStillAlive(World.Work.LOAD, this::stepGathered);
        }
        gathered.add(input);
    }

    /** Gives the core what was kept for the end of the round. */
    private void stepGathered() {
        List<Input> together = List.copyOf(gathered);
        gathered.clear();
        if (core != null && !together.isEmpty()) {
            stepNow(together.size() == 1 ? together.get(0) : new Input.Batch(together));
        }
    }

    /** A read met damage, of which the core is told. */
    void stepDamageFound() {
        stepGathered(); // which knows nothing of it
        if (core != null) {
            stepNow(new Input.DamageFound(disk.tellDamage()));
        }
    }

    /** Gives {@code input} to the core and does what it says, as far as the disk allows. Nothing while down. */
    public void step(Input input) {
        stepGathered();
        boolean isTooEarly = core != null && input instanceof Input.TimerFired && core.nextTimerNanos() > nowNanos();
        if (core != null && !isTooEarly) {
            stepNow(input);
        }
    }

    private void stepNow(Input input) {
        world.stepping(this, input);
        driver.stepping(input);
        status = null;
        List<Effect> effects;
        try {
            effects = running().step(input, nowNanos());
        } catch (IllegalStateException e) {
            if (world.stops(this, e)) {
                return;
            }
            throw e;
        }
        status = null;
        effects.forEach(driver::take);
        world.stepped(this, input, effects);
        driver.sendEarly(effects);
        driver.release();
    }

    /** The disk finishes its {@code count} oldest writes; the core is told of the last. */
    public void diskCompletes(int count) {
        stepSoon(new Input.Persisted(driver.diskCompletes(count)));
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

    /** Runs {@code task} when the state machine is idle. */
    void whenIdle(Runnable task) {
        driver.whenIdle(task);
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
            keep(captured);
        });
        return true;
    }

    private void keep(SimMachine.State captured) {
        if (!node.isDiskFull() && disk.keep(captured)) {
            step(new Input.SnapshotTaken(captured.meta()));
        }
    }

    // ---- snapshots that the application drives ----

    /** Marks what the state contains now, in place of what was marked before; null if there is nothing yet. */
    @Nullable
    SnapshotMarker beginSnapshot() {
        SimMachine machine = machine();
        boolean isOfItself = !machine.isHollow() || machine.configuration().isWitness(id(), storeId());
        begun = core == null || machine.lastApplied() == 0 || !isOfItself ? null : machine.capture();
        return begun == null ? null : marker(begun);
    }

    private static SnapshotMarker marker(SimMachine.State state) {
        SnapshotMeta meta = state.meta();
        return new SnapshotMarker(Names.GENESIS, meta.lastIncluded(), meta.configuration(), meta.configurationId());
    }

    /**
     * What was marked becomes a snapshot, durable later. False if it is not the last mark of this life, or was ended; or if
     * a newer snapshot came meanwhile.
     */
    boolean endSnapshot(SnapshotMarker marker) {
        SimMachine.State ended = begun;
        if (ended == null || !marker(ended).equals(marker)) {
            return false;
        }
        begun = null;
        SimMachine.State newest = disk.snapshot();
        if (newest != null && newest.meta().index() >= marker.index()) {
            return false;
        }
        ifStillAlive(World.Work.CAPTURE, () -> keep(ended));
        return true;
    }
}
