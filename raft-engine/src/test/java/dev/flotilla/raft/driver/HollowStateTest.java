package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.session.SessionTable;
import dev.flotilla.raft.session.SessionedMachine;
import dev.flotilla.raft.session.Told;
import dev.flotilla.transport.Bytes;
import java.io.InputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Between the first command that did not come and the configuration that makes a witness of this peer there is no state
 * that a snapshot could hold: what was applied is behind its position.
 */
@Timeout(60)
class HollowStateTest {
    private final TestContext context =
            new TestContext(NodeSettings.defaults().withSnapshotInterval(Duration.ofMillis(1)));
    private final Waiting machine = new Waiting();
    private final SerialExecutor serial = new SerialExecutor(Runnable::run);
    private final BlockingQueue<Runnable> later = new LinkedBlockingQueue<>(); // what the keeper does by itself
    private final SnapshotKeeper keeper =
            new SnapshotKeeper(context.node, Substitutes.GENESIS, null, 0, later::add, new NoSnapshotHeard());
    private final Applier<String> applier = new Applier<>(
            context.node,
            Substitutes.GENESIS,
            new SessionedMachine<>(machine, SessionTable.Bounds.STANDARD),
            new Applier.Position(EntryId.NONE, SnapshotKeeper.InForce.NONE),
            keeper,
            serial,
            new Unheard());

    @AfterEach
    void close() throws Exception {
        machine.mayWrite.countDown();
        context.close();
    }

    /** Its captures are written when the test says so. */
    private static final class Waiting implements StateMachine<String> {
        final CountDownLatch mayWrite = new CountDownLatch(1);

        @Override
        public List<String> apply(List<Committed> batch) {
            return Collections.nCopies(batch.size(), "");
        }

        @Override
        public long lastApplied() {
            return 0;
        }

        @Override
        public Capture capture() {
            return out -> {
                try {
                    mayWrite.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                out.write(1);
            };
        }

        @Override
        public void restore(long index, InputStream in) {
            // not needed
        }
    }

    private static final class Unheard implements Applier.Listener<String> {
        @Override
        public void applied(EntryId last, List<Told<String>> told) {}

        @Override
        public void restored(EntryId last) {}

        @Override
        public void metDamage() {}

        @Override
        public void failed(Throwable cause) {
            throw new AssertionError(cause);
        }
    }

    private void apply(long index, Entry.Kind kind, Bytes payload) {
        applier.applyTo(index, List.of(new Entry(new EntryId(1, index), kind, payload)));
    }

    private void applyCommand(long index) {
        Command command = new Command(context.node.self(), new RequestId(1, index), Bytes.utf8("a"));
        apply(index, Entry.Kind.COMMAND, EntryCodec.encodeCommand(command));
    }

    private void applyHollow(long index) {
        apply(index, Entry.Kind.COMMAND, Bytes.EMPTY);
    }

    private void becomeWitness(long index) {
        Configuration configuration = Configuration.of(List.of(
                Member.voter(Substitutes.peer(1), Substitutes.STORE),
                Member.witness(context.node.self(), context.node.storeId(), false)));
        apply(index, Entry.Kind.CONFIGURATION, EntryCodec.encodeConfiguration(configuration));
    }

    /** As on the apply thread, once it is due. */
    private void whatIsDue() throws InterruptedException {
        Runnable due = later.poll(30, TimeUnit.SECONDS);
        assertThat(due).isNotNull();
        due.run();
    }

    private @Nullable SnapshotMeta newest() throws Exception {
        keeper.idle().get(30, TimeUnit.SECONDS);
        return context.node.snapshots().newest(Substitutes.GENESIS).orElse(null);
    }

    @Test
    void aSnapshotThatIsDueByTheTimeIsNotTaken() throws Exception {
        machine.mayWrite.countDown();
        applyCommand(1);
        applyHollow(2);
        context.nowNanos.addAndGet(Duration.ofHours(1).toNanos());
        whatIsDue();
        assertThat(newest()).isNull();
        applyHollow(3);
        assertThat(newest()).isNull();
        becomeWitness(4);
        assertThat(newest()).isNotNull().satisfies(taken -> {
            assertThat(taken.index()).isEqualTo(4);
            assertThat(taken.configuration().isWitness(context.node.self(), context.node.storeId()))
                    .isTrue();
        });
    }

    @Test
    void oneThatWaitsForAnotherIsRefused() throws Exception {
        applyCommand(1);
        CompletableFuture<SnapshotMeta> first = applier.takeSnapshot();
        applyCommand(2);
        CompletableFuture<SnapshotMeta> second = applier.takeSnapshot();
        CompletableFuture<SnapshotMeta> third = applier.replaceDamage();
        applyHollow(3);
        machine.mayWrite.countDown();
        assertThat(first.get(30, TimeUnit.SECONDS).index()).isEqualTo(1);
        while (!second.isDone() || !third.isDone()) {
            whatIsDue();
        }
        assertThatThrownBy(second::get).hasMessageContaining("there is no agreed state yet");
        assertThatThrownBy(third::get).hasMessageContaining("there is no agreed state yet");
        assertThat(newest()).isNotNull().extracting(SnapshotMeta::index).isEqualTo(1L);
    }
}
