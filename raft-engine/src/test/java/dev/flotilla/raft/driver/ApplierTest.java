package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.session.SessionTable;
import dev.flotilla.raft.session.SessionedMachine;
import dev.flotilla.raft.session.Told;
import dev.flotilla.transport.Bytes;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a group's state machine is called, with everything on the test's own thread. */
class ApplierTest {
    private final TestContext context = new TestContext();
    private final Fragile machine = new Fragile();
    private final Heard heard = new Heard();
    private final SerialExecutor serial = new SerialExecutor(Runnable::run);
    private final Applier<String> applier = new Applier<>(
            context.node,
            Substitutes.GENESIS,
            new SessionedMachine<>(machine, SessionTable.Bounds.STANDARD),
            new Applier.Position(EntryId.NONE, SnapshotKeeper.InForce.NONE),
            new SnapshotKeeper(context.node, Substitutes.GENESIS, null, 0, serial, new NoSnapshotHeard()),
            serial,
            heard);

    @AfterEach
    void close() throws Exception {
        context.close();
    }

    /** Writes down what it is given, and fails at the second command. */
    private static final class Fragile implements StateMachine<String> {
        final List<String> given = new ArrayList<>();

        @Override
        public List<String> apply(List<Committed> batch) {
            List<String> results = new ArrayList<>();
            for (Committed each : batch) {
                given.add(each.data().utf8());
                if (given.size() == 2) {
                    throw new IllegalStateException("it is broken");
                }
                results.add("");
            }
            return results;
        }

        @Override
        public long lastApplied() {
            return 0;
        }

        @Override
        public Capture capture() {
            given.add("capture");
            return out -> {};
        }

        @Override
        public void restore(long index, InputStream in) {
            given.add("restore");
        }
    }

    private static final class Heard implements Applier.Listener<String> {
        final List<String> events = new ArrayList<>();

        @Override
        public void applied(EntryId last, List<Told<String>> told) {
            events.add("applied " + last.index());
        }

        @Override
        public void restored(EntryId last) {
            events.add("restored " + last.index());
        }

        @Override
        public void metDamage() {
            events.add("damage");
        }

        @Override
        public void failed(Throwable cause) {
            events.add(String.valueOf(cause.getMessage()));
        }
    }

    private void apply(long index) {
        Bytes data = Bytes.utf8("command " + index);
        Command command = new Command(context.node.self(), new RequestId(1, index), data);
        Entry entry = new Entry(new EntryId(1, index), Entry.Kind.COMMAND, EntryCodec.encodeCommand(command));
        applier.applyTo(index, List.of(entry));
    }

    /** Its group learns of it on another thread, and more is agreed on meanwhile. */
    @Test
    void aStateMachineThatFailedIsNotCalledAgain() {
        apply(1);
        apply(2);
        apply(3);
        assertThat(applier.takeSnapshot()).isCompletedExceptionally();
        assertThat(machine.given).containsExactly("command 1", "command 2");
        assertThat(heard.events).containsExactly("applied 1", "it is broken");
    }
}
