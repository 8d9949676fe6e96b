package dev.flotilla.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.swarm.ListHistory.Fate;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The judge is judged: histories that are wrong in one way each, and right ones that look odd. */
class ListHistoryTest {
    private final ListHistory history = new ListHistory("list");

    @Test
    void concurrentAppendsMayStandEitherWay() {
        history.appended("a", 0, 10, Fate.DONE);
        history.appended("b", 5, 8, Fate.DONE);
        assertThat(history.violations(List.of("a", "b"))).isEmpty();
        assertThat(history.violations(List.of("b", "a"))).isEmpty();
    }

    @Test
    void acknowledgedAppendMustBeThere() {
        history.appended("a", 0, 1, Fate.DONE);
        assertThat(history.violations(List.of())).containsExactly("list lost a, which was acknowledged");
    }

    @Test
    void unknownAppendMayBeThereOnceOrNot() {
        history.appended("a", 0, 1, Fate.UNKNOWN);
        assertThat(history.violations(List.of())).isEmpty();
        assertThat(history.violations(List.of("a"))).isEmpty();
        assertThat(history.violations(List.of("a", "a"))).containsExactly("list holds a twice");
    }

    @Test
    void unknownAppendMayTakeEffectLate() {
        history.appended("a", 0, 1, Fate.UNKNOWN);
        history.appended("b", 5, 8, Fate.DONE);
        assertThat(history.violations(List.of("b", "a"))).isEmpty();
    }

    @Test
    void refusedAppendMustNotBeThere() {
        history.appended("a", 0, 1, Fate.REFUSED);
        assertThat(history.violations(List.of("a"))).containsExactly("list holds a, whose append was refused");
    }

    @Test
    void nothingIsInvented() {
        assertThat(history.violations(List.of("x"))).containsExactly("list holds x, which nobody appended");
    }

    @Test
    void orderOfTheListIsThatOfTime() {
        history.appended("a", 0, 1, Fate.DONE);
        history.appended("b", 2, 3, Fate.DONE);
        assertThat(history.violations(List.of("b", "a")))
                .containsExactly("list holds a after b, which was begun later");
    }

    @Test
    void staleReadIsFound() {
        history.appended("a", 0, 1, Fate.DONE);
        history.read(List.of(), 2, 3, true);
        assertThat(history.violations(List.of("a")))
                .containsExactly("a read of list did not see a, acknowledged 1 ns before the read was begun");
    }

    @Test
    void localReadMayBeOldButNotWrong() {
        history.appended("a", 0, 1, Fate.DONE);
        history.appended("b", 2, 3, Fate.DONE);
        history.read(List.of(), 4, 5, false);
        assertThat(history.violations(List.of("a", "b"))).isEmpty();
        history.read(List.of("b"), 4, 5, false);
        assertThat(history.violations(List.of("a", "b")))
                .containsExactly("a read of list saw [b], no beginning of [a, b]");
    }

    @Test
    void readOfTheFutureIsFound() {
        history.read(List.of("a"), 0, 1, true);
        history.appended("a", 2, 3, Fate.DONE);
        assertThat(history.violations(List.of("a"))).containsExactly("a read of list saw a before it was begun");
    }

    @Test
    void readThatGoesBackBehindAnotherIsFound() {
        history.appended("a", 0, 9, Fate.DONE);
        history.read(List.of("a"), 1, 2, true);
        history.read(List.of(), 3, 4, true);
        assertThat(history.violations(List.of("a")))
                .containsExactly("a read of list saw 0 values after another had seen 1");
    }
}
