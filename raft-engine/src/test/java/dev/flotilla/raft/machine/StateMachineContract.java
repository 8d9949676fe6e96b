package dev.flotilla.raft.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.flotilla.raft.machine.StateMachine.Capture;
import dev.flotilla.raft.machine.StateMachine.Committed;
import dev.flotilla.transport.Bytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every {@link StateMachine} does. Extend it, in any project, to test yours. States are compared by their bytes. */
public abstract class StateMachineContract {
    /** A machine over the same place each time within one test; the first time it is empty. */
    protected abstract StateMachine<?> open() throws IOException;

    /** A machine over another place; empty the first time within a test. */
    protected abstract StateMachine<?> another() throws IOException;

    /** Whether what was applied is there again in the next {@link #open}. */
    protected abstract boolean isDurable();

    /** At least three commands; each changes the state that those before it lead to. */
    protected abstract List<Bytes> commands();

    /** With gaps in their indexes: other entries lie between. */
    private List<Committed> committed() {
        List<Committed> committed = new ArrayList<>();
        for (Bytes command : commands()) {
            committed.add(new Committed(3L + 2L * committed.size(), 1, command));
        }
        assertThat(committed).hasSizeGreaterThanOrEqualTo(3);
        return committed;
    }

    private static byte[] written(Capture capture) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        capture.writeTo(out);
        return out.toByteArray();
    }

    private static byte[] state(StateMachine<?> machine) throws IOException {
        return written(machine.capture());
    }

    @Test
    void isEmptyAtFirst() throws IOException {
        assertThat(open().lastApplied()).isZero();
        assertThat(state(open())).isEqualTo(state(another()));
    }

    @Test
    void eachCommandHasOneResultAndChangesTheState() throws IOException {
        StateMachine<?> machine = open();
        for (Committed each : committed()) {
            byte[] before = state(machine);
            assertThat(machine.apply(List.of(each))).hasSize(1);
            assertThat(state(machine)).isNotEqualTo(before);
        }
        assertThat(machine.apply(List.of())).isEmpty();
    }

    @Test
    void howCommandsAreBatchedMakesNoDifference() throws IOException {
        StateMachine<?> oneByOne = open();
        StateMachine<?> atOnce = another();
        List<Object> results = new ArrayList<>();
        committed().forEach(each -> results.addAll(oneByOne.apply(List.of(each))));
        assertThat(new ArrayList<Object>(atOnce.apply(committed()))).isEqualTo(results);
        assertThat(state(atOnce)).isEqualTo(state(oneByOne));
    }

    @Test
    void aCaptureStaysAsItWas() throws IOException {
        StateMachine<?> machine = open();
        machine.apply(committed().subList(0, 1));
        byte[] before = state(machine);
        Capture capture = machine.capture();
        machine.apply(committed().subList(1, committed().size()));
        assertThat(written(capture)).isEqualTo(before);
        assertThat(written(capture)).isEqualTo(before);
    }

    @Test
    void restoreReplacesAllThereIs() throws IOException {
        StateMachine<?> machine = open();
        machine.apply(committed().subList(0, 2));
        byte[] state = state(machine);
        StateMachine<?> other = another();
        other.apply(List.of(new Committed(1, 1, commands().get(0))));
        other.restore(6, new ByteArrayInputStream(state));
        assertThat(state(other)).isEqualTo(state);
        assertThat(other.lastApplied()).isEqualTo(isDurable() ? 6 : 0);
        List<Committed> rest = committed().subList(2, committed().size());
        machine.apply(rest);
        other.apply(rest);
        assertThat(state(other)).isEqualTo(state(machine));
    }

    @Test
    void aSnapshotThatEndsTooEarlyIsRefusedAndChangesNothing() throws IOException {
        StateMachine<?> machine = open();
        machine.apply(committed());
        byte[] state = state(machine);
        StateMachine<?> other = another();
        other.apply(committed().subList(0, 1));
        byte[] before = state(other);
        for (int size = 0; size < state.length; size++) {
            byte[] cut = Arrays.copyOf(state, size);
            assertThatThrownBy(() -> other.restore(99, new ByteArrayInputStream(cut)))
                    .as("%d bytes of %d", size, state.length)
                    .isInstanceOf(IOException.class);
            assertThat(state(other)).isEqualTo(before);
        }
    }

    @Test
    void whatIsDurableIsThereAgainAndGivenTwiceCountsOnce() throws IOException {
        byte[] all = state(applied(another(), committed()));
        StateMachine<?> machine = open();
        for (Committed each : committed()) {
            machine.apply(List.of(each));
            byte[] state = state(machine);
            machine = open(); // a new life
            assertThat(machine.lastApplied()).isEqualTo(isDurable() ? each.index() : 0);
            List<Committed> again = committed().subList(0, committed().indexOf(each) + 1);
            assertThat(machine.apply(again)).hasSize(again.size());
            assertThat(state(machine)).isEqualTo(state);
        }
        machine = open();
        assertThat(machine.apply(committed())).hasSize(committed().size()); // old and new in one batch
        assertThat(state(machine)).isEqualTo(all);
    }

    private static StateMachine<?> applied(StateMachine<?> machine, List<Committed> batch) {
        machine.apply(batch);
        return machine;
    }

    @Test
    void whatWasRestoredIsDurableToo() throws IOException {
        assumeTrue(isDurable());
        byte[] state = state(applied(another(), committed()));
        open().restore(20, new ByteArrayInputStream(state));
        StateMachine<?> again = open();
        assertThat(again.lastApplied()).isEqualTo(20);
        assertThat(state(again)).isEqualTo(state);
    }
}
