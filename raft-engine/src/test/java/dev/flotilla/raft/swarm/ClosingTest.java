package dev.flotilla.raft.swarm;

import static dev.flotilla.raft.swarm.Swarm.await;
import static dev.flotilla.raft.swarm.Swarm.awaitTrue;
import static dev.flotilla.raft.swarm.Swarm.note;
import static dev.flotilla.raft.swarm.Swarm.notes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.transport.Bytes;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One life of a group ends before the next begins. */
@Timeout(120)
class ClosingTest {
    @Test
    void aGroupThatACallbackClosedIsOpenedAgainOnceItHasEnded() throws Exception {
        try (Swarm swarm = Swarm.of(1)) {
            Peer peer = swarm.peers.get(0);
            note(peer, "a");
            CountDownLatch gate = new CountDownLatch(1);
            peer.notebook.waitFor(gate);
            CompletableFuture<Outcome<Integer>> held = peer.group.propose(Bytes.utf8("b"));
            awaitTrue(peer.notebook::isHeld);
            GenesisId genesis = peer.group.genesis();
            while (!await(onCallbackThread(peer, () -> {
                peer.group.close();
                assertThatThrownBy(() -> peer.node.open(genesis, new Notebook(), swarm.config))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("group " + genesis
                                + " is still being closed: open it on a thread that is not the node's");
            }))) {
                // The table was written before the callback was there.
            }
            Notebook first = peer.notebook;
            assertThat(first.isStopped()).isFalse();
            CompletableFuture<Void> released = CompletableFuture.runAsync(gate::countDown);
            peer.open(genesis);
            assertThat(first.isStopped()).isTrue();
            await(released);
            assertThat(await(held)).isNotInstanceOf(Outcome.Rejected.class);
            assertThat(notes(peer)).startsWith("a");
            note(peer, "c");
        }
    }

    /** Runs {@code task} on a thread of the node; false if none came to it. */
    private static CompletableFuture<Boolean> onCallbackThread(Peer peer, Runnable task) {
        Thread caller = Thread.currentThread();
        return peer.node.put("a", "key", Bytes.utf8("value")).thenApply(written -> {
            if (Thread.currentThread().equals(caller)) {
                return false;
            }
            task.run();
            return true;
        });
    }
}
