package dev.flotilla.raft.sim;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.consensus.Consistency;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The judge is judged: histories that are wrong in one way each, and right ones that look odd. */
class HistoryTest {
    private final History history = new History(0);

    /** A write of {@code x} that is applied and told so. */
    private void written(String value, long index, long from, long to) {
        history.write(value, from);
        history.applied(index, "x", value);
        history.done(value, index, to);
    }

    private ThrowingCallable answer(
            History.Operation read, Consistency level, long index, @Nullable String value, long now) {
        return () -> history.answered(read, level, index, null, "x", value, now);
    }

    private static void isWrong(ThrowingCallable told, String because) {
        assertThatThrownBy(told).isInstanceOf(Violation.class).hasMessageContaining(because);
    }

    @Test
    void concurrentWritesMayStandEitherWay() {
        history.write("a", 0);
        history.write("b", 1);
        history.applied(1, "x", "b");
        history.applied(2, "x", "a");
        assertThatCode(() -> {
                    history.done("a", 2, 5);
                    history.done("b", 1, 6);
                })
                .doesNotThrowAnyException();
    }

    @Test
    void staleReadIsFound() {
        written("a", 1, 0, 10);
        isWrong(answer(history.read(11), Consistency.linearizable(), 0, null, 12), "promises 1");
    }

    @Test
    void readBehindAnotherReadIsFound() {
        history.write("a", 0); // never told
        history.applied(1, "x", "a");
        assertThatCode(answer(history.read(1), Consistency.linearizable(), 1, "a", 2))
                .doesNotThrowAnyException();
        isWrong(answer(history.read(3), Consistency.linearizable(), 0, null, 4), "promises 1");
    }

    @Test
    void readThatBeganBeforeMaySeeEither() {
        History.Operation read = history.read(0);
        written("a", 1, 1, 2);
        assertThatCode(answer(read, Consistency.linearizable(), 0, null, 3)).doesNotThrowAnyException();
    }

    @Test
    void lostWriteIsFound() {
        history.write("a", 0);
        isWrong(() -> history.done("a", 1, 1), "told to be applied at 1");
    }

    @Test
    void overwrittenEntryIsFound() {
        written("a", 1, 0, 1);
        history.write("b", 2);
        isWrong(() -> history.applied(1, "x", "b"), "1 was complete before its write began");
    }

    @Test
    void doubleApplyIsFound() {
        written("a", 1, 0, 1);
        isWrong(() -> history.applied(2, "x", "a"), "applied twice: at 1 and at 2");
    }

    @Test
    void eachPeerAppliesTheSame() {
        written("a", 1, 0, 1);
        assertThatCode(() -> history.applied(1, "x", "a")).doesNotThrowAnyException();
    }

    @Test
    void rejectedWriteIsNeverApplied() {
        history.write("a", 0);
        history.rejected("a");
        isWrong(() -> history.applied(1, "x", "a"), "never will be");
    }

    @Test
    void appliedWriteIsNeverRejected() {
        history.write("a", 0);
        history.applied(1, "x", "a");
        isWrong(() -> history.rejected("a"), "never applied, but is at 1");
    }

    @Test
    void inventedValueIsFound() {
        isWrong(() -> history.applied(1, "x", "a"), "nobody wrote it");
    }

    @Test
    void wrongValueIsFound() {
        written("a", 1, 0, 1);
        written("b", 2, 2, 3);
        isWrong(answer(history.read(4), Consistency.local(), 2, "a", 5), "saw a; it held b");
    }

    @Test
    void localReadMayBeOldButNotWrong() {
        written("a", 1, 0, 1);
        written("b", 2, 2, 3);
        assertThatCode(answer(history.read(4), Consistency.local(), 1, "a", 5)).doesNotThrowAnyException();
    }

    @Test
    void ownWriteIsSeenByItsBookmark() {
        written("a", 1, 0, 1);
        isWrong(answer(history.read(2), Consistency.atLeast(1), 0, null, 3), "promises 1");
    }

    @Test
    void readOlderThanItMayBeIsFound() {
        written("a", 1, 0, 10);
        Consistency level = Consistency.atMost(Duration.ofNanos(50));
        assertThatCode(answer(history.read(60), level, 0, null, 61)).doesNotThrowAnyException();
        isWrong(answer(history.read(70), level, 0, null, 71), "promises 1");
    }

    @Test
    void answerThatUnderstatesItsAgeIsFound() {
        written("a", 1, 0, 10);
        History.Operation read = history.read(100);
        isWrong(
                () -> history.answered(read, Consistency.local(), 0, Duration.ofNanos(20), "x", null, 101),
                "calls itself");
    }
}
