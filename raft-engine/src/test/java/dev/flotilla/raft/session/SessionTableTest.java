package dev.flotilla.raft.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.InSession;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.session.SessionTable.Bounds;
import dev.flotilla.transport.Bytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Which commands are applied, and which are told what came of them before (thesis §6.3). */
class SessionTableTest {
    private static final Bounds SMALL = new Bounds(3, 5, 8);

    private SessionTable table = new SessionTable(SMALL);
    private long index;

    private String next(InSession inSession, String data) {
        return SlowSessions.words(table.judge(++index, command(inSession, data)));
    }

    private String next(long session, long sequence, long lowestUnanswered, String data) {
        return next(new InSession.Numbered(session, sequence, lowestUnanswered), data);
    }

    private long open() {
        assertThat(next(new InSession.Opening(), "")).isEqualTo("opened");
        return index;
    }

    private static Command command(InSession inSession, String data) {
        return new Command(MessageSamples.peer(1), new RequestId(1, 1), inSession, Bytes.utf8(data));
    }

    @Test
    void aCommandIsRunOnceHoweverOftenItIsAppended() {
        long session = open();
        assertThat(next(session, 1, 1, "a")).isEqualTo("run");
        assertThat(next(session, 1, 1, "a")).isEqualTo("repeated 2");
        assertThat(next(session, 1, 1, "a")).isEqualTo("repeated 2");
    }

    @Test
    void aLowerNumberThatComesLateIsNoDuplicate() {
        long session = open();
        assertThat(next(session, 2, 1, "b")).isEqualTo("run");
        assertThat(next(session, 1, 1, "a")).isEqualTo("run");
        assertThat(next(session, 2, 1, "b")).isEqualTo("repeated 2");
    }

    @Test
    void anotherPayloadUnderTheSameNumberIsRefused() {
        long session = open();
        next(session, 1, 1, "a");
        assertThat(next(session, 1, 1, "b")).isEqualTo("OTHER_PAYLOAD");
        assertThat(next(session, 1, 1, "a")).isEqualTo("repeated 2");
    }

    @Test
    void whatTheClientKnowsIsForgotten() {
        long session = open();
        next(session, 1, 1, "a");
        next(session, 2, 1, "b");
        assertThat(next(session, 3, 3, "c")).isEqualTo("run");
        assertThat(table.answers()).isEqualTo(1);
        assertThat(next(session, 2, 1, "b")).isEqualTo("FORGOTTEN");
    }

    @Test
    void aSessionThatNeverWasIsNotMade() {
        assertThat(next(7, 1, 1, "a")).isEqualTo("EXPIRED");
        assertThat(next(7, 1, 1, "a")).isEqualTo("EXPIRED");
        assertThat(table.size()).isZero();
    }

    @Test
    void theSessionThatWasNotUsedForLongestExpires() {
        long first = open();
        long second = open();
        long third = open();
        next(first, 1, 1, "a");
        open();
        assertThat(next(second, 1, 1, "b")).isEqualTo("EXPIRED");
        assertThat(next(first, 1, 1, "a")).isEqualTo("repeated 4");
        assertThat(next(third, 1, 1, "c")).isEqualTo("run");
        assertThat(table.size()).isEqualTo(3);
    }

    @Test
    void tooManyAnswersLetOtherSessionsExpire() {
        long first = open();
        long second = open();
        for (int sequence = 1; sequence <= 5; sequence++) {
            next(first, sequence, 1, "a");
        }
        for (int sequence = 1; sequence <= 3; sequence++) {
            next(second, sequence, 1, "b");
        }
        assertThat(table.answers()).isEqualTo(8);
        assertThat(next(second, 4, 1, "b")).isEqualTo("run");
        assertThat(table.answers()).isEqualTo(4);
        assertThat(next(first, 1, 1, "a")).isEqualTo("EXPIRED");
    }

    @Test
    void equalTablesHaveEqualBytesWhateverTheyHeldBefore() throws Exception {
        byte[][] written = new byte[2][];
        for (int i = 0; i < 2; i++) {
            table = new SessionTable(SessionTable.Bounds.STANDARD);
            index = 0;
            long session = open();
            int many = i == 0 ? 0 : 3_000; // one has grown, and forgotten
            for (int sequence = 1; sequence <= many; sequence++) {
                next(session, sequence, 1, "a");
            }
            index = 10_000;
            for (int sequence = 4_020; sequence > 4_000; sequence--) {
                next(session, sequence, 4_001, "a");
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            table.writeTo(out);
            written[i] = out.toByteArray();
            assertThat(table.answers()).isEqualTo(20);
        }
        assertThat(written[0]).isEqualTo(written[1]);
    }

    @Test
    void aNumberTooFarAheadIsRefused() {
        long session = open();
        assertThat(next(session, 5, 1, "e")).isEqualTo("run");
        assertThat(next(session, 6, 1, "f")).isEqualTo("OUT_OF_WINDOW");
        assertThat(next(session, 6, 2, "f")).isEqualTo("run");
        assertThat(next(session, Long.MAX_VALUE, 1, "z")).isEqualTo("OUT_OF_WINDOW");
    }

    @Test
    void whatBelongsToNoSessionIsRunEachTime() {
        assertThat(next(new InSession.None(), "a")).isEqualTo("run");
        assertThat(next(new InSession.None(), "a")).isEqualTo("run");
    }

    @Test
    void aNumberBelowTheLowestUnansweredOneIsMalformed() {
        assertThatIllegalArgumentException().isThrownBy(() -> new InSession.Numbered(1, 2, 3));
        assertThatIllegalArgumentException().isThrownBy(() -> new InSession.Numbered(0, 2, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new InSession.Numbered(1, 0, 0));
    }

    @Test
    void itDecidesAsTheObviousOneDoesAcrossSnapshots() throws Exception {
        Set<String> seen = new TreeSet<>();
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            SlowSessions slow = new SlowSessions(SMALL);
            table = new SessionTable(SMALL);
            index = 0;
            List<Long> sessions = new ArrayList<>(List.of(99_999L));
            for (int step = 0; step < 300; step++) {
                Command command = random(random, sessions);
                String words = SlowSessions.words(table.judge(++index, command));
                assertThat(words)
                        .as("seed %d, entry %d: %s", seed, index, command)
                        .isEqualTo(slow.judge(index, command));
                seen.add(words.replaceFirst(" .*", ""));
                assertThat(table.size()).isLessThanOrEqualTo(SMALL.sessions());
                assertThat(table.answers()).isLessThanOrEqualTo(SMALL.answers());
                if (words.equals("opened")) {
                    sessions.add(index);
                }
                if (random.nextInt(20) == 0) {
                    table = copy(table, index);
                }
            }
        }
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        "opened", "run", "repeated", "EXPIRED", "FORGOTTEN", "OTHER_PAYLOAD", "OUT_OF_WINDOW");
    }

    private static Command random(Random random, List<Long> sessions) {
        int kind = random.nextInt(30);
        if (kind == 0) {
            return command(new InSession.Opening(), "");
        } else if (kind == 1) {
            return command(new InSession.None(), "x");
        }
        long session = sessions.get(Math.max(0, sessions.size() - 1 - random.nextInt(5)));
        long lowest = 1L + random.nextInt(8);
        long sequence = lowest + random.nextInt(7);
        return command(new InSession.Numbered(session, sequence, lowest), random.nextInt(8) == 0 ? "other" : "data");
    }

    @Test
    void aSnapshotHoldsAllOfIt() throws Exception {
        fill();
        SessionTable copy = copy(table, index);
        assertThat(written(copy)).isEqualTo(written(table));
        assertThat(((Verdict.Repeated) copy.judge(++index, command(new InSession.Numbered(1, 1, 1), "a")))
                        .answer()
                        .result())
                .isEqualTo(Bytes.utf8("result"));
    }

    private void fill() {
        long first = open();
        long second = open();
        run(first).keep(Bytes.utf8("result"));
        next(second, 4, 2, "b");
        next(second, 3, 2, "c");
    }

    private Answer run(long session) {
        Verdict verdict = table.judge(++index, command(new InSession.Numbered(session, 1, 1), "a"));
        return Objects.requireNonNull(((Verdict.Run) verdict).answer());
    }

    @Test
    void aResultThatIsTooLongIsNotKept() {
        long session = open();
        Answer answer = run(session);
        answer.keep(Bytes.wrap(new byte[StateMachine.RESULT_BYTES_MAX]));
        assertThat(answer.result()).isNotNull();
        answer.keep(Bytes.wrap(new byte[StateMachine.RESULT_BYTES_MAX + 1]));
        assertThat(answer.result()).isNull();
    }

    @Test
    void aDamagedTableIsRefusedOrAtLeastSound() throws Exception {
        fill();
        byte[] good = written(table);
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThatIOException()
                    .isThrownBy(() -> SessionTable.readFrom(new ByteArrayInputStream(cut), index, SMALL))
                    .withMessageContaining("the snapshot at index 5");
        }
        Random random = new Random(3);
        for (int i = 0; i < 5_000; i++) {
            byte[] damaged = good.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            try {
                SessionTable read = SessionTable.readFrom(new ByteArrayInputStream(damaged), index, SMALL);
                byte[] again = written(read); // its end may have moved
                assertThat(again).isEqualTo(Arrays.copyOf(damaged, again.length));
            } catch (IOException e) {
                assertThat(e).message().isNotBlank().doesNotContain("\n");
            }
        }
    }

    @Test
    void aSnapshotWithoutATableIsRefusedInWords() {
        byte[] older = Bytes.utf8("{\"format\":1}").toByteArray();
        assertThatIOException()
                .isThrownBy(() -> SessionTable.readFrom(new ByteArrayInputStream(older), 9, SMALL))
                .withMessage("the snapshot at index 9 has no valid table of sessions:"
                        + " it begins with 7b22666f where a table of sessions of this version begins with 464c5331");
    }

    private static SessionTable copy(SessionTable table, long index) throws IOException {
        return SessionTable.readFrom(new ByteArrayInputStream(written(table)), index, SMALL);
    }

    private static byte[] written(SessionTable table) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        table.writeTo(out);
        return out.toByteArray();
    }
}
