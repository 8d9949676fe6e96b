package dev.flotilla.raft.sim;

import static dev.flotilla.raft.sim.Schedule.MILLI;

import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One seed's run: peers, network and clients among faults for a while, then everything heals and the group must come to
 * agree. The same seed gives the same run.
 */
final class Simulation implements World {
    private static final long TICKET_LIFE_MILLIS = 5_000;

    private final SimSettings settings;
    private final RandomGenerator random;
    private final Schedule schedule = new Schedule();
    private final Tally tally = new Tally();
    private final @Nullable PrintStream traceTo;
    private final Map<PeerId, SimPeer> peers = new LinkedHashMap<>();
    private final Set<SimPeer> absent = new HashSet<>(); // nodes that run, without this group
    private final Map<StoreId, SimDisk> disks = new HashMap<>(); // the wiped ones too
    private final Map<RequestId, Occurrence> asked = new HashMap<>(); // by operators, and not answered
    private final Map<SimPeer, Long> timers = new HashMap<>();
    private final Invariants invariants = new Invariants(member -> disks.get(member.storeId()));
    private final Elections elections = new Elections();
    private final SimNetwork network;
    private final SimTransfers transfers;
    private final SimClients clients;
    private final Chaos chaos;
    private @Nullable Configuration agreed; // the newest configuration that was applied anywhere
    private long agreedIndex;
    private long tickets;
    private boolean diskIsSlow = true;

    Simulation(long seed, @Nullable PrintStream traceTo) {
        this.traceTo = traceTo;
        random = new SplittableRandom(seed);
        settings = SimSettings.draw(random);
        network = new SimNetwork(schedule, random, tally, peers.values(), settings, this::deliver);
        transfers = new SimTransfers(schedule, random, network);
        clients = new SimClients(schedule, random, tally, invariants);
        chaos = new Chaos(this, random, tally, settings);
    }

    /** Runs to the end. */
    Tally run() {
        note(() -> settings.toString());
        found();
        planClient();
        planFault();
        runUntil(settings.chaosNanos());
        new Recovery(this, random).run();
        clients.checkNothingLost();
        return tally;
    }

    private void found() {
        List<Member> founders = new ArrayList<>();
        Set<PeerId> everybody = new HashSet<>();
        for (int i = 1; i <= settings.voters() + settings.spares(); i++) {
            everybody.add(Names.peer("n" + i));
        }
        for (int i = 1; i <= settings.voters() + settings.spares(); i++) {
            SimPeer peer = new SimPeer("n" + i, this, settings.config(), random, everybody);
            peers.put(peer.id(), peer);
            disks.put(peer.storeId(), peer.disk());
            absent.add(peer);
            if (i <= settings.voters()) {
                founders.add(Member.voter(peer.id(), peer.storeId()));
            }
        }
        invariants.founded(Payloads.founding(founders));
        for (Member founder : founders) {
            SimPeer peer = peer(founder.peerId());
            absent.remove(peer);
            peer.disk().found(founders);
            start(peer);
        }
    }

    private void planClient() {
        schedule.after(random.nextLong(2 * settings.clientNanos()), () -> {
            if (schedule.nowNanos() < settings.chaosNanos()) {
                List<SimPeer> running =
                        peers.values().stream().filter(SimPeer::isUp).toList();
                if (!running.isEmpty()) {
                    SimPeer peer = running.get(random.nextInt(running.size()));
                    if (random.nextInt(3) == 0) {
                        clients.read(peer);
                    } else {
                        clients.write(peer);
                    }
                }
                planClient();
            }
        });
    }

    private void planFault() {
        schedule.after(random.nextLong(2 * settings.faultNanos()), () -> {
            if (schedule.nowNanos() < settings.chaosNanos()) {
                chaos.strike();
                planFault();
            }
        });
    }

    void runUntil(long untilNanos) {
        while (schedule.runNext(untilNanos)) {
            // everything happens in the events
        }
    }

    // ---- peers ----

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

    SimNetwork network() {
        return network;
    }

    SimTransfers transfers() {
        return transfers;
    }

    SimClients clients() {
        return clients;
    }

    Tally tally() {
        return tally;
    }

    Invariants invariants() {
        return invariants;
    }

    boolean isAbsent(SimPeer peer) {
        return absent.contains(peer);
    }

    /** Whether the newest agreed configuration does not name it. */
    boolean isOutside(SimPeer peer) {
        return agreed == null
                ? absent.contains(peer)
                : !agreed.contains(peer.id(), peer.storeId()) && (peer.isUp() || absent.contains(peer));
    }

    /** The fewest voters of any list that is in force anywhere. */
    int smallestElectorate() {
        int smallest = Integer.MAX_VALUE;
        for (SimPeer peer : peers.values()) {
            if (!peer.isUp() && !absent.contains(peer)) {
                return 0; // what it has on disk is not known here
            }
            if (peer.isUp()) {
                Configuration configuration = peer.status().configuration();
                smallest = Math.min(smallest, configuration.voters().size());
                if (configuration.isJoint()) {
                    smallest = Math.min(smallest, configuration.previousVoters().size());
                }
            }
        }
        return smallest;
    }

    void start(SimPeer peer) {
        note(() -> peer.name() + " starts " + peer.disk().hardState() + " "
                + peer.disk().log());
        invariants.started(peer);
        peer.start();
        network.started(peer);
        planTimer(peer);
    }

    private void restart(SimPeer peer) {
        if (!peer.isUp() && !absent.contains(peer)) {
            start(peer);
        }
    }

    void crash(SimPeer peer, int surviving) {
        note(() -> peer.name() + " crashes, " + surviving + " of " + peer.disk().pendingWrites() + " writes survive");
        peer.crash(surviving);
        network.connectionsChanged();
    }

    /** A node that does not have the group yet begins to take part, as a newcomer. */
    void enter(SimPeer peer) {
        absent.remove(peer);
        start(peer);
    }

    /** The peer's data is gone; its node goes on without the group. */
    void renew(SimPeer peer) {
        note(() -> peer.name() + " starts afresh");
        peer.wipe(peers.keySet());
        disks.put(peer.storeId(), peer.disk());
        enter(peer);
    }

    // ---- requests ----

    RequestId ask(SimPeer peer, Request request, Occurrence whenDone) {
        RequestId id = clients.nextId(peer);
        asked.put(id, whenDone);
        clients.ask(peer, id, request);
        return id;
    }

    /** Whether the request is neither done nor refused yet. */
    boolean isUnanswered(RequestId id) {
        return asked.containsKey(id);
    }

    void join(SimPeer newcomer, SimPeer issuer) {
        RequestId id = clients.nextId(newcomer);
        asked.put(id, Occurrence.JOINED_BY_TICKET);
        send(newcomer, issuer.id(), new RaftMessage.JoinRequest(id, ticket(issuer)));
    }

    /** A ticket of {@code issuer}; now and then one that was made before. */
    private Ticket ticket(SimPeer issuer) {
        tickets += tickets == 0 || random.nextInt(4) != 0 ? 1 : 0;
        byte[] nonce = ByteBuffer.allocate(Ticket.NONCE_BYTES).putLong(tickets).array();
        Ticket unsigned = new Ticket(
                "community",
                Names.GENESIS,
                random.nextInt(4) == 0 ? Member.Role.LEARNER : Member.Role.VOTER,
                schedule.nowNanos() / MILLI + (random.nextInt(8) == 0 ? -1 : TICKET_LIFE_MILLIS),
                Bytes.wrap(nonce),
                List.of(new Ticket.Contact(issuer.id(), List.of())),
                issuer.id(),
                Bytes.EMPTY);
        return unsigned.withSignature(new FakeCredentials(issuer.id()).sign(unsigned.signedBytes()));
    }

    @Override
    public void answered(SimPeer peer, RequestId id, Result result) {
        note(() -> peer.name() + " answers " + id.number() + " " + MessageText.of(result));
        if (clients.answered(peer, id, result)) {
            return;
        }
        Occurrence whenDone = asked.remove(id);
        if (whenDone != null && result instanceof Result.Done) {
            tally.count(whenDone);
        } else if (whenDone == Occurrence.JOINED_BY_TICKET) {
            tally.count(Occurrence.JOIN_REFUSED);
        }
    }

    @Override
    public void forwarded(SimPeer peer, RequestId id, long term) {
        clients.forwarded(id, term);
    }

    // ---- messages ----

    @Override
    public void send(SimPeer from, PeerId to, RaftMessage message) {
        note(() -> from.name() + " -> " + Names.of(to) + "  " + MessageText.of(message));
        invariants.onSend(from, to, message);
        count(message);
        Violation.unless(!from.id().equals(to), "%s sends %s to itself", from.name(), message);
        network.send(from, peer(to), message);
    }

    private void deliver(SimPeer from, StoreId storeId, SimPeer to, RaftMessage message) {
        boolean isAnswer = message instanceof RaftMessage.Refusal || message instanceof RaftMessage.Removed;
        if (to.isUp()) {
            note(() -> to.name() + " <- " + from.name() + "  " + MessageText.of(message));
            to.step(new Input.Received(from.id(), storeId, message, schedule.nowNanos() / MILLI));
        } else if (absent.contains(to) && !isAnswer) {
            network.send(to, from, new RaftMessage.Refusal());
        }
    }

    private void count(RaftMessage message) {
        if (message instanceof RaftMessage.VoteReply reply && !reply.granted()) {
            tally.count(Occurrence.VOTE_REFUSED);
        } else if (message instanceof RaftMessage.PreVoteReply reply && !reply.granted()) {
            tally.count(Occurrence.PRE_VOTE_REFUSED);
        } else if (message instanceof RaftMessage.AppendRejected) {
            tally.count(Occurrence.APPEND_REJECTED);
        } else if (message instanceof RaftMessage.TimeoutNow) {
            tally.count(Occurrence.TIMEOUT_NOW);
        } else if (message instanceof RaftMessage.Refusal) {
            tally.count(Occurrence.REFUSAL);
        } else if (message instanceof RaftMessage.Introduction) {
            tally.count(Occurrence.INTRODUCTION);
        } else if (message instanceof RaftMessage.CertificateIssued) {
            tally.count(Occurrence.CERTIFICATE_ISSUED);
        } else if (message instanceof RaftMessage.Removed) {
            tally.count(Occurrence.REMOVAL_NOTICE);
        }
    }

    @Override
    public void sendSnapshot(SimPeer from, PeerId to, RaftMessage.InstallSnapshot message, SimMachine.State state) {
        note(() -> from.name() + " => " + Names.of(to) + "  " + MessageText.of(message));
        tally.count(Occurrence.SNAPSHOT_SENT);
        transfers.send(from, peer(to), message, state);
    }

    @Override
    public void receiveSnapshot(SimPeer peer, PeerId from, RaftMessage.InstallSnapshot message) {
        transfers.receive(peer, message);
    }

    // ---- time and disks ----

    @Override
    public long nowNanos() {
        return schedule.nowNanos();
    }

    Schedule schedule() {
        return schedule;
    }

    void diskBecomesFast() {
        diskIsSlow = false;
    }

    @Override
    public void written(SimPeer peer) {
        int life = peer.life();
        long most = diskIsSlow ? settings.diskNanosMax() : MILLI;
        if (diskIsSlow && random.nextDouble() < settings.crashAtWrite()) {
            schedule.after(random.nextLong(most), () -> {
                if (peer.life() == life && peer.disk().pendingWrites() > 0) {
                    chaos.crash(peer);
                    schedule.after(random.nextLong(SimSettings.ELECTION_TIMEOUT_NANOS), () -> restart(peer));
                }
            });
        }
        schedule.after(1 + random.nextLong(most), () -> {
            int waiting = peer.disk().pendingWrites();
            if (peer.life() == life && waiting > 0) {
                peer.diskCompletes(1 + random.nextInt(waiting)); // some share one fsync
            }
        });
    }

    @Override
    public void later(SimPeer peer, Work work, Runnable task) {
        long most = work == Work.CAPTURE ? 20 * settings.diskNanosMax() : settings.diskNanosMax();
        schedule.after(1 + random.nextLong(diskIsSlow ? most : MILLI), task);
    }

    /** Sees to it that an event comes when the core's timer is due, or before. */
    private void planTimer(SimPeer peer) {
        long due = peer.nextTimerNanos();
        long planned = timers.getOrDefault(peer, Long.MAX_VALUE);
        if (due < planned) {
            timers.put(peer, due);
            schedule.at(due, () -> {
                if (timers.getOrDefault(peer, Long.MAX_VALUE) == due) {
                    timers.remove(peer);
                    if (peer.nextTimerNanos() <= schedule.nowNanos()) {
                        peer.step(new Input.TimerFired());
                    }
                    planTimer(peer);
                }
            });
        }
    }

    // ---- what is watched ----

    @Override
    public void stepping(SimPeer peer, Input input) {
        elections.before = peer.role();
        elections.won = 0;
        elections.ended = false;
    }

    /** What changed in the step that is under way. */
    private static final class Elections {
        private Role before = Role.FOLLOWER;
        private long won; // in that term; 0 if not
        private boolean ended;
    }

    @Override
    public void roleChanged(SimPeer peer, Role role, long term, @Nullable PeerId leader) {
        note(() -> peer.name() + " is " + role + " term=" + term + " leader=" + MessageText.name(leader));
        if (role == Role.LEADER && peer.role() != Role.LEADER) {
            invariants.onLeader(peer, term);
            elections.won = term;
            tally.count(Occurrence.ELECTION_WON);
        } else if (role != Role.LEADER && peer.role() == Role.LEADER) {
            elections.ended = true;
            tally.count(Occurrence.LEADER_STEPPED_DOWN);
        }
    }

    @Override
    public void emitted(SimPeer peer, Effect effect) {
        if (effect instanceof Effect.Persist persist) {
            note(() -> peer.name() + " persists " + persist.number() + " " + text(persist));
            onPersist(peer, persist);
        } else if (effect instanceof Effect.InstallSnapshot install) {
            note(() -> peer.name() + " installs " + install.number() + " "
                    + install.snapshot().lastIncluded() + (install.keepLog() ? " keeping the log" : ""));
            tally.count(install.keepLog() ? Occurrence.SNAPSHOT_INSTALLED_LOG_KEPT : Occurrence.SNAPSHOT_INSTALLED);
        } else if (effect instanceof Effect.ReceiveSnapshot receive) {
            transfers.wanted(peer, receive.message());
        } else if (effect instanceof Effect.SendEarly) {
            tally.count(Occurrence.WINDOW_SENT_EARLY);
        } else if (effect instanceof Effect.LoadEntries) {
            tally.count(Occurrence.ENTRIES_LOADED);
        } else if (effect instanceof Effect.Compact) {
            tally.count(Occurrence.LOG_COMPACTED);
        }
    }

    private static String text(Effect.Persist persist) {
        return "term=" + persist.hardState().term() + " vote="
                + MessageText.name(persist.hardState().votedFor()) + " " + MessageText.entries(persist.entries());
    }

    private void onPersist(SimPeer peer, Effect.Persist persist) {
        if (elections.before == Role.LEADER && !elections.ended) {
            invariants.onLeaderPersist(peer, persist);
        }
        if (!persist.entries().isEmpty()
                && persist.entries().get(0).index() <= peer.log().lastIndex()) {
            tally.count(Occurrence.CONFLICT_TRUNCATED);
        }
        invariants.onPersist(peer, persist);
    }

    @Override
    public void stepped(SimPeer peer, Input input, List<Effect> effects) {
        tally.count(Occurrence.STEP);
        CoreStatus status = peer.status();
        if (elections.won > 0) {
            invariants.onElected(peer, elections.won, status.configuration());
        }
        invariants.onStatus(peer, status);
        planTimer(peer);
    }

    @Override
    public void applied(SimPeer peer, Entry entry, @Nullable Command command) {
        invariants.onApplied(peer, entry, command);
        clients.applied(peer, entry, command);
        if (entry.kind() == Entry.Kind.CONFIGURATION && entry.index() > agreedIndex) {
            agreedIndex = entry.index();
            Configuration next = Payloads.configuration(entry);
            note(() -> "agreed: " + entry.id() + " " + MessageText.of(next));
            count(agreed == null ? next : agreed, next);
            agreed = next;
        }
    }

    private void count(Configuration before, Configuration next) {
        if (next.isJoint()) {
            tally.count(Occurrence.JOINT_CONFIGURATION);
        }
        for (Member member : next.members()) {
            Optional<Member> previously = before.member(member.peerId());
            if (previously.isPresent() && !previously.get().storeId().equals(member.storeId())) {
                tally.count(Occurrence.STORE_REPLACED);
            }
        }
        for (Member member : next.previous()) {
            Optional<Member> later = next.members().stream()
                    .filter(each -> each.peerId().equals(member.peerId()))
                    .findFirst();
            if (later.isEmpty() && peer(member.peerId()).role() == Role.LEADER) {
                tally.count(Occurrence.LEADER_REMOVED);
            } else if (later.isPresent() && later.get().isVoter() && !member.isVoter()) {
                tally.count(Occurrence.LEARNER_PROMOTED);
            }
        }
    }

    @Override
    public void restored(SimPeer peer, SimMachine.State state) {
        invariants.onRestored(peer, state);
        clients.restored(peer);
    }

    @Override
    public void dropped(SimPeer peer, PeerId from, String message, String reason) {
        note(() -> peer.name() + " drops " + message + " of " + Names.of(from) + ": " + reason);
    }

    /** The peer is out; its node goes on, and may come again as a newcomer with a new data directory. */
    @Override
    public void left(SimPeer peer) {
        note(() -> peer.name() + " left the group");
        tally.count(Occurrence.LEFT_GROUP);
        int life = peer.life();
        schedule.after(MILLI, () -> {
            if (peer.life() == life) {
                crash(peer, peer.disk().pendingWrites());
                peer.wipe(peers.keySet());
                disks.put(peer.storeId(), peer.disk());
                absent.add(peer);
            }
        });
    }

    void note(Supplier<String> line) {
        if (traceTo != null) {
            traceTo.printf("%9.3f  %s%n", schedule.nowNanos() / 1e6, line.get());
        }
    }
}
