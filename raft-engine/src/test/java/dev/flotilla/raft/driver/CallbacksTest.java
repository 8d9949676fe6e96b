package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** One thread for what ends at one moment, and another when it does not come back. */
class CallbacksTest {
    private final Deque<Runnable> woken = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();
    private final Callbacks callbacks = new Callbacks(woken::add);

    private Runnable task(String name) {
        return () -> done.add(name);
    }

    private void runNext() {
        woken.remove().run();
    }

    @Test
    void oneThreadRunsWhatEndsAtOneMoment() {
        callbacks.executeAll(List.of(task("a"), task("b"), task("c")));
        assertThat(woken).hasSize(1);
        runNext();
        assertThat(done).containsExactly("a", "b", "c");
    }

    @Test
    void nobodyIsWokenForNothing() {
        callbacks.executeAll(List.of());
        callbacks.lookAfter();
        assertThat(woken).isEmpty();
    }

    @Test
    void severalThreadsShareWhatIsALot() {
        callbacks.executeAll(Collections.nCopies(Callbacks.TOGETHER_MAX + 1, task("a")));
        assertThat(woken).hasSize(2);
        runNext();
        assertThat(done).hasSize(Callbacks.TOGETHER_MAX + 1);
    }

    @Test
    void whatWaitsBehindATaskThatDoesNotComeBackRunsWithWhatEndsNext() {
        callbacks.executeAll(List.of(
                () -> {
                    callbacks.executeAll(List.of(task("later")));
                    runNext(); // another thread, while this one is still here
                    done.add("held up");
                },
                task("behind")));
        runNext();
        assertThat(done).containsExactly("behind", "later", "held up");
    }

    @Test
    void whatWaitsBehindATaskThatDoesNotComeBackRunsWhenItIsLookedAfter() {
        callbacks.executeAll(List.of(
                () -> {
                    callbacks.lookAfter();
                    runNext();
                    done.add("held up");
                },
                task("behind")));
        runNext();
        assertThat(done).containsExactly("behind", "held up");
    }

    @Test
    void aTaskThatFailsTakesNoOtherWithIt() {
        callbacks.executeAll(List.of(
                () -> {
                    throw new IllegalStateException("of the application");
                },
                task("behind")));
        runNext();
        assertThat(done).containsExactly("behind");
    }

    @Test
    void allRunOnTheCallersThreadOnceThePoolIsClosed() {
        Callbacks closed = new Callbacks(task -> {
            throw new RejectedExecutionException("shut down");
        });
        closed.execute(task("a"));
        closed.executeAll(List.of(task("b"), task("c")));
        assertThat(done).containsExactly("a", "b", "c");
    }
}
