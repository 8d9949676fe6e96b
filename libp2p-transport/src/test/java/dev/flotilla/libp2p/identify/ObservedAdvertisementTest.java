package dev.flotilla.libp2p.identify;

import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.NoLeaks;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class ObservedAdvertisementTest {
    private static final Multiaddr LOCAL = Multiaddr.parse("/ip4/10.0.0.1/tcp/4001");
    private static final Multiaddr FIRST = Multiaddr.parse("/ip4/198.51.100.1/tcp/1");
    private static final Multiaddr SECOND = Multiaddr.parse("/ip4/198.51.100.1/tcp/2");

    private final Hosts hosts = new Hosts();
    private final Host host = hosts.start();
    private final ObservedAddresses observed = new ObservedAddresses();

    @AfterEach
    void close() {
        hosts.close();
    }

    private void allSee(Multiaddr address) {
        for (int i = 1; i <= 4; i++) {
            observed.put(i, LOCAL, Multiaddr.parse("/ip4/203.0.113." + i + "/tcp/1"), address);
        }
    }

    @Test
    void aChangeIsAdvertisedAtOnceAndTheNextNotWithinThePause() {
        ObservedAdvertisement advertisement = new ObservedAdvertisement(host, observed::confirmed, Duration.ofHours(1));
        allSee(FIRST);
        advertisement.update();
        assertThat(host.reachableAddresses()).contains(FIRST);
        allSee(SECOND);
        advertisement.update();
        assertThat(host.reachableAddresses()).contains(FIRST).doesNotContain(SECOND);
    }

    @Test
    void howeverManyConnectionsComeAndGoTheyAreAddedUpOnceASecond() {
        AtomicInteger looks = new AtomicInteger();
        ObservedAdvertisement advertisement = new ObservedAdvertisement(
                host,
                () -> {
                    looks.incrementAndGet();
                    return observed.confirmed();
                },
                Duration.ofHours(1));
        long startNanos = System.nanoTime();
        for (int i = 0; i < 10_000; i++) {
            advertisement.update();
        }
        allSee(FIRST);
        advertisement.update();
        awaitUntil(
                "what came meanwhile is seen", () -> host.reachableAddresses().contains(FIRST));
        long seconds = Duration.ofNanos(System.nanoTime() - startNanos).toSeconds();
        assertThat(looks.get()).isLessThanOrEqualTo((int) seconds + 2);
    }

    @Test
    void theLastOfManyChangesIsAdvertisedAfterThePause() {
        ObservedAdvertisement advertisement =
                new ObservedAdvertisement(host, observed::confirmed, Duration.ofMillis(50));
        for (int i = 0; i < 100; i++) {
            allSee(i % 2 == 0 ? FIRST : SECOND);
            advertisement.update();
        }
        awaitUntil("the last alone is advertised", () -> {
            List<Multiaddr> now = host.reachableAddresses();
            return now.contains(SECOND) && !now.contains(FIRST);
        });
    }
}
