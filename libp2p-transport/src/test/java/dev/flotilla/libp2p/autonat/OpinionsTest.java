package dev.flotilla.libp2p.autonat;

import static dev.flotilla.libp2p.autonat.Reachability.REACHABLE;
import static dev.flotilla.libp2p.autonat.Reachability.UNKNOWN;
import static dev.flotilla.libp2p.autonat.Reachability.UNREACHABLE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OpinionsTest {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final Opinions opinions = new Opinions(Duration.ofMinutes(60), Duration.ofMinutes(10));

    @Test
    void oneServerDecidesNothing() {
        for (int i = 0; i < 5; i++) {
            opinions.add("a", REACHABLE, i * MINUTE);
            assertThat(opinions.reachability()).isEqualTo(UNKNOWN);
        }
    }

    @Test
    void twoServersMoreThanTheOthersDecide() {
        opinions.add("a", UNREACHABLE, 0);
        opinions.add("b", REACHABLE, 0);
        opinions.add("c", REACHABLE, 0);
        assertThat(opinions.reachability()).isEqualTo(UNKNOWN);
        opinions.add("d", REACHABLE, 0);
        assertThat(opinions.reachability()).isEqualTo(REACHABLE);
        opinions.add("e", UNKNOWN, 0);
        assertThat(opinions.reachability()).isEqualTo(REACHABLE);
    }

    @Test
    void twoServersThatReachNothingDecideToo() {
        opinions.add("a", UNREACHABLE, 0);
        opinions.add("b", UNREACHABLE, 0);
        assertThat(opinions.reachability()).isEqualTo(UNREACHABLE);
    }

    @Test
    void whoHasAnsweredIsAskedAgainLater() {
        opinions.add("a", REACHABLE, 0);
        opinions.add("b", UNKNOWN, 0);
        assertThat(opinions.wants("a", 59 * MINUTE)).isFalse();
        assertThat(opinions.wants("a", 61 * MINUTE)).isTrue();
        assertThat(opinions.wants("b", 9 * MINUTE)).isFalse();
        assertThat(opinions.wants("b", 11 * MINUTE)).isTrue();
        assertThat(opinions.wants("c", MINUTE)).isTrue();
    }

    @Test
    void nobodyElseIsAskedOnceThreeAgree() {
        opinions.add("a", REACHABLE, 0);
        opinions.add("b", REACHABLE, 0);
        assertThat(opinions.wants("d", MINUTE)).isTrue();
        opinions.add("c", REACHABLE, 0);
        assertThat(opinions.wants("d", MINUTE)).isFalse();
        assertThat(opinions.wants("d", 61 * MINUTE)).isTrue();
    }

    @Test
    void whoContradictsHasTheOthersAskedAgain() {
        opinions.add("a", REACHABLE, 0);
        opinions.add("b", REACHABLE, 0);
        opinions.add("c", REACHABLE, 0);
        opinions.add("d", UNREACHABLE, MINUTE);
        assertThat(opinions.reachability()).isEqualTo(REACHABLE);
        assertThat(opinions.wants("a", MINUTE)).isTrue();
        assertThat(opinions.wants("d", MINUTE)).isFalse();
    }

    @Test
    void oldOpinionsCountNoMore() {
        opinions.add("a", REACHABLE, 0);
        opinions.add("b", REACHABLE, 100 * MINUTE);
        opinions.forget(179 * MINUTE);
        assertThat(opinions.reachability()).isEqualTo(REACHABLE);
        opinions.forget(181 * MINUTE);
        assertThat(opinions.reachability()).isEqualTo(UNKNOWN);
    }

    @Test
    void aNewOpinionReplacesThatOfTheSameServerAndTheEldestGoes() {
        opinions.add("a", UNREACHABLE, 0);
        opinions.add("b", UNREACHABLE, 0);
        for (int i = 0; i < 10; i++) {
            opinions.add(i, REACHABLE, 0);
        }
        opinions.add("c", REACHABLE, 0);
        assertThat(opinions.reachability()).as("a and b are gone").isEqualTo(REACHABLE);
        for (int i = 0; i < 10; i++) {
            opinions.add("d", UNREACHABLE, 0);
        }
        assertThat(opinions.reachability()).as("d counts once").isEqualTo(REACHABLE);
    }
}
