package dev.flotilla.libp2p.noise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.crypto.PrivateKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class StaticKeysTest {
    private static final Instant START = Instant.parse("2026-05-01T00:00:00Z");

    private final PrivateKey identity = PrivateKey.generate();
    private Instant now = START;
    private final StaticKeys keys = new StaticKeys(identity, List.of("/yamux/1.0.0"), new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    });

    @Test
    void keepsOneForHoursAndThenMakesAnother() throws Exception {
        StaticKey first = keys.current();
        now = START.plus(Duration.ofHours(5));
        assertThat(keys.current()).isSameAs(first);
        now = START.plus(Duration.ofHours(6));
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
        now = START.minus(Duration.ofDays(1));
        assertThat(keys.current()).isNotSameAs(first);
    }
}
