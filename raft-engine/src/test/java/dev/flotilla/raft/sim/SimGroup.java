package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.session.Told;
import dev.flotilla.transport.PeerId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One group of a cluster: hands what its peers do to whom it concerns. */
final class SimGroup implements World {
    private static final int GATHERED_ONE_IN = 4;

    private final Environment environment;
    private final int number; // from 1
    private final DecodedEntries decoded = new DecodedEntries();
    private final Invariants invariants;
    private final GroupLife life;
    private final Connections connections;
    private final Delivery delivery;
    private final SimTransfers transfers;
    private final Watch watch;
    private final SimClients clients;
    private final Operators operators;
    private final Callers callers;
    private final Map<SimPeer, PeerRequests> requests = new HashMap<>(); // of those that run
    private final Duration requestTimeout;
    private final VotingRules votingRules = new VotingRules();
    private final CampaignRules campaignRules;
    private final LeaderRules leaderRules;
    private final LeaseRules leaseRules;
    private final LevelRules levelRules = new LevelRules(this);
    private final Promises promises;
    private Consumer<SimPeer> onElected = winner -> {};

    SimGroup(
            Environment environment,
            RaftConfig config,
            Duration requestTimeout,
            Supplier<? extends StateMachine<?>> machines) {
        this.environment = environment;
        this.number = environment.groups().size() + 1;
        this.requestTimeout = requestTimeout;
        invariants = new Invariants(this::disk, decoded);
        life = new GroupLife(this, config, machines);
        connections = new Connections(environment, life.peers());
        delivery = new Delivery(this);
        transfers = new SimTransfers(environment, life);
        watch = new Watch(this);
        clients = new SimClients(environment, invariants);
        operators = new Operators(this);
        callers = new Callers(this);
        campaignRules = new CampaignRules(this);
        leaderRules = new LeaderRules(this, config);
        leaseRules = new LeaseRules(environment.tally());
        promises = new Promises(this, invariants.facts());
        environment.add(this);
    }

    private @Nullable SimDisk disk(Member member) {
        return life.disk(member);
    }

    // ---- its parts ----

    Environment environment() {
        return environment;
    }

    DecodedEntries decoded() {
        return decoded;
    }

    Invariants invariants() {
        return invariants;
    }

    GroupLife life() {
        return life;
    }

    Connections connections() {
        return connections;
    }

    SimTransfers transfers() {
        return transfers;
    }

    Delivery delivery() {
        return delivery;
    }

    Watch watch() {
        return watch;
    }

    Promises promises() {
        return promises;
    }

    SimClients clients() {
        return clients;
    }

    Operators operators() {
        return operators;
    }

    Callers callers() {
        return callers;
    }

    /** Writes a line of the trace, if anybody reads it; names the group where there are several. */
    void note(Supplier<String> line) {
        environment.note(() -> (environment.groups().size() > 1 ? "group " + number + ": " : "") + line.get());
    }

    /** Told who comes to lead, in the midst of its step. */
    void onElected(Consumer<SimPeer> listener) {
        onElected = listener;
    }

    /** What is asked of {@code peer}, which runs. */
    PeerRequests requests(SimPeer peer) {
        PeerRequests found = requests.get(peer);
        if (found == null) {
            throw new IllegalStateException(peer.name() + " is down");
        }
        return found;
    }

    void started(SimPeer peer) {
        requests.put(peer, new PeerRequests(environment, peer, requestTimeout));
    }

    /** What is due by the peer's clock may be due at another time now. */
    void clockChanged(SimPeer peer) {
        life.planTimer(peer);
        PeerRequests waiting = requests.get(peer);
        if (waiting != null) {
            waiting.plan();
        }
    }

    void stopped(SimPeer peer, String why) {
        PeerRequests gone = requests.remove(peer);
        if (gone != null) {
            gone.stop(why);
        }
    }

    // ---- what its peers do ----

    @Override
    public long nowNanos() {
        return environment.schedule().nowNanos();
    }

    @Override
    public void send(SimPeer from, PeerId to, RaftMessage message) {
        transfers.said(from, message);
        delivery.send(from, to, message);
    }

    @Override
    public void written(SimPeer peer) {
        environment.disks().written(peer);
    }

    @Override
    public boolean gathers(SimPeer peer) {
        return peer.random().nextInt(GATHERED_ONE_IN) == 0;
    }

    @Override
    public void later(SimPeer peer, Work work, Runnable task) {
        environment.disks().later(peer, work, task);
    }

    @Override
    public void receiveSnapshot(SimPeer peer, SnapshotMeta snapshot, List<PeerId> sources) {
        note(() -> peer.name() + " fetches snapshot " + snapshot.lastIncluded());
        environment.tally().count(Occurrence.SNAPSHOT_FETCHED);
        transfers.fetch(peer, snapshot, sources);
    }

    @Override
    public void answered(SimPeer peer, RequestId id, Result result) {
        note(() -> peer.name() + " answers " + id.number() + " " + MessageText.of(result));
        if (!clients.answered(peer, id, result) && !operators.answered(id, result)) {
            requests(peer).answered(id, result);
        }
    }

    @Override
    public void forwarded(SimPeer peer, RequestId id, long term) {
        clients.forwarded(id, term);
        requests(peer).forwarded(id, term);
    }

    @Override
    public void applied(SimPeer peer, Entry entry, @Nullable Told<Object> told) {
        Command command = told == null ? null : told.command();
        invariants.onApplied(peer, entry, command);
        if (entry.isHollow()) {
            clients.restored(peer); // a write of its own may be among what it did not see
        } else {
            clients.applied(peer, entry, command);
        }
        watch.applied(peer, entry);
        if (told != null) {
            callers.applied(told);
            if (told.command().origin().equals(peer.id())) {
                requests(peer).told(told);
            }
        }
        requests(peer).settled(entry.id());
    }

    @Override
    public void restored(SimPeer peer, SimMachine.State state) {
        invariants.onRestored(peer, state);
        clients.restored(peer);
        PeerRequests waiting = requests.get(peer);
        if (waiting != null) { // else it is just starting
            waiting.restored(state.meta().lastIncluded());
        }
    }

    @Override
    public void stepping(SimPeer peer, Input input) {
        if (input instanceof Input.Batch batch) {
            note(() -> peer.name() + " is given " + batch.inputs().size() + " inputs at once");
        } else if (input instanceof Input.Requested requested) {
            note(() ->
                    peer.name() + " is asked " + requested.id().number() + ": " + MessageText.of(requested.request()));
        }
        watch.stepping(peer);
        levelRules.stepping(peer);
    }

    @Override
    public void emitted(SimPeer peer, Effect effect) {
        watch.emitted(peer, effect);
        levelRules.emitted(peer, effect);
    }

    @Override
    public void stepped(SimPeer peer, Input input, List<Effect> effects) {
        watch.stepped(peer, input, effects);
        votingRules.stepped(peer, input, effects);
        campaignRules.stepped(peer, input, effects);
        leaderRules.stepped(peer, input, effects);
        leaseRules.stepped(peer, input, effects);
        promises.stepped(peer, input, effects);
        life.planTimer(peer);
    }

    @Override
    public void roleChanged(SimPeer peer, Role role, long term, @Nullable PeerId leader) {
        if (role == Role.LEADER && peer.role() != Role.LEADER) {
            leaseRules.elected(peer, term);
            onElected.accept(peer);
        }
        watch.roleChanged(peer, role, term, leader);
        if (leader != null) {
            requests(peer).leaderKnown();
        }
    }

    @Override
    public void damaged(SimPeer peer, List<DamagedEntry> entries) {
        watch.damaged(peer, entries);
    }

    @Override
    public void lostEntries(SimPeer leader, PeerId peer, long acknowledgedIndex) {
        note(() -> leader.name() + " finds that " + Names.of(peer) + " lost what it acknowledged, up to "
                + acknowledgedIndex);
        promises.caught(leader, life.peer(peer));
    }

    @Override
    public void demoted(SimPeer leader, PeerId peer, String reason) {
        note(() -> leader.name() + " demotes " + Names.of(peer) + ": " + reason);
        if (reason.contains("that it acknowledged")) {
            environment.tally().count(Occurrence.FORGETFUL_DEMOTED);
        }
    }

    @Override
    public void dropped(SimPeer peer, PeerId from, String message, String reason) {
        note(() -> peer.name() + " drops " + message + " of " + Names.of(from) + ": " + reason);
    }

    @Override
    public void handsOver(SimPeer leader, PeerId peer, int priority) {
        note(() -> leader.name() + " hands over to " + Names.of(peer) + " of priority " + priority);
        environment.tally().count(Occurrence.HANDED_OVER);
    }

    /**
     * There are two reasons to stop: one's software is older than the group, whose level it cannot know; and when a promise
     * was broken and another thing is agreed on than what was, who notices goes no further.
     */
    @Override
    public boolean stops(SimPeer peer, IllegalStateException cause) {
        String why = String.valueOf(cause.getMessage());
        boolean isOutdated = why.contains("upgrade it and start it again") && levelRules.mayStop(peer);
        boolean isMisled = why.startsWith("broken invariant") && invariants.isBroken();
        if (!isOutdated && !isMisled) {
            return false;
        }
        note(() -> peer.name() + " stops: " + why);
        environment.tally().count(isOutdated ? Occurrence.OLD_SOFTWARE_STOPPED : Occurrence.MISLED_PEER_STOPPED);
        life.crash(peer, 0);
        return true;
    }

    @Override
    public void left(SimPeer peer) {
        requests(peer).left();
        life.left(peer);
    }
}
