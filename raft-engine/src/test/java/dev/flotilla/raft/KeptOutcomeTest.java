package dev.flotilla.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.RecordedFailureException;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.transport.Bytes;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who retries a change is given the verdict of the first time. */
class KeptOutcomeTest {
    private static Outcome<String> again(Outcome<String> outcome) {
        Bytes encoded = KeptOutcome.encode(outcome);
        assertThat(encoded.size()).isLessThanOrEqualTo(StateMachine.RESULT_BYTES_MAX);
        return KeptOutcome.decode(7, encoded, "present");
    }

    @Test
    void whatWasAppliedComesWithThePresentState() {
        assertThat(again(new Outcome.Applied<>(7, "then"))).isEqualTo(new Outcome.Applied<>(7, "present"));
    }

    @Test
    void whatFailedComesWithItsReason() {
        for (String reason : List.of("ink is out", "", "two\nlines")) {
            assertThat(again(new Outcome.Failed<>(7, new IllegalArgumentException(reason))))
                    .isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                        assertThat(failed.index()).isEqualTo(7);
                        assertThat(failed.cause()).hasMessage(reason);
                        assertThat(RecordedFailureException.typeOf(failed.cause()))
                                .isEqualTo("java.lang.IllegalArgumentException");
                    });
        }
        assertThat(again(new Outcome.Failed<>(7, new ArithmeticException())))
                .isInstanceOfSatisfying(Outcome.Failed.class, failed -> assertThat(failed.cause())
                        .hasMessage("ArithmeticException"));
    }

    @Test
    void whatWasRejectedComesWithReasonAndDetail() {
        for (Outcome.Reason reason : Outcome.Reason.values()) {
            Outcome<String> rejected = new Outcome.Rejected<>(reason, "because\nof that");
            assertThat(again(rejected)).isEqualTo(rejected);
        }
    }

    @Test
    void aLongTextIsCutToWhatIsKept() {
        again(new Outcome.Failed<>(7, new IllegalArgumentException("\u20ac".repeat(10_000))));
        again(new Outcome.Rejected<>(Outcome.Reason.NOT_A_MEMBER, "\u20ac".repeat(10_000)));
    }

    @Test
    void whatWasKeptBeforeTheTypeWasComesWithoutIt() {
        assertThat(KeptOutcome.<String>decode(7, Bytes.utf8("Fink is\nout"), null))
                .isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                    assertThat(failed.cause()).hasMessage("ink is\nout");
                    assertThat(RecordedFailureException.typeOf(failed.cause())).isEmpty();
                });
    }

    @Test
    void whatIsNoOutcomeIsRefused() {
        for (String text : List.of("", "X", "R", "T", "Ttype", "RNO_SUCH_REASON\n")) {
            assertThatIllegalArgumentException().isThrownBy(() -> KeptOutcome.decode(7, Bytes.utf8(text), "present"));
        }
    }
}
