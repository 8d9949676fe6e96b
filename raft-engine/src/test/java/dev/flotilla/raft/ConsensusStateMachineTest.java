package dev.flotilla.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.consensus.Agreed;
import dev.flotilla.consensus.Change;
import dev.flotilla.consensus.Codec;
import dev.flotilla.consensus.InconsistentStateException;
import dev.flotilla.consensus.Op;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.contract.Journal;
import dev.flotilla.consensus.contract.JournalOp;
import dev.flotilla.consensus.contract.NewerJournal;
import dev.flotilla.consensus.contract.StateRecorder;
import dev.flotilla.raft.ChangeEnvelope.CodecId;
import dev.flotilla.raft.ChangeEnvelope.Kind;
import dev.flotilla.raft.machine.StateMachine.Capture;
import dev.flotilla.raft.machine.StateMachine.Committed;
import dev.flotilla.transport.Bytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConsensusStateMachineTest {
    private static final Journal START = Journal.of("start");
    private static final CodecId STATES = CodecId.of(Journal.codec());
    private static final CodecId OPS = CodecId.of(JournalOp.codec());

    private final ConsensusStateMachine<Journal> machine = machine();

    private static ConsensusStateMachine<Journal> machine() {
        return new ConsensusStateMachine<>(Journal.codec(), JournalOp.codec());
    }

    @Test
    void oneBatchOfStatesOperationsAndRollbacksIsAppliedInOrder() {
        List<Outcome<Journal>> outcomes = machine.apply(List.of(
                committed(3, new Change.NewState<>(START)),
                committed(5, operation(JournalOp.append("one"))),
                committed(6, operation(JournalOp.fail("ink is out"))),
                committed(7, operation(JournalOp.append("two"))),
                committed(9, new Change.Rollback<>(START)),
                committed(10, operation(JournalOp.append("three")))));
        assertThat(outcomes.get(0)).isEqualTo(new Outcome.Applied<>(3, START));
        assertThat(outcomes.get(1)).isEqualTo(new Outcome.Applied<>(5, START.with("one")));
        assertThat(outcomes.get(2)).isInstanceOf(Outcome.Failed.class);
        assertRejected(outcomes.get(3), Outcome.Reason.INCONSISTENT, "index 6");
        assertThat(outcomes.get(4)).isEqualTo(new Outcome.Applied<>(9, START));
        assertThat(outcomes.get(5)).isEqualTo(new Outcome.Applied<>(10, START.with("three")));
        assertThat(machine.agreement().current()).isEqualTo(new Agreed<>(10, START.with("three")));
    }

    @Test
    void whatIsNoChangeIsRefusedAndChangesNothing() {
        apply(1, new Change.NewState<>(START));
        assertRejected(applyRaw(2, Bytes.utf8("not a change")), Outcome.Reason.REFUSED, "not a change");
        assertThat(machine.agreement().current()).isEqualTo(new Agreed<>(1, START));
    }

    @Test
    void anOperationThatItsCodecCannotReadMakesTheStateInconsistent() {
        apply(1, new Change.NewState<>(START));
        Outcome<Journal> outcome = applyRaw(2, new ChangeEnvelope(Kind.OPERATION, OPS, Bytes.utf8("no end")).encode());
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        assertInconsistent(machine, 2, "not one line");
    }

    @Test
    void aStateThatItsCodecCannotReadMakesTheStateInconsistent() {
        apply(1, new Change.NewState<>(START));
        for (Kind kind : List.of(Kind.STATE, Kind.ROLLBACK)) {
            assertThat(applyRaw(2, new ChangeEnvelope(kind, STATES, Bytes.utf8("no end")).encode()))
                    .isInstanceOf(Outcome.Failed.class);
            assertInconsistent(machine, 2, "has no end");
            apply(3, new Change.Rollback<>(START));
        }
    }

    @Test
    void aChangeInAnotherEncodingThanTheGroupsIsRefused() {
        apply(1, new Change.NewState<>(START));
        apply(2, operation(JournalOp.append("one")));
        Bytes one = JournalOp.codec().encode(JournalOp.append("one"));
        assertRejected(
                applyRaw(3, new ChangeEnvelope(Kind.OPERATION, new CodecId(OPS.name(), 2), one).encode()),
                Outcome.Reason.REFUSED,
                "journal-op version 2, this group's are as journal-op version 1");
        assertRejected(
                applyRaw(4, new ChangeEnvelope(Kind.STATE, OPS, one).encode()),
                Outcome.Reason.REFUSED,
                "this group's are as journal version 1");
        assertThat(machine.agreement().current()).isEqualTo(new Agreed<>(2, START.with("one")));
    }

    @Test
    void aMemberThatDoesNotKnowTheGroupsEncodingStopsAndSaysSo() {
        Bytes state = new ChangeEnvelope(Kind.STATE, new CodecId("json", 1), Bytes.utf8("[]")).encode();
        assertThatIllegalStateException()
                .isThrownBy(() -> applyRaw(1, state))
                .withMessage("entry 1 is encoded as json version 1, this peer reads journal version 1:"
                        + " it needs a codec that knows the group's encoding");
    }

    @Test
    void aNewerCodecWritesAsTheGroupDoesUntilTheGroupMovesOn() {
        apply(1, new Change.NewState<>(START));
        ConsensusStateMachine<Journal> newer = newer();
        newer.apply(List.of(committed(1, new Change.NewState<>(START))));
        Change<Journal> change = new Change.NewState<>(START.with("more"));
        assertThat(newer.encode(change)).isEqualTo(machine.encode(change));
        assertThat(newer.apply(List.of(new Committed(2, 1, newer.moves().get(0))))
                        .get(0))
                .isEqualTo(new Outcome.Applied<>(2, START));
        Bytes encoded = newer.encode(change);
        assertThat(ChangeEnvelope.decode(encoded).codec()).isEqualTo(new CodecId(STATES.name(), 2));
        assertThat(newer.apply(List.of(new Committed(3, 1, encoded))).get(0))
                .isEqualTo(new Outcome.Applied<>(3, START.with("more")));
        assertRejected(
                newer.apply(List.of(committed(4, change))).get(0),
                Outcome.Reason.REFUSED,
                "encoded as journal version 1, this group's are as journal version 2");
    }

    @Test
    void statesAndOperationsMoveOnEachOnItsOwn() {
        ConsensusStateMachine<Journal> newer = newer();
        newer.apply(List.of(committed(1, new Change.NewState<>(START))));
        newer.apply(List.of(new Committed(2, 1, newer.moves().get(1))));
        newer.apply(List.of(new Committed(3, 1, newer.encode(operation(JournalOp.append("one"))))));
        newer.apply(List.of(committed(4, new Change.Rollback<>(START.with("two")))));
        assertThat(newer.agreement().current()).isEqualTo(new Agreed<>(4, START.with("two")));
        assertThat(ChangeEnvelope.decode(newer.encode(operation(JournalOp.append("one"))))
                        .codec()
                        .version())
                .isEqualTo(2);
    }

    @Test
    void aMemberThatDoesNotKnowTheVersionThatTheGroupMovesOnToStopsAndSaysSo() {
        apply(1, new Change.NewState<>(START));
        Bytes move = newer().moves().get(0);
        assertThatIllegalStateException()
                .isThrownBy(() -> applyRaw(2, move))
                .withMessage("entry 2 is encoded as journal version 2, this peer reads journal version 1:"
                        + " it needs a codec that knows the group's encoding");
    }

    @Test
    void aGroupMovesOnForwardOnlyAndOnlyWhileItHasAState() {
        ConsensusStateMachine<Journal> newer = newer();
        Bytes move = newer.moves().get(0);
        assertRejected(applyTo(newer, 1, move), Outcome.Reason.NO_STATE, "no state yet");
        applyTo(newer, 2, machine.encode(new Change.NewState<>(START)));
        assertThat(applyTo(newer, 3, move)).isEqualTo(new Outcome.Applied<>(3, START));
        assertThat(applyTo(newer, 4, move)).isEqualTo(new Outcome.Applied<>(4, START));
        assertThat(newer.agreement().newest()).isEqualTo(new Agreed<>(2, START));
        assertRejected(applyTo(newer, 5, machine.moves().get(0)), Outcome.Reason.REFUSED, "later version");
        applyTo(newer, 6, newer.encode(operation(JournalOp.fail("ink is out"))));
        assertRejected(applyTo(newer, 7, move), Outcome.Reason.INCONSISTENT, "roll back");
        Bytes foreign = new ChangeEnvelope(Kind.STATE_VERSION, new CodecId("json", 9), Bytes.EMPTY).encode();
        assertRejected(applyTo(newer, 8, foreign), Outcome.Reason.REFUSED, "from journal version 2, got json");
    }

    @Test
    void aSnapshotIsTheSameWhicheverVersionsItsMemberKnows() throws Exception {
        ConsensusStateMachine<Journal> newer = newer();
        Bytes state = machine.encode(new Change.NewState<>(START));
        applyRaw(1, state);
        applyTo(newer, 1, state);
        assertThat(written(newer.capture())).isEqualTo(written(machine.capture()));
        applyTo(newer, 2, newer.moves().get(0));
        byte[] moved = written(newer.capture());
        assertThat(moved).isNotEqualTo(written(machine.capture()));
        ConsensusStateMachine<Journal> other = newer();
        other.restore(2, new ByteArrayInputStream(moved));
        assertThat(other.agreement().current()).isEqualTo(new Agreed<>(1, START));
        assertThat(written(other.capture())).isEqualTo(moved);
        assertThatIOException()
                .isThrownBy(() -> machine().restore(2, new ByteArrayInputStream(moved)))
                .withMessageContaining("encoded as journal version 2, this peer reads journal version 1");
    }

    @Test
    void aRetryKnowsEveryVersionInWhichItMayHaveBeenProposed() {
        ConsensusStateMachine<Journal> newer = newer();
        Change<Journal> change = operation(JournalOp.append("one"));
        assertThat(newer.otherEncodings(change)).containsExactly(machine.encode(change));
        applyTo(newer, 1, machine.encode(new Change.NewState<>(START)));
        applyTo(newer, 2, machine.encode(change));
        assertThat(newer.otherEncodings(change)).containsExactly(newer().encode(change));
        assertThat(machine.otherEncodings(change)).isEmpty();
    }

    private static ConsensusStateMachine<Journal> newer() {
        return new ConsensusStateMachine<>(NewerJournal.codec(), NewerJournal.opCodec());
    }

    private static Outcome<Journal> applyTo(ConsensusStateMachine<Journal> other, long index, Bytes data) {
        return other.apply(List.of(new Committed(index, 1, data))).get(0);
    }

    @Test
    void anErrorOfAnOperationIsThrown() {
        Codec<Op<Journal>> stricken = Codec.of("stricken", 1, op -> Bytes.EMPTY, bytes -> journal -> {
            throw new OutOfMemoryError("not really");
        });
        ConsensusStateMachine<Journal> struck = new ConsensusStateMachine<>(Journal.codec(), stricken);
        struck.apply(List.of(new Committed(1, 1, struck.encode(new Change.NewState<>(START)))));
        Committed op = new Committed(2, 1, struck.encode(operation(JournalOp.append("one"))));
        assertThatThrownBy(() -> struck.apply(List.of(op))).isInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void aSnapshotHoldsTheStateAsItWasCaptured() throws Exception {
        apply(1, new Change.NewState<>(START));
        Capture capture = machine.capture();
        apply(2, operation(JournalOp.append("later")));
        ConsensusStateMachine<Journal> other = machine();
        other.restore(1, new ByteArrayInputStream(written(capture)));
        assertThat(other.agreement().current()).isEqualTo(new Agreed<>(1, START));
        assertThat(written(other.capture())).isEqualTo(written(capture));
    }

    @Test
    void aSnapshotBeforeTheFirstStateIsEmpty() throws Exception {
        ConsensusStateMachine<Journal> other = machine();
        other.restore(4, new ByteArrayInputStream(written(machine.capture())));
        assertThat(other.agreement()).isEqualTo(machine.agreement());
    }

    @Test
    void aSnapshotHoldsTheInconsistencyAndTheStateBeforeIt() throws Exception {
        apply(1, new Change.NewState<>(START));
        apply(2, operation(JournalOp.fail("ink is out")));
        ConsensusStateMachine<Journal> other = machine();
        other.restore(3, new ByteArrayInputStream(written(machine.capture())));
        assertInconsistent(other, 2, "ink is out");
        assertThat(other.agreement().failure()).isNotNull().satisfies(failure -> assertThat(failure.type())
                .isEqualTo(JournalOp.JournalException.class.getName()));
        assertThat(written(other.capture())).isEqualTo(written(machine.capture()));
        assertThat(other.agreement().newest()).isEqualTo(new Agreed<>(1, START));
        Outcome<Journal> outcome = other.apply(List.of(committed(4, operation(JournalOp.append("one")))))
                .get(0);
        assertRejected(outcome, Outcome.Reason.INCONSISTENT, "ink is out");
        other.apply(List.of(committed(5, new Change.Rollback<>(START))));
        assertThat(other.agreement().current()).isEqualTo(new Agreed<>(5, START));
    }

    @Test
    void aSnapshotFromBeforeTheTypeOfAFailureWasWrittenIsRead() throws Exception {
        String old = "464c4331" + "00" + "00" + "00" + "01" + "0000000000000005" + "0003" + "6f7574"; // "out" at 5
        machine.restore(5, new ByteArrayInputStream(Bytes.fromHex(old).toByteArray()));
        assertInconsistent(machine, 5, "out");
    }

    @Test
    void aSnapshotHoldsTheBeginningOfAReasonOfAnyLength() throws Exception {
        apply(1, new Change.NewState<>(START));
        apply(2, operation(JournalOp.fail("\u20ac".repeat(100_000))));
        ConsensusStateMachine<Journal> other = machine();
        other.restore(2, new ByteArrayInputStream(written(machine.capture())));
        assertInconsistent(other, 2, "\u20ac".repeat(100));
    }

    @Test
    void aSnapshotHoldsTheGroupsEncodings() throws Exception {
        apply(1, new Change.NewState<>(START));
        apply(2, operation(JournalOp.append("one")));
        ConsensusStateMachine<Journal> other = machine();
        other.restore(2, new ByteArrayInputStream(written(machine.capture())));
        Bytes foreign = new ChangeEnvelope(Kind.OPERATION, new CodecId("json", 1), Bytes.EMPTY).encode();
        assertRejected(
                other.apply(List.of(new Committed(3, 1, foreign))).get(0),
                Outcome.Reason.REFUSED,
                "as journal-op version 1");
    }

    @Test
    void aSnapshotOfAnotherEncodingIsRefused() throws Exception {
        apply(1, new Change.NewState<>(START));
        byte[] snapshot = written(machine.capture());
        Codec<Journal> renamed = Codec.of("diary", 1, Journal.codec()::encode, Journal.codec()::decode);
        ConsensusStateMachine<Journal> other = new ConsensusStateMachine<>(renamed, JournalOp.codec());
        assertThatIOException()
                .isThrownBy(() -> other.restore(1, new ByteArrayInputStream(snapshot)))
                .withMessageContaining("encoded as journal version 1, this peer reads diary version 1");
    }

    @Test
    void aDamagedSnapshotIsRefusedAndChangesNothing() throws Exception {
        apply(1, new Change.NewState<>(START));
        apply(2, operation(JournalOp.fail("ink is out")));
        byte[] snapshot = written(machine.capture());
        ConsensusStateMachine<Journal> other = machine();
        for (int length = 0; length < snapshot.length; length++) {
            byte[] cut = Arrays.copyOf(snapshot, length);
            assertThatIOException().isThrownBy(() -> other.restore(2, new ByteArrayInputStream(cut)));
        }
        assertThatIOException()
                .isThrownBy(
                        () -> other.restore(2, new ByteArrayInputStream(Arrays.copyOf(snapshot, snapshot.length + 1))));
        assertThat(other.agreement()).isEqualTo(machine().agreement());
        Random random = new Random(5);
        for (int i = 0; i < 5_000; i++) {
            byte[] damaged = snapshot.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            try {
                machine().restore(2, new ByteArrayInputStream(damaged));
            } catch (IOException e) {
                assertThat(e).message().isNotBlank();
            }
        }
    }

    @Test
    void subscribersAreToldOfRestoreAndStop() throws Exception {
        apply(4, new Change.NewState<>(START));
        byte[] snapshot = written(machine.capture());
        ConsensusStateMachine<Journal> other = machine();
        StateRecorder<Journal> recorder = new StateRecorder<>();
        other.states().subscribe(recorder);
        recorder.subscription().get(30, TimeUnit.SECONDS).request(Long.MAX_VALUE);
        other.restore(9, new ByteArrayInputStream(snapshot));
        assertThat(recorder.first(agreed -> true).get(30, TimeUnit.SECONDS)).isEqualTo(new Agreed<>(4, START));
        other.stopped(null);
        assertThat(recorder.ended().get(30, TimeUnit.SECONDS)).isNull();
        StateRecorder<Journal> failed = new StateRecorder<>();
        machine.states().subscribe(failed);
        Throwable cause = new OutOfMemoryError("not really");
        machine.stopped(cause);
        assertThat(failed.ended().get(30, TimeUnit.SECONDS)).isSameAs(cause);
    }

    private Outcome<Journal> apply(long index, Change<Journal> change) {
        return machine.apply(List.of(committed(index, change))).get(0);
    }

    private Outcome<Journal> applyRaw(long index, Bytes data) {
        return machine.apply(List.of(new Committed(index, 1, data))).get(0);
    }

    private Committed committed(long index, Change<Journal> change) {
        return new Committed(index, 1, machine.encode(change));
    }

    private static Change<Journal> operation(Op<Journal> op) {
        return new Change.Operation<>(op);
    }

    private static byte[] written(Capture capture) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        capture.writeTo(out);
        return out.toByteArray();
    }

    private static void assertRejected(Outcome<Journal> outcome, Outcome.Reason reason, String detail) {
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Rejected.class, rejected -> {
            assertThat(rejected.reason()).isEqualTo(reason);
            assertThat(rejected.detail()).contains(detail);
        });
    }

    private static void assertInconsistent(ConsensusStateMachine<Journal> machine, long index, String reason) {
        assertThatExceptionOfType(InconsistentStateException.class)
                .isThrownBy(() -> machine.agreement().current())
                .withMessageContaining(reason)
                .satisfies(thrown -> assertThat(thrown.index()).isEqualTo(index));
    }
}
