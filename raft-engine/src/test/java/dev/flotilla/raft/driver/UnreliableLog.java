package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.session.SessionTable;
import dev.flotilla.raft.session.Token;
import dev.flotilla.transport.Bytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;

/** A group whose log is agreed on by dice, and the clients of its peers. What is asked may be lost, late or appended twice. */
final class UnreliableLog {
    static final GenesisId GENESIS = MessageSamples.genesis(7);
    static final SessionTable.Bounds BOUNDS = new SessionTable.Bounds(4, 6, 14);

    private record Asked(UnreliablePeer peer, RequestId id, Command command) {}

    final Random random;
    private final Map<String, Integer> seen;
    final boolean equalTables; // but for results, which a machine that keeps its state may have skipped
    private final List<UnreliablePeer> peers = new ArrayList<>();
    private final List<Asked> onTheWay = new ArrayList<>();
    private final List<Command> tail = new ArrayList<>(); // appended by the leader, not agreed
    private final List<Entry> agreed = new ArrayList<>();
    private long term = 1;
    private int writes;

    final Map<Long, String> appliedAt = new HashMap<>(); // by index: what every machine applies there
    private final Map<String, Long> applied = new HashMap<>();
    private final Map<String, Long> told = new HashMap<>(); // applied, and where
    private final Set<String> rejected = new HashSet<>();
    private final Map<String, Outcome.RetryToken> tokens = new HashMap<>();
    final Map<Long, Bytes> captures = new HashMap<>(); // by index: what every snapshot there holds

    UnreliableLog(int seed, Map<String, Integer> seen) {
        this.random = new Random(seed);
        this.seen = seen;
        boolean anyKeepsState = random.nextBoolean();
        for (int i = 0; i < 3; i++) {
            peers.add(new UnreliablePeer(this, anyKeepsState && random.nextBoolean()));
        }
        this.equalTables = !anyKeepsState;
    }

    void count(String event) {
        seen.merge(event, 1, Integer::sum);
    }

    void run(int steps) throws Exception {
        for (int i = 0; i < steps; i++) {
            step(peers.get(random.nextInt(peers.size())), random.nextInt(100));
        }
        for (UnreliablePeer peer : peers) {
            peer.applyTo(agreed.size());
        }
        check();
    }

    private void step(UnreliablePeer peer, int dice) throws Exception {
        if (dice < 20) {
            write(peer);
        } else if (dice < 45) {
            deliver();
        } else if (dice < 62) {
            agree();
        } else if (dice < 80) {
            peer.applyTo(Math.min(agreed.size(), peer.index() + 1 + random.nextInt(5)));
        } else if (dice < 90) {
            peer.pass(random.nextInt(900));
        } else if (dice < 93) {
            changeLeader();
        } else if (dice < 96) {
            retry(peer);
        } else if (dice < 98) {
            install(peer);
        } else {
            peer.restart();
        }
    }

    // ---- the clients ----

    private void write(UnreliablePeer peer) {
        String data = "w" + ++writes;
        peer.propose(data, outcome -> ended(data, outcome, "outcome "));
    }

    private void retry(UnreliablePeer peer) {
        List<String> known = List.copyOf(tokens.keySet());
        if (!known.isEmpty()) {
            String data = known.get(random.nextInt(known.size()));
            Token token = Token.decode(Objects.requireNonNull(tokens.get(data)).value());
            peer.retry(token, data, outcome -> ended(data, outcome, "retry "));
        }
    }

    private void ended(String data, Outcome<Long> outcome, String how) {
        if (outcome instanceof Outcome.Applied<Long> done) {
            count(how + "applied");
            Long before = told.put(data, done.index());
            assertThat(before).as("%s was told to be applied before", data).isIn(null, done.index());
            assertThat(done.result()).as("result of %s", data).isEqualTo(done.index());
        } else if (outcome instanceof Outcome.Rejected<Long> refused) {
            count(how + "rejected " + refused.reason());
            assertThat(how).isEqualTo("outcome ");
            rejected.add(data);
        } else if (outcome instanceof Outcome.Unknown<Long> unknown) {
            count(how + (unknown.token() == null ? "unknown for good" : "unknown"));
            if (unknown.token() != null) {
                tokens.put(data, unknown.token());
            }
        }
    }

    // ---- the log ----

    void asked(UnreliablePeer peer, RequestId id, Request request) {
        onTheWay.add(new Asked(peer, id, ((Request.Propose) request).command()));
    }

    /** Some request comes to a leader, or to none. */
    private void deliver() {
        if (onTheWay.isEmpty()) {
            return;
        }
        Asked asked = onTheWay.remove(random.nextInt(Math.min(4, onTheWay.size())));
        switch (random.nextInt(10)) {
            case 0, 1 ->
                asked.peer.answered(asked.id, new Result.Refused(Result.Reason.NO_LEADER, "no leader is known"));
            case 2 -> count("request lost");
            case 3 -> {
                asked.peer.forwarded(asked.id, term);
                tail.add(asked.command); // and the answer is lost
            }
            default -> {
                tail.add(asked.command);
                long index = (long) agreed.size() + tail.size();
                asked.peer.answered(asked.id, new Result.Appended(new EntryId(term, index)));
            }
        }
    }

    private void agree() {
        for (int count = random.nextInt(3); count > 0 && !tail.isEmpty(); count--) {
            append(Entry.Kind.COMMAND, EntryCodec.encodeCommand(tail.remove(0)));
        }
    }

    private void append(Entry.Kind kind, Bytes payload) {
        agreed.add(new Entry(new EntryId(term, agreed.size() + 1L), kind, payload));
    }

    private void changeLeader() {
        term++;
        int kept = random.nextInt(tail.size() + 1);
        for (int i = kept; i < tail.size(); i++) {
            count("entry lost with its leader");
        }
        tail.subList(kept, tail.size()).clear();
        while (!tail.isEmpty()) { // the next leader has them, of the term before
            agreed.add(new Entry(
                    new EntryId(term - 1, agreed.size() + 1L),
                    Entry.Kind.COMMAND,
                    EntryCodec.encodeCommand(tail.remove(0))));
        }
        append(Entry.Kind.NOOP, Bytes.EMPTY);
    }

    Entry entry(long index) {
        return agreed.get((int) index - 1);
    }

    private void install(UnreliablePeer peer) throws Exception {
        UnreliablePeer from = peers.get(random.nextInt(peers.size()));
        if (from.index() > peer.index()) {
            count("snapshot installed");
            peer.install(from.index(), entry(from.index()).id(), from.capture());
        }
    }

    // ---- what must hold ----

    /** A machine applies {@code data}: the same as every other there, and for the first time. */
    void machineApplied(long index, String data) {
        String before = appliedAt.putIfAbsent(index, data);
        assertThat(before).as("entry %d", index).isIn(null, data);
        if (before == null) {
            assertThat(applied.put(data, index))
                    .as("%s is applied again at %d", data, index)
                    .isNull();
        }
    }

    private void check() {
        told.forEach((data, index) -> assertThat(applied.get(data))
                .as("%s was told to be applied", data)
                .isEqualTo(index));
        rejected.forEach(data -> assertThat(applied).as("%s was rejected", data).doesNotContainKey(data));
    }
}
