package dev.flotilla.benchmark.micro;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AnsweredLeaderTest {
    private static final int HEARTBEATS = 20_000; // rounds, in 2 s of its clock: twice as long as an election time-out

    private final AnsweredLeader leader = new AnsweredLeader();
    private final long first = leader.appliedIndex();

    @Test
    void whatIsProposedAtOnceIsAgreedOnAndAppliedAtOnce() {
        leader.agreeOn(List.of(Samples.command(1), Samples.command(2), Samples.command(3)));

        assertThat(leader.appliedIndex()).isEqualTo(first + 3);
        assertThat(leader.appended()).isEqualTo(3);
    }

    /** Itself, its flush, its application, and two answers of each follower: to the entry, and to word of its commit. */
    @Test
    void aCommandTakesSevenSteps() {
        long before = leader.steps();
        leader.agreeOn(List.of(Samples.command(1)));

        assertThat(leader.steps() - before).isEqualTo(7);
    }

    @Test
    void itLeadsForAsLongAsItIsAsked() {
        for (int i = 0; i < HEARTBEATS; i++) {
            leader.agreeOn(List.of(Samples.command(i)));
        }

        assertThat(leader.appliedIndex()).isEqualTo(first + HEARTBEATS);
        assertThat(leader.appended()).isEqualTo(HEARTBEATS);
    }
}
