package dev.flotilla.libp2p.noise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.SetClock;
import dev.flotilla.libp2p.crypto.PrivateKey;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class StaticKeysTest {
    private final PrivateKey identity = PrivateKey.generate();
    private final SetClock clock = new SetClock();
    private final StaticKeys keys = new StaticKeys(identity, List.of("/yamux/1.0.0"), clock);

    @Test
    void keepsOneForHoursAndThenMakesAnother() throws Exception {
        StaticKey first = keys.current();
        clock.set(Duration.ofHours(5));
        assertThat(keys.current()).isSameAs(first);
        clock.set(Duration.ofHours(6));
        StaticKey second = keys.current();
        assertThat(second.pair().publicKey()).isNotEqualTo(first.pair().publicKey());
        for (StaticKey key : List.of(first, second)) {
            assertThat(NoisePayload.verify(
                            key.payload().toByteArray(), key.pair().publicKey()))
                    .isEqualTo(new NoisePayload(identity.publicKey(), List.of("/yamux/1.0.0")));
        }
    }

    @Test
    void makesAnotherWhenTheClockWasSetBack() throws Exception {
        StaticKey first = keys.current();
        clock.set(Duration.ofDays(1).negated());
        assertThat(keys.current()).isNotSameAs(first);
    }
}
