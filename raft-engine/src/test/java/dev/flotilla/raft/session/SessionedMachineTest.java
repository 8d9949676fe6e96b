package dev.flotilla.raft.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.InSession;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.session.SessionTable.Bounds;
import dev.flotilla.transport.Bytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A state machine sees each command once, in every life and whatever it keeps by itself. */
class SessionedMachineTest {
    /** Writes down what it is given; the result is how much that is. Keeps its state like a database if it is told to. */
    private static final class Ledger implements StateMachine<Integer> {
        final List<String> lines = new ArrayList<>();
        long last;
        boolean persistent;
        boolean strange;

        @Override
        public List<Integer> apply(List<Committed> batch) {
            List<Integer> results = new ArrayList<>();
            for (Committed each : batch) {
                if (each.index() > last) {
                    last = each.index();
                    lines.add(each.index() + " " + each.data().utf8());
                    results.add(lines.size());
                } else {
                    results.add(-1); // skipped: it does not remember
                }
            }
            return results;
        }

        @Override
        public long lastApplied() {
            return persistent ? last : 0;
        }

        @Override
        public Capture capture() {
            List<String> captured = List.copyOf(lines);
            long at = last;
            return out -> {
                DataOutputStream data = new DataOutputStream(out);
                data.writeLong(at);
                data.writeInt(captured.size());
                for (String line : captured) {
                    data.writeUTF(line);
                }
            };
        }

        @Override
        public void restore(long index, InputStream in) throws IOException {
            DataInputStream data = new DataInputStream(in);
            last = data.readLong();
            lines.clear();
            for (int i = data.readInt(); i > 0; i--) {
                lines.add(data.readUTF());
            }
        }

        @Override
        public Bytes encodeResult(Integer result) {
            return Bytes.utf8(String.valueOf(result));
        }

        @Override
        public Integer decodeResult(long index, Bytes encoded) {
            return Integer.valueOf(strange ? "not a number" : encoded.utf8());
        }
    }

    private static final Bounds BOUNDS = new Bounds(3, 8, 16);

    private final Ledger ledger = new Ledger();
    private SessionedMachine<Integer> machine = new SessionedMachine<>(ledger, BOUNDS);

    private static Entry entry(long index, InSession inSession, String data) {
        Command command = new Command(MessageSamples.peer(1), new RequestId(1, index), inSession, Bytes.utf8(data));
        return new Entry(new EntryId(1, index), Entry.Kind.COMMAND, EntryCodec.encodeCommand(command));
    }

    private static Entry entry(long index, long session, long sequence, String data) {
        return entry(index, new InSession.Numbered(session, sequence, 1), data);
    }

    private List<Told.Fate<Integer>> apply(Entry... entries) throws Exception {
        return machine.apply(List.of(entries), command -> true).stream()
                .map(Told::fate)
                .toList();
    }

    @Test
    void aDuplicateInTheSameBatchHasTheFirstOnesResult() throws Exception {
        assertThat(apply(
                        entry(1, new InSession.Opening(), ""),
                        entry(2, 1, 1, "a"),
                        entry(3, 1, 2, "b"),
                        entry(4, 1, 1, "a"),
                        entry(5, 1, 2, "other")))
                .containsExactly(
                        new Told.Fate.Opened<>(),
                        new Told.Fate.Applied<>(2, 1),
                        new Told.Fate.Applied<>(3, 2),
                        new Told.Fate.Applied<>(2, 1),
                        new Told.Fate.Refused<>(Verdict.Why.OTHER_PAYLOAD));
        assertThat(ledger.lines).containsExactly("2 a", "3 b");
    }

    @Test
    void aResultThatCannotBeReadStopsNobody() throws Exception {
        apply(entry(1, new InSession.Opening(), ""), entry(2, 1, 1, "a"));
        ledger.strange = true;
        assertThat(apply(entry(3, 1, 1, "a"))).containsExactly(new Told.Fate.ResultNotKept<>(2));
    }

    @Test
    void theFatesOfOthersAreNotAskedFor() throws Exception {
        assertThat(machine.apply(List.of(entry(1, new InSession.Opening(), "")), command -> false))
                .isEmpty();
    }

    @Test
    void anotherPeerKnowsFromASnapshotWhatWasApplied() throws Exception {
        apply(entry(1, new InSession.Opening(), ""), entry(2, 1, 1, "a"));
        byte[] snapshot = written();
        Ledger other = new Ledger();
        machine = new SessionedMachine<>(other, BOUNDS);
        machine.restore(2, new ByteArrayInputStream(snapshot));
        assertThat(apply(entry(3, 1, 1, "a"), entry(4, 1, 2, "b")))
                .containsExactly(new Told.Fate.Applied<>(2, 1), new Told.Fate.Applied<>(4, 2));
        assertThat(other.lines).containsExactly("2 a", "4 b");
    }

    @Test
    void aSnapshotIsNotChangedByWhatComesLater() throws Exception {
        apply(entry(1, new InSession.Opening(), ""), entry(2, 1, 1, "a"));
        StateMachine.Capture capture = machine.capture();
        byte[] before = written();
        apply(entry(3, 1, 2, "b"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        capture.writeTo(out);
        assertThat(out.toByteArray()).isEqualTo(before);
    }

    /** It is ahead of the snapshot, and is given again what it skips; duplicates stay hidden from it. */
    @Test
    void aMachineThatKeepsItsStateSeesEachCommandOnceAfterARestart() throws Exception {
        ledger.persistent = true;
        apply(entry(1, new InSession.Opening(), ""), entry(2, 1, 1, "a"));
        byte[] snapshot = written();
        apply(entry(3, 1, 2, "b"), entry(4, 1, 1, "a"));
        machine = new SessionedMachine<>(ledger, BOUNDS);
        assertThat(machine.seenIndex()).isEqualTo(3);
        machine.recover(2, new ByteArrayInputStream(snapshot));
        assertThat(apply(
                        entry(3, 1, 2, "b"),
                        entry(4, 1, 1, "a"),
                        entry(5, 1, 3, "c"),
                        entry(6, 1, 3, "c"),
                        entry(7, 1, 2, "b")))
                .endsWith(
                        new Told.Fate.Applied<>(5, 3),
                        new Told.Fate.Applied<>(5, 3),
                        new Told.Fate.ResultNotKept<>(3)); // its skipping was no result
        assertThat(ledger.lines).containsExactly("2 a", "3 b", "5 c");
    }

    @Test
    void aMachineThatKeepsItsStateWithoutASnapshotSeesEachCommandOnce() throws Exception {
        ledger.persistent = true;
        apply(entry(1, new InSession.Opening(), ""), entry(2, 1, 1, "a"));
        machine = new SessionedMachine<>(ledger, BOUNDS);
        apply(entry(1, new InSession.Opening(), ""), entry(2, 1, 1, "a"), entry(3, 1, 1, "a"), entry(4, 1, 2, "b"));
        assertThat(ledger.lines).containsExactly("2 a", "4 b");
    }

    @Test
    void howEntriesAreBatchedChangesNothing() throws Exception {
        for (int seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            List<Entry> log = new ArrayList<>();
            for (long index = 1; index <= 120; index++) {
                int kind = random.nextInt(12);
                long lowest = 1L + random.nextInt(4);
                log.add(
                        kind == 0
                                ? entry(index, new InSession.Opening(), "")
                                : entry(
                                        index,
                                        new InSession.Numbered(
                                                1L + random.nextInt(20), lowest + random.nextInt(8), lowest),
                                        "x"));
            }
            assertThat(state(log, random)).isEqualTo(state(log, null));
        }
    }

    private static byte[] state(List<Entry> log, @Nullable Random batches) throws Exception {
        SessionedMachine<Integer> fresh = new SessionedMachine<>(new Ledger(), BOUNDS);
        for (int from = 0; from < log.size(); ) {
            int to = batches == null ? from + 1 : Math.min(log.size(), from + 1 + batches.nextInt(20));
            fresh.apply(log.subList(from, to), command -> false);
            from = to;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        fresh.capture().writeTo(out);
        return out.toByteArray();
    }

    private byte[] written() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        machine.capture().writeTo(out);
        return out.toByteArray();
    }
}
