package dev.flotilla.libp2p.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionGater;
import dev.flotilla.libp2p.DialOptions;
import dev.flotilla.libp2p.HostCounters;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.transport.PeerId;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Which calls share an attempt, in one thread, with dials that never come to an end. */
class DialerTest implements DialAttempt.AddressDialer {
    private static final List<Multiaddr> ADDRESSES = List.of(Multiaddr.parse("/ip4/1.2.3.4/tcp/1"));

    private final PeerId peer = PrivateKey.generate().peerId();
    private final HostCounters counters = new HostCounters();
    private final EmbeddedChannel time = new EmbeddedChannel();
    private final DialBackoff backoff = new DialBackoff(() -> 0);
    private final List<DialAttempt> attempts = new ArrayList<>();
    private final List<CompletableFuture<Connection>> dialled = new ArrayList<>();

    private Dialer dialer(ConnectionGater gater) {
        PeerId local = PrivateKey.generate().peerId();
        return new Dialer(
                local,
                new ConnectionTable(local, Duration.ZERO, 8, counters),
                counters,
                new Gate(gater, counters),
                (to, addresses, options) -> {
                    DialAttempt attempt = new DialAttempt(
                            to, addresses, options, this, backoff, time.eventLoop(), Duration.ofSeconds(15));
                    attempts.add(attempt);
                    return attempt;
                });
    }

    @Override
    public CompletableFuture<List<Multiaddr>> resolve(Multiaddr address, EventLoop loop) {
        return CompletableFuture.completedFuture(List.of(address));
    }

    @Override
    public Optional<String> refusal(Multiaddr address, PeerId to) {
        return Optional.empty();
    }

    @Override
    public CompletableFuture<Connection> dial(Multiaddr address, PeerId to, EventLoop loop, DialOptions options) {
        CompletableFuture<Connection> future = new CompletableFuture<>();
        dialled.add(future);
        return future;
    }

    private static Connection connection(AtomicBoolean open) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> method.getName().equals("isOpen") ? open.get() : null);
    }

    private CompletableFuture<Connection> connect(Dialer dialer) {
        CompletableFuture<Connection> connected = dialer.connect(peer, ADDRESSES, DialOptions.defaults());
        time.runPendingTasks();
        return connected;
    }

    @Test
    void aConnectionOfThePeersThatIsGoneAgainIsNotGivenOut() {
        Dialer dialer = dialer(new ConnectionGater() {});
        CompletableFuture<Connection> first = connect(dialer);
        AtomicBoolean open = new AtomicBoolean(true);
        attempts.get(0).result().complete(connection(open)); // the peer has dialled us meanwhile
        assertThat(first).isCompleted();
        assertThat(connect(dialer)).isCompleted();
        open.set(false);

        CompletableFuture<Connection> second = connect(dialer);
        assertThat(second).isNotDone();
        assertThat(attempts).hasSize(2);
        assertThat(dialled.get(0)).as("the one that it replaces").isCancelled();
        assertThat(backoff.remaining(peer, ADDRESSES.get(0)))
                .as("nothing has failed")
                .isEmpty();
        assertThat(connect(dialer)).as("shares the new one").isNotDone();
        assertThat(attempts).hasSize(2);
        dialled.get(1).complete(connection(new AtomicBoolean(true)));
        time.runPendingTasks();
        assertThat(second).isCompleted();
    }

    @Test
    void whoIsToldOfAFailureMayDialAgainAtOnceWithOtherAddresses() {
        Dialer dialer = dialer(new ConnectionGater() {});
        List<Multiaddr> others = List.of(Multiaddr.parse("/ip4/1.2.3.4/tcp/2"));
        CompletableFuture<Connection> again =
                connect(dialer).exceptionallyCompose(failure -> dialer.connect(peer, others, DialOptions.defaults()));
        dialled.get(0).completeExceptionally(new ConnectException("Connection refused"));
        time.runPendingTasks();
        assertThat(attempts).hasSize(2);
        assertThat(again).isNotDone();
        dialled.get(1).complete(connection(new AtomicBoolean(true)));
        time.runPendingTasks();
        assertThat(again).isCompleted();
        assertThat(counters.get(HostCounters.Event.DIAL_FAILED)).isEqualTo(1);
    }

    @Test
    void theGaterIsAskedOnceForEachDialAndMayTakeItsTime() {
        List<Boolean> asked = new ArrayList<>();
        List<Dialer> known = new ArrayList<>();
        Dialer dialer = dialer(new ConnectionGater() {
            @Override
            public boolean interceptPeerDial(PeerId to) {
                asked.add(Thread.holdsLock(known.get(0)));
                return true;
            }
        });
        known.add(dialer);
        connect(dialer);
        connect(dialer);
        assertThat(asked).as("whether others wait for it").containsExactly(false);
    }
}
