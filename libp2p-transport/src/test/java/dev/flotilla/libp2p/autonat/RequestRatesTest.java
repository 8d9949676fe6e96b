package dev.flotilla.libp2p.autonat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.transport.PeerId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RequestRatesTest {
    private static final PeerId PEER = PrivateKey.generate().peerId();
    private static final PeerId OTHER = PrivateKey.generate().peerId();

    private long now = Long.MAX_VALUE - 5; // such a clock may overflow
    private final RequestRates rates = new RequestRates(AutonatConfig.defaults().withRequests(3, 2, 1), () -> now);

    private boolean request(PeerId peer) {
        boolean entered = rates.enter(peer);
        if (entered) {
            rates.leave(peer);
        }
        return entered;
    }

    @Test
    void aPeerHasOneRequestUnderWay() {
        assertThat(rates.enter(PEER)).isTrue();
        assertThat(rates.enter(PEER)).isFalse();
        assertThat(rates.enter(OTHER)).isTrue();
        rates.leave(PEER);
        assertThat(rates.enter(PEER)).isTrue();
    }

    @Test
    void aMinuteHasSoManyRequestsOfOnePeerAndOfAll() {
        assertThat(request(PEER)).isTrue();
        now += Duration.ofSeconds(30).toNanos();
        assertThat(request(PEER)).isTrue();
        assertThat(request(PEER)).isFalse();
        assertThat(request(OTHER)).isTrue();
        assertThat(request(OTHER)).as("the fourth of all").isFalse();
        now += Duration.ofSeconds(30).toNanos();
        assertThat(request(PEER)).as("a minute after the first").isTrue();
        assertThat(request(PEER)).isFalse();
    }

    @Test
    void aMinuteHasSoMuchDialData() {
        assertThat(rates.takeDialData(PEER)).isTrue();
        assertThat(rates.takeDialData(OTHER)).isFalse();
        now += Duration.ofMinutes(1).toNanos();
        assertThat(rates.takeDialData(OTHER)).isTrue();
    }
}
