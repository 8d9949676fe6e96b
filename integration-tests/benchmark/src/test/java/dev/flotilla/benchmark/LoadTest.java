package dev.flotilla.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LoadTest {
    private static List<Integer> outstanding(int all, Integer... weights) {
        return new Load(all, 256, 0, 1, 2)
                .spread(List.of(weights)).stream().map(Load::outstanding).toList();
    }

    @Test
    void aLoadIsSpreadByWeightAndNothingOfItIsLost() {
        assertThat(outstanding(64, 1, 0, 0)).containsExactly(64, 0, 0);
        assertThat(outstanding(64, 50, 50, 0)).containsExactly(32, 32, 0);
        assertThat(outstanding(64, 34, 33, 33)).satisfies(shares -> {
            assertThat(shares.stream().mapToInt(Integer::intValue).sum()).isEqualTo(64);
            assertThat(shares).allMatch(share -> share == 21 || share == 22);
        });
    }

    @Test
    void whoHasAnyWeightHasAClient() {
        assertThat(outstanding(64, 999, 1, 0)).containsExactly(63, 1, 0);
        assertThat(outstanding(64, 1, 999, 0)).containsExactly(1, 64, 0);
    }

    @Test
    void outcomesAddUpWithTheHigherLatencies() {
        Load.Outcome one = new Load.Outcome(10, 8, 2, 100, 200, 900, 0, "");
        Load.Outcome other = new Load.Outcome(5, 5, 2.5, 50, 300, 400, 2, "no leader");

        assertThat(one.plus(other)).isEqualTo(new Load.Outcome(15, 13, 2.5, 100, 300, 900, 2, "no leader"));
    }
}
