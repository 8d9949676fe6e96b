package dev.flotilla.raft.sim;

import static dev.flotilla.raft.sim.Schedule.MILLI;

import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.GroupSettings;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The peers of one group as they start, crash, leave, lose their data and come in anew; and their timers. */
final class GroupLife {
    private final SimGroup group;
    private final Environment environment;
    private final RaftConfig config;
    private final Map<PeerId, SimPeer> peers = new LinkedHashMap<>();
    private final Set<SimPeer> absent = new HashSet<>(); // their nodes are without this group
    private final Map<StoreId, SimDisk> disks = new HashMap<>(); // the wiped ones too
    private final Map<SimPeer, Long> timers = new HashMap<>(); // planned for, in true time

    GroupLife(SimGroup group, RaftConfig config, Supplier<? extends StateMachine<?>> machines) {
        this.group = group;
        this.environment = group.environment();
        this.config = config;
        Set<PeerId> everybody = new LinkedHashSet<>();
        environment.nodes().forEach(node -> everybody.add(node.id()));
        for (SimNode node : environment.nodes()) {
            SimPeer peer = new SimPeer(
                    node,
                    group,
                    config.withFeatureLevel(node.featureLevel()),
                    environment.random().stream(stream(node)),
                    everybody,
                    machines,
                    group.decoded());
            peers.put(peer.id(), peer);
            disks.put(peer.storeId(), peer.disk());
            absent.add(peer);
        }
    }

    /**
     * The first {@code voters} nodes found the group, agree on {@code settings}, and start; the disk of node {@code forgetful}
     * will know what was there before.
     */
    void found(int voters, GroupSettings settings, int forgetful) {
        List<Member> founders = new ArrayList<>();
        for (SimPeer peer : peers.values()) {
            if (founders.size() < voters) {
                founders.add(Member.voter(peer.id(), peer.storeId()));
            }
        }
        int level = founders.stream()
                .mapToInt(founder -> peer(founder.peerId()).featureLevel())
                .min()
                .orElseThrow();
        Configuration founding =
                Configuration.of(founders).withSettings(settings).withFeatureLevel(level);
        group.invariants().founded(Payloads.founding(founding));
        for (Member founder : founders) {
            SimPeer peer = peer(founder.peerId());
            absent.remove(peer);
            peer.disk().found(founding);
            if (peer.node().number() == forgetful) {
                peer.disk().becomeForgetful();
                group.promises().mayForget(peer);
            }
            start(peer);
        }
    }

    private long stream(SimNode node) {
        return 1 + environment.groups().size() * 100L + node.number();
    }

    RaftConfig config() {
        return config;
    }

    // ---- who is there ----

    Collection<SimPeer> peers() {
        return peers.values();
    }

    SimPeer peer(PeerId id) {
        SimPeer found = peers.get(id);
        if (found == null) {
            throw new IllegalArgumentException("no peer " + id);
        }
        return found;
    }

    /** The disk of a member's data directory, also when it is gone. */
    @Nullable
    SimDisk disk(Member member) {
        return disks.get(member.storeId());
    }

    boolean isAbsent(SimPeer peer) {
        return absent.contains(peer);
    }

    /** Whether it has a part in the group that ended, in a process that may go on. */
    boolean hasEnded(SimPeer peer) {
        return !peer.isUp() && !absent.contains(peer);
    }

    /** Whether the newest agreed configuration does not name it, and it could be let in. */
    boolean isOutside(SimPeer peer) {
        Configuration agreed = group.watch().agreed();
        boolean isThere = peer.node().isUp() && !peer.node().isDiskFull() && (peer.isUp() || absent.contains(peer));
        return isThere && (agreed == null ? absent.contains(peer) : !agreed.contains(peer.id(), peer.storeId()));
    }

    /** The fewest voters of any list that is in force anywhere. */
    int smallestElectorate() {
        int smallest = Integer.MAX_VALUE;
        for (SimPeer peer : peers.values()) {
            if (!peer.isUp() && !absent.contains(peer)) {
                return 0; // what it has on disk is not known here
            }
            if (peer.isUp()) {
                Configuration configuration = peer.configuration();
                smallest = Math.min(smallest, configuration.voters().size());
                if (configuration.isJoint()) {
                    smallest = Math.min(smallest, configuration.previousVoters().size());
                }
            }
        }
        return smallest;
    }

    // ---- what becomes of them ----

    /** Starts {@code peer} from what is on its disk. */
    private void start(SimPeer peer) {
        group.note(() -> peer.name() + " starts " + peer.disk().hardState() + " "
                + peer.disk().log());
        group.invariants().started(peer);
        peer.start();
        group.started(peer);
        group.connections().started(peer);
        planTimer(peer);
    }

    /** Its process runs again. */
    void nodeStarted(SimNode node) {
        SimPeer peer = peer(node.id());
        if (!peer.isUp() && !absent.contains(peer)) {
            start(peer);
        }
    }

    /** Stops {@code peer}; of its writes under way the first {@code surviving} had reached the disk. */
    void crash(SimPeer peer, int surviving) {
        group.note(() ->
                peer.name() + " crashes, " + surviving + " of " + peer.disk().pendingWrites() + " writes survive");
        peer.crash(surviving);
        group.stopped(peer, "the peer crashed");
    }

    /** A node that does not have the group yet begins to take part, as a newcomer. */
    void enter(SimPeer peer) {
        absent.remove(peer);
        start(peer);
    }

    /** The peer's data is gone; it goes on with a new data directory, if it had a part in the group. */
    void renew(SimPeer peer) {
        group.note(() -> peer.name() + " starts afresh");
        wipe(peer);
        if (!absent.contains(peer)) {
            enter(peer);
        }
    }

    /** Its operator has {@code peer}, which runs, forget the group, and begin anew as a newcomer. */
    void startOver(SimPeer peer) {
        crash(peer, peer.disk().pendingWrites());
        renew(peer);
    }

    /** The peer is out; its node goes on, and may come again as a newcomer with a new data directory. */
    void left(SimPeer peer) {
        group.note(() -> peer.name() + " left the group");
        int life = peer.life();
        environment.schedule().after(MILLI, () -> {
            if (peer.life() == life) {
                crash(peer, peer.disk().pendingWrites());
                wipe(peer);
                absent.add(peer);
                group.connections().changed();
            }
        });
    }

    private void wipe(SimPeer peer) {
        peer.wipe(peers.keySet());
        disks.put(peer.storeId(), peer.disk());
    }

    // ---- timers ----

    /** Sees to it that an event comes when the core's timer is due, or before. */
    void planTimer(SimPeer peer) {
        long due = peer.nextTimerNanos();
        long planned = timers.getOrDefault(peer, Long.MAX_VALUE);
        if (due < planned) {
            timers.put(peer, due);
            environment.schedule().at(due, () -> onTimer(peer, due));
        }
    }

    private void onTimer(SimPeer peer, long due) {
        if (timers.getOrDefault(peer, Long.MAX_VALUE) == due) {
            timers.remove(peer);
            if (peer.nextTimerNanos() <= environment.schedule().nowNanos()) {
                peer.step(new Input.TimerFired());
            }
            planTimer(peer);
        }
    }
}
