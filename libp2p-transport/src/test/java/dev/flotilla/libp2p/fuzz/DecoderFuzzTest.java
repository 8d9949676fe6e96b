package dev.flotilla.libp2p.fuzz;

import dev.flotilla.libp2p.NoLeaks;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every decoder takes what makes sense, and refuses everything else in the way that it says it does. */
@ExtendWith(NoLeaks.class)
class DecoderFuzzTest {
    private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 1_000);
    private static final long SEED = Long.getLong("fuzz.seed", 1);

    @ParameterizedTest
    @MethodSource("dev.flotilla.libp2p.fuzz.Targets#all")
    void anythingIsTakenOrRefused(FuzzTarget target) throws Exception {
        for (byte[] seed : target.seeds()) {
            target.run(seed);
        }
        Mutator mutator = new Mutator(new Random(SEED), target.seeds());
        for (int round = 0; round < ROUNDS; round++) {
            byte[] input = mutator.next();
            try {
                target.run(input);
            } catch (Throwable e) {
                String name = target.getClass().getSimpleName();
                throw new AssertionError(
                        name + " -Dfuzz.seed=" + SEED + " round " + round + ": "
                                + HexFormat.of().formatHex(input),
                        e);
            }
        }
    }
}
