package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is read back for slow followers is bounded, and what a majority waits for comes first. */
class LoadQueueTest {
    private final List<String> ran = new ArrayList<>();
    private final List<Runnable> held = new ArrayList<>();
    private final LoadQueue queue = new LoadQueue(Runnable::run, 100);

    private void add(String name, boolean isUrgent, long bytes) {
        queue.add(isUrgent, bytes, taken -> {
            ran.add(name);
            held.add(taken);
        });
    }

    @Test
    void noMoreIsReadThanFits() {
        add("a", true, 60);
        add("b", true, 40);
        add("c", true, 1);
        assertThat(ran).containsExactly("a", "b");
        held.get(1).run();
        assertThat(ran).containsExactly("a", "b", "c");
    }

    @Test
    void votersComeFirst() {
        add("a", true, 100);
        add("learner", false, 10);
        add("voter", true, 100);
        held.get(0).run();
        assertThat(ran).containsExactly("a", "voter");
        held.get(1).run();
        assertThat(ran).containsExactly("a", "voter", "learner");
    }

    @Test
    void learnersLeaveRoomForVoters() {
        for (int i = 0; i < 10; i++) {
            add("learner", false, 25);
        }
        assertThat(ran).containsExactly("learner", "learner");
        add("voter", true, 50);
        assertThat(ran).containsExactly("learner", "learner", "voter");
    }

    @Test
    void whatIsLargerThanTheBoundRunsAlone() {
        add("large", false, 1_000);
        add("small", true, 1);
        assertThat(ran).containsExactly("large");
        held.get(0).run();
        assertThat(ran).containsExactly("large", "small");
    }
}
