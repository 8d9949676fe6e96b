package dev.flotilla.raft.scenario;

import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.Configuration.SpentTicket;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.MembershipChange;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.sim.FakeCredentials;
import dev.flotilla.raft.sim.MessageText;
import dev.flotilla.raft.sim.Names;
import dev.flotilla.raft.sim.SimDisk;
import dev.flotilla.raft.sim.SimPeer;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Runs one script. Its words, first those that say who is there:
 *
 * <pre>
 * peers n1 n2 n3          founders; each log starts with the configuration at 1/1
 * newcomers n4            run, know the founders, are no members
 * log n2 2/2 2/3          empty entries after 1/1, as term/index; the term on disk is the last one's
 * term n2 5               the term on its disk
 * priority n1 5           agreed on by the founders
 * level n1 1              the newest feature level that it knows
 * group level=1 lease=1000/20    what the founders agreed on; lease in milliseconds, drift of clocks in permille
 * config window=2/1000    also append=BYTES entry=BYTES uncommitted=BYTES cache=BYTES tail=ENTRIES lag=ENTRIES
 *                         quiet=MILLIS away=SECONDS floor=VOTERS handover=MILLIS
 * hide Heartbeat          messages that are not written down
 * </pre>
 *
 * then what happens; a line in parentheses happens unseen:
 *
 * <pre>
 * campaign n1             its election time-out passes
 * tick n1 3               its timer fires three times, when it is due
 * timer n1                tells when that is
 * pass 500                milliseconds
 * propose n1 x=1          read n1; lease n1 (a lease read); transfer n1 n2; snapshot n1; status n1
 * change n1 +n4? -n2      asks n1 for members: n4? promotable learner, n4. learner, n4 voter, n4!? n4! witness
 * prefer n1 n2=5          asks n1 to have the members agree on that priority of n2
 * settings n1 lease=1000/20    asks n1 to have the members agree on that; lease=0/0: no lease reads
 * upgrade n1 2            while down: the newest feature level that it knows from its next start on
 * join n4 n1 ticket=1 by=n1 role=voter lives=1000    the newcomer turns to n1 with that ticket
 * revoke n2 ticket=1 lives=1000    asks n2 to have the members agree that the ticket lets nobody in
 * cut n1->n2              messages are lost; cut n1 cuts all of its links; heal ends that
 * hold n1->n2             messages wait; release lets them arrive, lose loses them
 * hold n1                 writes of its disk wait; release n1; hold @n1: what its state machine should apply
 * crash n1                start n1; wipe n1 (its disk, while down)
 * damage n1 4 5           entries on its disk, up or down: found when they are read
 * contains n1 5           its state machine keeps its own state, up to there; it is given all of that again
 * finds n1 2/4            is told, late perhaps, that a read met damage in that entry
 * save n1                 copies its disk; rollback n1 puts the copy back, while down
 * inject n3 -> n1 MESSAGE as n3 might have sent; n3#2 with its second data directory
 * closed n2 n1            n1 closed its connection to n2, and refuses a new one; closed n2 n1 away: and is not reached
 * dropped n2 n1           the connection of n2 to n1 ended without n1 closing it, and n1 refuses a new one
 * connected n1 n2         n1 has a connection to n2
 * lost n1 n2              n1 does not hear of the node of n2, or that is another one now
 * </pre>
 */
final class Scenario {
    private static final long MILLI = 1_000_000;
    private static final int CAMPAIGN_TICKS_MAX = 30;

    private final ScenarioWorld world = new ScenarioWorld();
    private final ScenarioSetup setup = new ScenarioSetup();
    private final Map<String, SimDisk.Copy> copies = new HashMap<>();
    private boolean started;
    private long requests;

    /** What {@code script} leads to. */
    static List<String> run(List<String> script) {
        Scenario scenario = new Scenario();
        for (String line : script) {
            String directive = line.replaceFirst("#[^0-9].*", "").strip();
            if (!directive.isEmpty() && !directive.startsWith("#")) {
                scenario.run(directive);
            }
        }
        return scenario.world.lines();
    }

    private void run(String directive) {
        boolean unseen = directive.startsWith("(");
        String text = unseen ? directive.substring(1, directive.length() - 1) : directive;
        List<String> words = List.of(text.split("\\s+", -1));
        if (isSetup(words.get(0), words.subList(1, words.size()))) {
            return;
        }
        if (!started) {
            started = true;
            setup.startAll(world);
        }
        world.silent(unseen);
        world.print("> " + text);
        act(words.get(0), words.subList(1, words.size()));
        world.settle();
        world.silent(false);
    }

    private boolean isSetup(String word, List<String> words) {
        if (word.equals("hide")) {
            words.forEach(world::hide);
            return true;
        }
        return setup.take(word, words);
    }

    // ---- what happens ----

    private void act(String word, List<String> words) {
        String first = words.isEmpty() ? "" : words.get(0);
        switch (word) {
            case "campaign" -> campaign(world.peer(first));
            case "tick" -> tick(world.peer(first), words.size() > 1 ? Integer.parseInt(words.get(1)) : 1);
            case "timer" -> timer(world.peer(first));
            case "pass" -> world.passUntil(world.nowNanos() + Long.parseLong(first) * MILLI);
            case "propose" -> propose(world.peer(first), words.subList(1, words.size()));
            case "read" -> ask(world.peer(first), new Request.ReadIndex());
            case "lease" -> ask(world.peer(first), new Request.LeaseRead());
            case "transfer" ->
                ask(world.peer(first), new Request.Transfer(words.size() > 1 ? Names.peer(words.get(1)) : null));
            case "change" -> change(world.peer(first), words.subList(1, words.size()));
            case "settings" ->
                ask(
                        world.peer(first),
                        new Request.ChangeMembers(MembershipChange.settings(
                                ScenarioSetup.settings(words.get(1).replace("lease=", "")))));
            case "prefer" -> prefer(world.peer(first), words.get(1));
            case "upgrade" -> world.peer(first).upgrade(Integer.parseInt(words.get(1)));
            case "join" -> join(words);
            case "revoke" -> revoke(words);
            case "snapshot" -> world.peer(first).takeSnapshot();
            case "status" -> status(world.peer(first));
            case "cut" -> links(first).forEach(world::cut);
            case "heal" -> world.heal();
            case "hold" -> world.hold(first);
            case "release" -> world.release(first);
            case "lose" -> world.lose(first);
            case "crash" -> world.peer(first).crash(0);
            case "damage" ->
                words.subList(1, words.size())
                        .forEach(index -> world.peer(first).disk().damage(Long.parseLong(index)));
            case "contains" -> world.peer(first).step(new Input.Contained(Long.parseLong(words.get(1))));
            case "finds" -> finds(world.peer(first), MessageParser.entryId(words.get(1)));
            case "save" -> copies.put(first, world.peer(first).disk().copy());
            case "rollback" -> world.peer(first).disk().rollBack(Objects.requireNonNull(copies.get(first)));
            case "start" -> world.peer(first).start();
            case "wipe" ->
                world.peer(first).wipe(setup.founders.stream().map(Names::peer).collect(Collectors.toSet()));
            case "inject" -> inject(words);
            case "closed" -> ended(world.peer(first), Names.peer(words.get(1)), true, words.size() == 2);
            case "dropped" -> ended(world.peer(first), Names.peer(words.get(1)), false, true);
            case "lost" -> world.peer(first).step(new Input.NodeLost(Names.peer(words.get(1))));
            case "connected" -> world.peer(first).step(new Input.Connected(Names.peer(words.get(1))));
            default -> throw new IllegalArgumentException("what is '" + word + "'?");
        }
    }

    private static void finds(SimPeer peer, EntryId id) {
        peer.step(new Input.DamageFound(List.of(new DamagedEntry(id, Entry.Kind.COMMAND, "a place"))));
    }

    private void tick(SimPeer peer, int times) {
        for (int i = 0; i < times; i++) {
            if (peer.nextTimerNanos() == Long.MAX_VALUE) {
                world.print(peer.name() + " has no timer");
                return;
            }
            world.passUntil(peer.nextTimerNanos());
            peer.step(new Input.TimerFired());
            world.settle();
        }
    }

    private void timer(SimPeer peer) {
        long millis = (peer.nextTimerNanos() - world.nowNanos()) / MILLI;
        world.print(peer.name() + " has a timer in " + millis + " ms");
    }

    /** Ticks until the peer asks for votes. */
    private void campaign(SimPeer peer) {
        for (int i = 0; i < CAMPAIGN_TICKS_MAX; i++) {
            world.passUntil(peer.nextTimerNanos());
            peer.step(new Input.TimerFired());
            if (peer.status().role() != Role.FOLLOWER) {
                return;
            }
            world.settle();
        }
        throw new IllegalStateException(peer.name() + " does not campaign");
    }

    private List<String> links(String text) {
        if (text.contains("->")) {
            return List.of(text);
        }
        List<String> links = new ArrayList<>();
        for (List<String> group : List.of(setup.founders, setup.newcomers)) {
            group.forEach(other -> links.addAll(List.of(text + "->" + other, other + "->" + text)));
        }
        return links;
    }

    private RequestId nextRequest() {
        return new RequestId(1, ++requests);
    }

    private void ask(SimPeer peer, Request request) {
        peer.step(new Input.Requested(nextRequest(), request, world.nowNanos() / MILLI));
    }

    /** All in one step. */
    private void propose(SimPeer peer, List<String> texts) {
        List<Input> proposals = texts.stream().map(text -> proposal(peer, text)).toList();
        peer.step(proposals.size() == 1 ? proposals.get(0) : new Input.Batch(proposals));
    }

    /** {@code x=1}, or {@code x=*500} for a value of 500 letters. */
    private Input proposal(SimPeer peer, String text) {
        String[] parts = text.split("\\*", 2);
        String data = parts.length == 1 ? text : parts[0] + "v".repeat(Integer.parseInt(parts[1]));
        RequestId id = nextRequest();
        Command command = new Command(peer.id(), id, Bytes.utf8(data));
        return new Input.Requested(id, new Request.Propose(command), world.nowNanos() / MILLI);
    }

    private void change(SimPeer peer, List<String> words) {
        List<Member> put = new ArrayList<>();
        List<PeerId> remove = new ArrayList<>();
        for (String word : words) {
            String name = word.substring(1).replaceAll("[.?!]+$", "");
            SimPeer other = world.peer(name);
            if (word.startsWith("-")) {
                remove.add(other.id());
            } else if (word.contains("!")) {
                put.add(Member.witness(other.id(), other.storeId(), word.endsWith("?")));
            } else if (word.endsWith("?") || word.endsWith(".")) {
                put.add(Member.learner(other.id(), other.storeId(), word.endsWith("?")));
            } else {
                put.add(Member.voter(other.id(), other.storeId()));
            }
        }
        ask(peer, new Request.ChangeMembers(new MembershipChange(put, remove)));
    }

    private void prefer(SimPeer peer, String text) {
        String[] parts = text.split("=", 2);
        ask(
                peer,
                new Request.ChangeMembers(MembershipChange.priority(Names.peer(parts[0]), Integer.parseInt(parts[1]))));
    }

    private static Map<String, String> options(List<String> words) {
        Map<String, String> options = new HashMap<>();
        for (String word : words) {
            String[] option = word.split("=", 2);
            options.put(option[0], option[1]);
        }
        return options;
    }

    private static Bytes nonce(Map<String, String> options) {
        return Bytes.wrap(ByteBuffer.allocate(Ticket.NONCE_BYTES)
                .putLong(Long.parseLong(options.getOrDefault("ticket", "1")))
                .array());
    }

    private long expiresAtMillis(Map<String, String> options) {
        return world.nowNanos() / MILLI + Long.parseLong(options.getOrDefault("lives", "60000"));
    }

    private void revoke(List<String> words) {
        SimPeer peer = world.peer(words.get(0));
        Map<String, String> options = options(words.subList(1, words.size()));
        SpentTicket revoked = SpentTicket.revoked(peer.id(), nonce(options), expiresAtMillis(options));
        ask(peer, new Request.ChangeMembers(MembershipChange.revoke(revoked)));
    }

    private void join(List<String> words) {
        Map<String, String> options = options(words.subList(2, words.size()));
        PeerId issuer = Names.peer(options.getOrDefault("by", words.get(1)));
        PeerId signer = Names.peer(options.getOrDefault("signed", Names.of(issuer)));
        Ticket unsigned = new Ticket(
                "community",
                Names.GENESIS,
                Member.Role.valueOf(options.getOrDefault("role", "voter").toUpperCase(Locale.ROOT)),
                expiresAtMillis(options),
                nonce(options),
                List.of(new Ticket.Contact(issuer, List.of())),
                issuer,
                Bytes.EMPTY);
        Ticket ticket = unsigned.withSignature(new FakeCredentials(signer).sign(unsigned.signedBytes()));
        RaftMessage request = new RaftMessage.JoinRequest(nextRequest(), ticket);
        world.send(world.peer(words.get(0)), Names.peer(words.get(1)), request);
    }

    private void inject(List<String> words) {
        String[] sender = words.get(0).split("#", 2);
        PeerId from = Names.peer(sender[0]);
        StoreId storeId = Names.store(from, sender.length == 2 ? Integer.parseInt(sender[1]) : 1);
        int level = world.peer(sender[0]).featureLevel();
        world.deliver(
                from, storeId, level, world.peer(words.get(2)), MessageParser.parse(words.subList(3, words.size())));
    }

    private static void ended(SimPeer peer, PeerId other, boolean closedByPeer, boolean refused) {
        peer.step(new Input.Lost(other, closedByPeer));
        peer.step(new Input.Unreachable(other, refused));
    }

    private void status(SimPeer peer) {
        CoreStatus status = peer.status();
        String members = status.members().stream()
                .filter(member -> member.matchIndex() >= 0)
                .map(member ->
                        " " + Names.of(member.member().peerId()) + ":" + member.state() + "/" + member.matchIndex())
                .collect(Collectors.joining());
        world.print(peer.name() + ": " + status.role() + " term=" + status.term() + " leader="
                + MessageText.name(status.leader()) + " last=" + status.lastEntry() + " commit="
                + status.commitIndex() + " " + MessageText.of(status.configuration()) + members);
    }
}
