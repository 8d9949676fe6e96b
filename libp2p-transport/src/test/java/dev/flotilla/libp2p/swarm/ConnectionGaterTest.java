package dev.flotilla.libp2p.swarm;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static dev.flotilla.libp2p.Hosts.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionGater;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostCounters.Event;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.Way;
import dev.flotilla.libp2p.gating.AccessList;
import dev.flotilla.libp2p.gating.Subnet;
import dev.flotilla.libp2p.ping.Ping;
import dev.flotilla.transport.PeerId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Each hook decides on its own, over every transport. */
@ParameterizedClass
@MethodSource("dev.flotilla.libp2p.Way#all")
@ExtendWith(NoLeaks.class)
class ConnectionGaterTest {
    @Parameter
    private Way way = Way.DEFAULT;

    private Hosts hosts = new Hosts();

    @BeforeEach
    void chooseTheWay() {
        hosts = new Hosts(way);
    }

    @AfterEach
    void close() {
        hosts.close();
    }

    /** Says no in one hook, and keeps what it was asked. */
    private static final class Recorder implements ConnectionGater {
        private final List<String> asked = new CopyOnWriteArrayList<>();
        private final String refused;

        Recorder(String refused) {
            this.refused = refused;
        }

        private boolean answer(String hook) {
            asked.add(hook);
            return !hook.equals(refused);
        }

        @Override
        public boolean interceptPeerDial(PeerId peer) {
            return answer("interceptPeerDial");
        }

        @Override
        public boolean interceptAddrDial(PeerId peer, Multiaddr address) {
            return answer("interceptAddrDial");
        }

        @Override
        public boolean interceptAccept(Multiaddr localAddress, Multiaddr remoteAddress) {
            assertThat(remoteAddress.ipAddress()).isPresent();
            return answer("interceptAccept");
        }

        @Override
        public boolean interceptSecured(Direction direction, PeerId peer, Multiaddr remoteAddress) {
            return answer("interceptSecured");
        }

        @Override
        public boolean interceptUpgraded(Connection connection) {
            return answer("interceptUpgraded");
        }
    }

    @Test
    void theHooksAreAskedInOrder() {
        Recorder dialling = new Recorder("");
        Recorder dialled = new Recorder("");
        Host a = hosts.startWith(builder -> builder.connectionGater(dialling));
        Host b = hosts.startWith(builder -> builder.connectionGater(dialled));
        connect(a, b);
        awaitUntil("b knows the connection", () -> !b.connections().isEmpty());
        assertThat(dialling.asked)
                .containsExactly("interceptPeerDial", "interceptAddrDial", "interceptSecured", "interceptUpgraded");
        assertThat(dialled.asked).containsExactly("interceptAccept", "interceptSecured", "interceptUpgraded");
        assertThat(a.counters().get(Event.GATED)).isZero();
    }

    @Test
    void whoDialsIsToldWhichOfItsOwnHooksRefused() {
        for (String hook : List.of("interceptPeerDial", "interceptAddrDial", "interceptSecured", "interceptUpgraded")) {
            Host a = hosts.startWith(builder -> builder.connectionGater(new Recorder(hook)));
            Host b = hosts.start();
            assertThatThrownBy(() -> connect(a, b))
                    .hasMessageContaining("this side's connection gater refuses it (" + hook + ")");
            assertThat(a.counters().get(Event.GATED)).as(hook).isEqualTo(1);
            assertThat(a.connections()).isEmpty();
            awaitUntil("b has none left", () -> b.connections().isEmpty());
        }
    }

    @Test
    void whoIsRefusedLearnsNothing() {
        for (String hook : List.of("interceptAccept", "interceptSecured", "interceptUpgraded")) {
            Host a = hosts.start();
            Host b = hosts.startWith(builder -> builder.connectionGater(new Recorder(hook)));
            // a handshake may be done on one side before the other looks at who it is
            var dial = a.connect(b.peerId(), b.listenAddresses());
            dial.thenCompose(Connection::closed).exceptionally(failure -> {
                assertThat(failure).message().doesNotContain("gater");
                return null;
            });
            awaitUntil(hook + " is counted", () -> b.counters().get(Event.GATED) == 1);
            assertThat(b.connections()).isEmpty();
            awaitUntil("a has none left", () -> dial.isDone() && a.connections().isEmpty());
        }
    }

    @Test
    void aHookThatThrowsRefuses() {
        Host a = hosts.startWith(builder -> builder.connectionGater(new ConnectionGater() {
            @Override
            public boolean interceptPeerDial(PeerId peer) {
                throw new IllegalStateException("broken");
            }
        }));
        Host b = hosts.start();
        assertThatThrownBy(() -> connect(a, b)).hasMessageContaining("interceptPeerDial");
    }

    @Test
    void aHookThatClosesTheConnectionLeavesNone() {
        Host a = hosts.startWith(builder -> builder.connectionGater(new ConnectionGater() {
            @Override
            public boolean interceptUpgraded(Connection connection) {
                connection.close();
                return true;
            }
        }));
        Host b = hosts.start();
        var dial = a.connect(b.peerId(), b.listenAddresses());
        awaitUntil("the dial is over", dial::isDone);
        awaitUntil("a has none left", () -> a.connections().isEmpty());
        awaitUntil("b has none left", () -> b.connections().isEmpty());
    }

    @Test
    void aConnectionThatIsRefusedAtLastEndsForTheHookToo() {
        CompletableFuture<Connection> seen = new CompletableFuture<>();
        Host a = hosts.startWith(builder -> builder.connectionGater(new ConnectionGater() {
            @Override
            public boolean interceptUpgraded(Connection connection) {
                seen.complete(connection);
                return false;
            }
        }));
        Host b = hosts.start();
        assertThatThrownBy(() -> connect(a, b)).hasMessageContaining("interceptUpgraded");
        await(await(seen).closed());
    }

    @Test
    void aListChangesWhileTheHostRuns() {
        AccessList list = new AccessList();
        Host a = hosts.start();
        Host other = hosts.start();
        Host b = hosts.startWith(builder -> builder.connectionGater(list));
        list.deny(a.peerId());
        assertThatThrownBy(() -> connect(b, a)).hasMessageContaining("interceptPeerDial");
        list.remove(a.peerId());
        connect(a, b);
        assertThat(await(Ping.ping(a, b.peerId(), Duration.ofSeconds(5)))).isPositive();

        list.allow(other.peerId());
        assertThat(list.permits(a.peerId())).isFalse();
        connect(other, b);
        assertThat(await(Ping.ping(other, b.peerId(), Duration.ofSeconds(5)))).isPositive();

        list.deny(Subnet.parse("127.0.0.0/8"));
        Host c = hosts.start();
        list.allow(c.peerId());
        assertThatThrownBy(() -> connect(b, c)).hasMessageContaining("interceptAddrDial");
    }
}
