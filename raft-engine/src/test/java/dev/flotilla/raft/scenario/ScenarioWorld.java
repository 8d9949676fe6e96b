package dev.flotilla.raft.scenario;

import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.session.Told;
import dev.flotilla.raft.sim.MessageText;
import dev.flotilla.raft.sim.Names;
import dev.flotilla.raft.sim.SimMachine;
import dev.flotilla.raft.sim.SimPeer;
import dev.flotilla.raft.sim.World;
import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Everything happens at once and in order, unless the script holds it; what happens is written down. */
final class ScenarioWorld implements World {
    private static final long MILLI = 1_000_000;
    private static final int EVENTS_MAX = 10_000;

    /** Something that is due; {@code heldBy} names what can hold it: a link {@code n1->n2}, a disk {@code n1} or a machine {@code @n1}. */
    private record Due(String heldBy, Runnable action) {}

    private final Map<String, SimPeer> peers = new LinkedHashMap<>();
    private final List<Due> due = new ArrayList<>();
    private final Set<String> held = new HashSet<>();
    private final Set<String> cut = new HashSet<>();
    private final Set<String> hidden = new HashSet<>();
    private final List<String> lines = new ArrayList<>();
    private boolean silent;
    private final Map<SimPeer, SnapshotMeta> fetching = new HashMap<>();
    private long nowNanos;

    // ---- what the script does ----

    void add(SimPeer peer) {
        peers.put(peer.name(), peer);
    }

    SimPeer peer(String name) {
        SimPeer found = peers.get(name);
        if (found == null) {
            throw new IllegalArgumentException("no peer '" + name + "'; there are " + peers.keySet());
        }
        return found;
    }

    void silent(boolean now) {
        silent = now;
    }

    void hide(String message) {
        hidden.add(message);
    }

    void hold(String what) {
        held.add(what);
    }

    void release(String what) {
        held.remove(what);
    }

    /** What is held on that link is lost. */
    void lose(String link) {
        due.removeIf(each -> each.heldBy().equals(link));
    }

    void cut(String link) {
        cut.add(link);
    }

    void heal() {
        cut.clear();
    }

    void passUntil(long nanos) {
        nowNanos = Math.max(nowNanos, nanos);
    }

    /** Runs what is due and not held, until nothing is left. */
    void settle() {
        for (int events = 0; events < EVENTS_MAX; events++) {
            int next = 0;
            while (next < due.size() && held.contains(due.get(next).heldBy())) {
                next++;
            }
            if (next == due.size()) {
                return;
            }
            due.remove(next).action().run();
        }
        throw new AssertionError("after " + EVENTS_MAX + " events there are still " + due.size() + " due");
    }

    void print(String line) {
        if (!silent) {
            lines.add(line);
        }
    }

    List<String> lines() {
        return lines;
    }

    void deliver(PeerId from, StoreId storeId, int featureLevel, SimPeer to, RaftMessage message) {
        String shown = Names.of(from) + (Names.generation(storeId) == 1 ? "" : "#" + Names.generation(storeId));
        boolean isCut = cut.contains(Names.of(from) + "->" + to.name()) || !to.isUp();
        if (!hidden.contains(message.getClass().getSimpleName())) {
            print(shown + (isCut ? " -x " : " -> ") + to.name() + "  " + MessageText.of(message));
        }
        if (!isCut) {
            to.step(new Input.Received(from, storeId, featureLevel, message, nowNanos / MILLI));
        }
    }

    // ---- what peers do ----

    @Override
    public long nowNanos() {
        return nowNanos;
    }

    @Override
    public void send(SimPeer from, PeerId to, RaftMessage message) {
        StoreId storeId = from.storeId();
        int featureLevel = from.featureLevel();
        SimPeer receiver = peer(Names.of(to));
        due.add(new Due(
                from.name() + "->" + receiver.name(),
                () -> deliver(from.id(), storeId, featureLevel, receiver, message)));
    }

    @Override
    public void written(SimPeer peer) {
        due.add(new Due(peer.name(), () -> {
            if (peer.isUp() && peer.disk().pendingWrites() > 0) {
                peer.diskCompletes(1);
            }
        }));
    }

    /** Applying is held by {@code @n1}, reading back and the like by {@code <n1}. */
    @Override
    public void later(SimPeer peer, Work work, Runnable task) {
        due.add(new Due(heldBy(peer, work), task));
    }

    private static String heldBy(SimPeer peer, Work work) {
        return switch (work) {
            case APPLY -> "@" + peer.name();
            case LOAD -> "<" + peer.name();
            case CAPTURE -> "";
        };
    }

    /** Held by {@code =>n1}. */
    @Override
    public void receiveSnapshot(SimPeer peer, SnapshotMeta snapshot, List<PeerId> sources) {
        print(peer.name() + " fetches " + snapshot.lastIncluded());
        fetching.put(peer, snapshot);
        due.add(new Due("=>" + peer.name(), () -> {
            if (peer.isUp() && fetching.remove(peer, snapshot)) {
                fetch(peer, snapshot, sources);
            }
        }));
    }

    private void fetch(SimPeer peer, SnapshotMeta snapshot, List<PeerId> sources) {
        for (PeerId source : sources) {
            SimPeer asked = peer(Names.of(source));
            boolean isCut = cut.contains(asked.name() + "->" + peer.name()) || !asked.isUp();
            if (!isCut && asked.disk().holds(snapshot)) {
                print(asked.name() + " => " + peer.name() + "  snapshot " + snapshot.lastIncluded());
                peer.disk().receive(asked.disk().given(snapshot));
                peer.step(new Input.SnapshotReceived(snapshot));
                return;
            }
        }
        print(peer.name() + " finds no snapshot " + snapshot.lastIncluded());
        peer.step(new Input.SnapshotNotReceived(snapshot));
    }

    // ---- what is written down ----

    @Override
    public void answered(SimPeer peer, RequestId id, Result result) {
        print(peer.name() + " answers " + MessageText.of(result));
    }

    @Override
    public void forwarded(SimPeer peer, RequestId id, long term) {
        // its Forward is written down
    }

    @Override
    public void applied(SimPeer peer, Entry entry, @Nullable Told<Object> told) {
        print(peer.name() + " applies " + MessageText.of(entry));
    }

    @Override
    public void restored(SimPeer peer, SimMachine.State state) {
        print(peer.name() + " restores the state at " + state.meta().lastIncluded());
    }

    @Override
    public void stepping(SimPeer peer, Input input) {
        // nothing yet
    }

    @Override
    public void emitted(SimPeer peer, Effect effect) {
        if (effect instanceof Effect.Compact compact) {
            print(peer.name() + " compacts to " + compact.base());
        } else if (effect instanceof Effect.Watch watch) {
            print(peer.name() + (watch.incarnations().isEmpty() ? " wakes" : " falls silent"));
        } else if (effect instanceof Effect.TakeSnapshot) {
            print(peer.name() + " takes a snapshot");
        } else if (effect instanceof Effect.LoadEntries load) {
            print(peer.name() + " loads from " + load.fromIndex() + " for " + Names.of(load.to()));
        }
    }

    @Override
    public void stepped(SimPeer peer, Input input, List<Effect> effects) {
        // told one by one
    }

    @Override
    public void roleChanged(SimPeer peer, Role role, long term, @Nullable PeerId leader) {
        if (role != peer.role()) {
            print(peer.name() + " is " + role + " term=" + term);
        }
    }

    @Override
    public void dropped(SimPeer peer, PeerId from, String message, String reason) {
        // seen by what does not follow
    }

    @Override
    public void damaged(SimPeer peer, List<DamagedEntry> entries) {
        print(peer.name() + " finds damage in "
                + entries.stream().map(entry -> entry.id().toString()).collect(Collectors.joining(" ")));
    }

    @Override
    public void repaired(SimPeer peer, long firstIndex, long lastIndex, int left) {
        print(peer.name() + " is rid of the damage from " + firstIndex + " to " + lastIndex + ", " + left + " left");
    }

    @Override
    public void lostEntries(SimPeer leader, PeerId peer, long acknowledgedIndex) {
        print(leader.name() + " notes that " + Names.of(peer) + " lost entries that it acknowledged, up to "
                + acknowledgedIndex);
    }

    @Override
    public void demoted(SimPeer leader, PeerId peer, String reason) {
        print(leader.name() + " demotes " + Names.of(peer) + ": " + reason);
    }

    @Override
    public boolean stops(SimPeer peer, IllegalStateException cause) {
        print(peer.name() + " stops: " + cause.getMessage());
        peer.crash(0);
        return true;
    }

    @Override
    public void left(SimPeer peer) {
        print(peer.name() + " left the group");
    }
}
