package dev.flotilla.libp2p.swarm;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionListener;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.Echo;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostConfig;
import dev.flotilla.libp2p.HostCounters;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.crypto.PrivateKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Both sides dial at once: one connection remains, the same on both sides, and nothing is lost. */
@ExtendWith(NoLeaks.class)
class SimultaneousDialTest {
    private static final int ROUNDS = 8;

    @Test
    void bothSidesKeepTheOneThatTheSmallerPeerDialled() {
        int duplicates = 0;
        for (int round = 0; round < ROUNDS; round++) {
            try (Hosts two = new Hosts()) {
                HostConfig config = HostConfig.defaults().withDuplicateGrace(Duration.ofMillis(100));
                duplicates += dialAtOnce(two.start(config), two.start(config));
            }
        }
        assertThat(duplicates).as("rounds in which two connections came up").isPositive();
    }

    /** 1 if two connections came up, else 0. */
    private static int dialAtOnce(Host a, Host b) {
        AtomicInteger opened = new AtomicInteger();
        AtomicInteger blamed = new AtomicInteger();
        a.addListener(new ConnectionListener() {
            @Override
            public void opened(Connection connection) {
                opened.incrementAndGet();
            }

            @Override
            public void closed(Connection connection, boolean closedByPeer) {
                blamed.addAndGet(closedByPeer ? 1 : 0);
            }
        });
        CompletableFuture<Connection> fromA = a.connect(b.peerId(), b.listenAddresses());
        CompletableFuture<Connection> fromB = b.connect(a.peerId(), a.listenAddresses());
        await(fromA);
        await(fromB);
        CompletableFuture<byte[]> echoA = echo(a, b, 2 << 20);
        CompletableFuture<byte[]> echoB = echo(b, a, 2 << 20);
        assertThat(await(echoA)).hasSize(2 << 20);
        assertThat(await(echoB)).hasSize(2 << 20);

        awaitUntil(
                "one is left",
                () -> a.connections().size() == 1
                        && b.connections().size() == 1
                        && a.counters().get(HostCounters.Event.OPENED)
                                == b.counters().get(HostCounters.Event.OPENED));
        Connection atA = a.connections().get(0);
        Connection atB = b.connections().get(0);
        assertThat(atA.localAddress()).isEqualTo(atB.remoteAddress());
        assertThat(atA.remoteAddress()).isEqualTo(atB.localAddress());
        if (opened.get() > 1) {
            boolean smallerIsA = a.peerId().compareTo(b.peerId()) < 0;
            assertThat(atA.direction()).isEqualTo(smallerIsA ? Direction.OUTBOUND : Direction.INBOUND);
            assertThat(blamed).as("a duplicate's end is nobody's fault").hasValue(0);
            return 1;
        }
        return 0;
    }

    private static CompletableFuture<byte[]> echo(Host from, Host to, int size) {
        byte[] data = new byte[size];
        Arrays.fill(data, (byte) 7);
        return from.newStream(to.peerId(), Echo.PROTOCOL).thenCompose(stream -> {
            stream.write(data);
            stream.finish();
            return stream.readToEnd(size);
        });
    }

    @Test
    void aPeerThatKeepsDiallingHasOnlySoManyConnections() {
        try (Hosts hosts = new Hosts()) {
            Host host = hosts.start();
            PrivateKey identity = PrivateKey.generate();
            HostConfig oneThread = HostConfig.defaults().withEventLoops(1);
            for (int i = 0; i < 10; i++) {
                Host one = hosts.start(identity, oneThread, Multiaddr.parse("/ip4/127.0.0.1/tcp/0"));
                Hosts.connect(one, host);
                await(one.newStream(host.peerId(), Echo.PROTOCOL)); // stays open, and its connection with it
            }
            awaitUntil(
                    "those too many are closed",
                    () -> host.connections(identity.peerId()).size() <= 8);
        }
    }
}
