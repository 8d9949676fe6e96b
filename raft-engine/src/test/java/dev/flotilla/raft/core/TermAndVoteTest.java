package dev.flotilla.raft.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.HardState;
import org.junit.jupiter.api.Test;

/** Where terms end. */
class TermAndVoteTest {
    private static TermAndVote at(long term) {
        TermAndVote termAndVote = new TermAndVote();
        termAndVote.recover(new HardState(term, null));
        return termAndVote;
    }

    @Test
    void thereIsNoTermAfterTheLast() {
        TermAndVote last = at(HardState.TERM_MAX - 1);
        last.adoptTerm(HardState.TERM_MAX);
        assertThatThrownBy(() -> last.adoptTerm(HardState.TERM_MAX + 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("there is no term after " + HardState.TERM_MAX + ": the group can elect nobody");
    }

    @Test
    void aTermOutOfReachIsToldFromOneThatMayBe() {
        assertThat(at(7).isWithinReach(7 + TermAndVote.LEAP_MAX)).isTrue();
        assertThat(at(7).isWithinReach(8 + TermAndVote.LEAP_MAX)).isFalse();
        assertThat(at(HardState.TERM_MAX).isWithinReach(0)).isTrue();
        assertThat(at(0).isWithinReach(Long.MAX_VALUE)).isFalse();
    }
}
