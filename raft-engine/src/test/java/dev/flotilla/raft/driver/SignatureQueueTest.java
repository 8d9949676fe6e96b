package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.transport.PeerId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignatureQueueTest {
    private static final GenesisId A = MessageSamples.genesis(1);
    private static final GenesisId B = MessageSamples.genesis(2);
    private static final PeerId ONE = MessageSamples.peer(1);
    private static final PeerId TWO = MessageSamples.peer(2);

    private final ArrayDeque<Runnable> signing = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();
    private final SignatureQueue queue = new SignatureQueue(signing::add, 3);

    private void runAll() {
        for (Runnable task = signing.poll(); task != null; task = signing.poll()) {
            task.run();
        }
    }

    @Test
    void whatIsAskedForAgainWhileItWaitsIsDoneOnce() {
        queue.add(A, ONE, () -> done.add("first"));
        queue.add(A, ONE, () -> done.add("again"));
        queue.add(A, TWO, () -> done.add("another peer"));
        queue.add(B, ONE, () -> done.add("another group"));
        runAll();
        assertThat(done).containsExactly("first", "another peer", "another group");
        queue.add(A, ONE, () -> done.add("later"));
        runAll();
        assertThat(done).endsWith("later");
    }

    @Test
    void whatIsTooMuchIsDropped() {
        for (int i = 1; i <= 4; i++) {
            String name = "number " + i;
            queue.add(A, MessageSamples.peer(i), () -> done.add(name));
        }
        runAll();
        assertThat(done).containsExactly("number 1", "number 2", "number 3");
    }

    @Test
    void whatFailsLeavesItsPlace() {
        queue.add(A, ONE, () -> {
            throw new IllegalStateException("no key");
        });
        assertThatThrownBy(this::runAll).hasMessage("no key");
        queue.add(A, ONE, () -> done.add("again"));
        runAll();
        assertThat(done).containsExactly("again");
    }
}
