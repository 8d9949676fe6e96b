package dev.flotilla.libp2p.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProofDialsTest {
    private final ProofDials dials = new ProofDials();

    private List<Duration> rest() {
        List<Duration> pauses = new ArrayList<>();
        for (Optional<Duration> pause = dials.nextPause(); pause.isPresent(); pause = dials.nextPause()) {
            pauses.add(pause.get());
        }
        return pauses;
    }

    @Test
    void thereIsNoSeriesBeforeTheFirstLoss() {
        assertThat(dials.nextPause()).isEmpty();
    }

    @Test
    void theFirstDialIsAtOnceAndEachPauseIsLongerThanTheLast() {
        dials.begin();
        List<Duration> pauses = rest();
        assertThat(pauses).startsWith(Duration.ZERO).isSorted().doesNotHaveDuplicates();
        assertThat(pauses.stream().reduce(Duration.ZERO, Duration::plus))
                .as("together, while others wait for their first vote")
                .isLessThan(Duration.ofMillis(250));
    }

    @Test
    void aSeriesThatIsUsedUpStaysSoUntilTheNextLoss() {
        dials.begin();
        List<Duration> pauses = rest();
        assertThat(dials.nextPause()).isEmpty();
        dials.begin();
        assertThat(rest()).isEqualTo(pauses);
    }

    @Test
    void whoIsThereOrRefusesIsDialledNoMoreForProof() {
        dials.begin();
        assertThat(dials.nextPause()).isPresent();
        dials.end();
        assertThat(dials.nextPause()).isEmpty();
    }
}
