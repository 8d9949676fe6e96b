package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.SnapshotMeta;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Snapshots that wait for another one, where the state machine fails. */
@Timeout(60)
class SnapshotKeeperTest {
    private final TestContext context = new TestContext();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final CountDownLatch mayWrite = new CountDownLatch(1);
    private final SerialExecutor serial = new SerialExecutor(Runnable::run);
    private final SnapshotKeeper keeper =
            new SnapshotKeeper(context.node, Substitutes.GENESIS, null, 0, serial, new SnapshotKeeper.Listener() {
                @Override
                public void taken(SnapshotMeta snapshot) {}

                @Override
                public void failed(Throwable cause) {
                    failures.add(cause);
                }
            });

    @AfterEach
    void close() throws Exception {
        mayWrite.countDown();
        context.close();
    }

    private CompletableFuture<SnapshotMeta> take(long index, SnapshotKeeper.State state) {
        Applier.Position position = new Applier.Position(new EntryId(1, index), SnapshotKeeper.InForce.NONE);
        CompletableFuture<SnapshotMeta> taken = new CompletableFuture<>();
        serial.execute(() -> keeper.take(() -> position, state, taken));
        return taken;
    }

    @Test
    void failureOfOneThatWaitedIsToldAndKeepsNoOtherWaiting() throws Exception {
        IllegalStateException broken = new IllegalStateException("it is broken");
        CompletableFuture<SnapshotMeta> first = take(1, () -> out -> {
            try {
                mayWrite.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            out.write(1);
        });
        CompletableFuture<SnapshotMeta> second = take(2, () -> {
            throw broken;
        });
        CompletableFuture<SnapshotMeta> third = take(3, () -> out -> out.write(3));
        mayWrite.countDown();
        assertThat(first.get().index()).isEqualTo(1);
        assertThatThrownBy(second::get).hasCause(broken);
        assertThat(third.get().index()).isEqualTo(3);
        assertThat(failures).containsExactly(broken);
    }
}
