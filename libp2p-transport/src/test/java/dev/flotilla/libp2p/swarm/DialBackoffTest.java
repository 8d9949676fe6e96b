package dev.flotilla.libp2p.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.transport.PeerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DialBackoffTest {
    private static final Multiaddr ADDRESS = Multiaddr.parse("/ip4/192.0.2.1/tcp/1");

    private final PeerId peer = PrivateKey.generate().peerId();
    private long nowNanos;
    private final DialBackoff backoff = new DialBackoff(() -> nowNanos);

    private long remainingSeconds() {
        return backoff.remaining(peer, ADDRESS).map(Duration::toSeconds).orElse(0L);
    }

    @Test
    void growsWithTheSquareOfTheFailuresUpToFiveMinutes() {
        List<Long> seconds = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            backoff.failed(peer, ADDRESS);
            seconds.add(remainingSeconds());
            nowNanos += Duration.ofSeconds(remainingSeconds()).toNanos();
            assertThat(backoff.remaining(peer, ADDRESS)).isEmpty();
        }
        assertThat(seconds.subList(0, 5)).containsExactly(5L, 6L, 9L, 14L, 21L);
        assertThat(seconds.get(19)).isEqualTo(300);
    }

    @Test
    void successAndTimeForgive() {
        backoff.failed(peer, ADDRESS);
        backoff.failed(peer, ADDRESS);
        backoff.succeeded(peer, ADDRESS);
        assertThat(remainingSeconds()).isZero();
        backoff.failed(peer, ADDRESS);
        backoff.failed(peer, ADDRESS);
        nowNanos += Duration.ofMinutes(10).toNanos();
        backoff.failed(peer, ADDRESS);
        assertThat(remainingSeconds()).isEqualTo(5);
    }

    @Test
    void anotherPeerAtTheSameAddressIsAnotherMatter() {
        backoff.failed(peer, ADDRESS);
        assertThat(backoff.remaining(PrivateKey.generate().peerId(), ADDRESS)).isEmpty();
    }

    @Test
    void remembersAThousand() {
        backoff.failed(peer, ADDRESS);
        for (int i = 1; i <= 1000; i++) {
            backoff.failed(peer, Multiaddr.parse("/ip4/192.0.2.2/tcp/" + i));
        }
        assertThat(remainingSeconds()).isZero();
        assertThat(backoff.remaining(peer, Multiaddr.parse("/ip4/192.0.2.2/tcp/1")))
                .isPresent();
    }
}
