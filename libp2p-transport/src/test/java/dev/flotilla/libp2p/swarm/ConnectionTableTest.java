package dev.flotilla.libp2p.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionListener;
import dev.flotilla.libp2p.Direction;
import dev.flotilla.libp2p.HostCounters;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several connections with one peer: which of them is closed here, and who is blamed for the end of the last. */
class ConnectionTableTest implements ConnectionListener {
    private static final Duration GRACE = Duration.ofSeconds(3);

    private final Connections connections = new Connections();
    private final ConnectionTable table =
            new ConnectionTable(PrivateKey.generate().peerId(), GRACE, 8, new HostCounters());
    private final List<EmbeddedChannel> channels = new ArrayList<>();
    private final List<Boolean> blamed = new ArrayList<>();

    ConnectionTableTest() {
        table.addListener(this);
    }

    @Override
    public void closed(Connection connection, boolean closedByPeer) {
        blamed.add(closedByPeer);
    }

    @AfterEach
    void close() {
        channels.forEach(EmbeddedChannel::finishAndReleaseAll);
    }

    private SwarmConnection add(Direction direction, Multiaddr remote) {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        channels.add(channel);
        SwarmConnection connection = connections.with(channel, direction, remote);
        table.add(connection);
        channels.forEach(EmbeddedChannel::runPendingTasks);
        return connection;
    }

    private void pass(Duration time) {
        for (EmbeddedChannel channel : channels) {
            channel.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
            channel.runPendingTasks();
        }
    }

    @Test
    void ofTwoThatThisSideDialledItClosesTheOlder() {
        SwarmConnection older = add(Direction.OUTBOUND, Connections.DIRECT);
        SwarmConnection newer = add(Direction.OUTBOUND, Connections.DIRECT);
        pass(GRACE);
        assertThat(older.isOpen()).isFalse();
        assertThat(newer.isOpen()).isTrue();
    }

    /** They may have come up there in the other order. */
    @Test
    void ofTwoThatThePeerDialledItClosesTheOlder() {
        SwarmConnection older = add(Direction.INBOUND, Connections.DIRECT);
        SwarmConnection newer = add(Direction.INBOUND, Connections.DIRECT);
        for (int i = 0; i < 5; i++) {
            pass(GRACE);
        }
        assertThat(older.isOpen()).isTrue();
        assertThat(newer.isOpen()).isTrue();
        assertThat(table.best(connections.peer.peerId())).contains(newer);
    }

    @Test
    void whatBothSidesHoldForTheWorseIsClosedByEither() {
        SwarmConnection relayed = add(Direction.INBOUND, Connections.RELAYED);
        SwarmConnection direct = add(Direction.INBOUND, Connections.DIRECT);
        pass(GRACE);
        assertThat(relayed.isOpen()).isFalse();
        assertThat(direct.isOpen()).isTrue();
    }

    @Test
    void theEndOfADuplicateIsNobodysFaultWhileTheOtherIsThere() {
        SwarmConnection older = add(Direction.INBOUND, Connections.DIRECT);
        add(Direction.INBOUND, Connections.DIRECT);
        end(older);
        assertThat(blamed).containsExactly(false);
    }

    @Test
    void aPeerThatEndsBothIsBlamedWhicheverEndsLast() {
        SwarmConnection older = add(Direction.INBOUND, Connections.DIRECT);
        SwarmConnection newer = add(Direction.INBOUND, Connections.DIRECT);
        end(newer);
        end(older);
        assertThat(blamed).containsExactly(true, true);
    }

    /** As if its socket had come to its end. */
    private void end(SwarmConnection connection) {
        connection.channel().close();
        table.remove(connection);
    }
}
