package dev.flotilla.libp2p.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.DialException;
import dev.flotilla.libp2p.DialOptions;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.transport.PeerId;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A dial in one thread whose time is the test's, with transports that do as they are told. */
class DialAttemptTest implements DialAttempt.AddressDialer {
    private static final String QUIC = "/ip4/1.2.3.4/udp/1/quic-v1";
    private static final String TCP = "/ip4/1.2.3.4/tcp/1";

    private final PeerId peer = PrivateKey.generate().peerId();
    private final EmbeddedChannel time = new EmbeddedChannel();
    private final Map<String, CompletableFuture<Connection>> dialled = new LinkedHashMap<>();
    private final Map<String, CompletableFuture<List<Multiaddr>>> names = new LinkedHashMap<>();
    private final List<String> lookedUp = new ArrayList<>();
    private final Set<String> refused = new HashSet<>();
    private final DialBackoff backoff = new DialBackoff(() -> 0);
    private final Connection connection = (Connection) java.lang.reflect.Proxy.newProxyInstance(
            Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> null);

    @BeforeEach
    void stopTheClock() {
        time.freezeTime();
    }

    @Override
    public CompletableFuture<List<Multiaddr>> resolve(Multiaddr address, EventLoop loop) {
        lookedUp.add(address.toString());
        return names.getOrDefault(address.toString(), CompletableFuture.completedFuture(List.of(address)));
    }

    @Override
    public Optional<String> refusal(Multiaddr address, PeerId to) {
        return refused.contains(address.toString()) ? Optional.of("not there") : Optional.empty();
    }

    @Override
    public CompletableFuture<Connection> dial(Multiaddr address, PeerId to, EventLoop loop, DialOptions options) {
        CompletableFuture<Connection> future = new CompletableFuture<>();
        dialled.put(address.toString(), future);
        return future;
    }

    private DialAttempt start(String... addresses) {
        return start(DialOptions.defaults(), addresses);
    }

    private DialAttempt start(DialOptions options, String... addresses) {
        DialAttempt attempt = new DialAttempt(
                peer,
                Stream.of(addresses).map(Multiaddr::parse).toList(),
                options,
                this,
                backoff,
                time.eventLoop(),
                Duration.ofSeconds(15));
        attempt.start();
        time.runPendingTasks();
        return attempt;
    }

    private void pass(long millis) {
        time.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        time.runPendingTasks();
    }

    private void fail(String address, Throwable reason) {
        dialledTo(address).completeExceptionally(reason);
        time.runPendingTasks();
    }

    private CompletableFuture<Connection> dialledTo(String address) {
        return Objects.requireNonNull(dialled.get(address), address);
    }

    @Test
    void whatMustNotBeDialledIsNotAndGetsNoBackoff() {
        refused.add(QUIC);
        DialAttempt attempt = start(QUIC, TCP);
        assertThat(dialled).containsOnlyKeys(TCP);
        fail(TCP, new ConnectException("Connection refused"));
        assertThatThrownBy(() -> attempt.result().join()).hasMessageContaining(QUIC + ": not there");
        assertThat(backoff.remaining(peer, Multiaddr.parse(QUIC))).isEmpty();
    }

    @Test
    void theNextIsDialledAfterItsDelayAndTheFirstThatComesUpEndsTheOthers() {
        DialAttempt attempt = start(TCP, QUIC);
        assertThat(dialled).containsOnlyKeys(QUIC);
        pass(249);
        assertThat(dialled).containsOnlyKeys(QUIC);
        pass(1);
        assertThat(dialled).containsOnlyKeys(QUIC, TCP);
        dialledTo(TCP).complete(connection);
        assertThat(attempt.result().join()).isSameAs(connection);
        assertThat(dialledTo(QUIC)).isCancelled();
        assertThat(attempt.ended()).isDone();
        assertThat(backoff.remaining(peer, Multiaddr.parse(QUIC)))
                .as("it did not fail")
                .isEmpty();
    }

    @Test
    void theNextIsDialledAtOnceWhenNothingElseIsUnderWay() {
        start(QUIC, TCP);
        fail(QUIC, new IOException("no"));
        assertThat(dialled).containsOnlyKeys(QUIC, TCP);
    }

    @Test
    void saysForEachAddressWhatWentWrong() {
        names.put("/dns/a/tcp/1", CompletableFuture.failedFuture(new IOException("the name was not found")));
        DialAttempt attempt = start(
                QUIC,
                TCP,
                "/dns/a/tcp/1",
                "/ip4/1.2.3.4/tcp/2/p2p/" + PrivateKey.generate().peerId());
        fail(QUIC, new IOException("no handshake"));
        fail(TCP, new ConnectException("Connection refused: somewhere"));
        assertThatThrownBy(() -> attempt.result().join())
                .hasCauseInstanceOf(DialException.class)
                .hasMessageContaining(QUIC + ": no handshake")
                .hasMessageContaining(TCP + ": refused")
                .hasMessageContaining("/dns/a/tcp/1: the name was not found")
                .hasMessageContaining(": names another peer");
    }

    /** What a dial to these addresses ends with, whose outcomes are in the words of a socket or {@code name}. */
    private boolean isRefused(String... addressesAndOutcomes) {
        dialled.clear();
        List<String> addresses = new ArrayList<>();
        for (int i = 0; i < addressesAndOutcomes.length; i += 2) {
            addresses.add(addressesAndOutcomes[i]);
        }
        DialAttempt attempt = start(DialOptions.defaults().withBackoffIgnored(), addresses.toArray(String[]::new));
        pass(1000);
        for (int i = 0; i < addressesAndOutcomes.length; i += 2) {
            if (dialled.containsKey(addressesAndOutcomes[i]) && !addressesAndOutcomes[i + 1].isEmpty()) {
                fail(addressesAndOutcomes[i], new ConnectException(addressesAndOutcomes[i + 1]));
            }
        }
        pass(15_000);
        Throwable failure = catchThrowable(() -> attempt.result().join());
        assertThat(failure).hasCauseInstanceOf(DialException.class);
        return failure.getCause() instanceof DialException dial && dial.isRefused();
    }

    @Test
    void aDialIsRefusedOnlyIfEveryAddressThatCouldBeThePeersRefused() {
        String no = "Connection refused";
        assertThat(isRefused(QUIC, no, TCP, no)).isTrue();
        assertThat(isRefused(QUIC, "no handshake", TCP, no))
                .as("somebody is there")
                .isFalse();
        assertThat(isRefused(QUIC, no, TCP, "")).as("one is silent").isFalse();
        names.put("/dns/a/tcp/1", CompletableFuture.failedFuture(new IOException("the name was not found")));
        assertThat(isRefused(TCP, no, "/dns/a/tcp/1", ""))
                .as("a name is not known")
                .isFalse();
        String relayed = "/ip4/127.0.0.1/tcp/9/p2p/" + PrivateKey.generate().peerId() + "/p2p-circuit";
        assertThat(isRefused(TCP, no, relayed, "the relay does not know it")).isFalse();
        refused.add(QUIC);
        assertThat(isRefused(TCP, no, QUIC, ""))
                .as("no transport takes the other")
                .isTrue();
        assertThat(isRefused()).isFalse();
    }

    @Test
    void aLoopbackAddressThatRefusesSaysNothingOfAPeerOnAnotherMachine() {
        String no = "Connection refused";
        String own = "/ip4/127.0.0.1/tcp/1";
        assertThat(isRefused(TCP, "", own, no))
                .as("the peer's machine is silent")
                .isFalse();
        assertThat(isRefused(TCP, no, own, "no handshake")).isTrue();
        assertThat(isRefused(own, no, "/ip6/::1/tcp/1", no))
                .as("a peer on this machine")
                .isTrue();
        assertThat(isRefused(own, no, "/ip6/::1/tcp/1", "no handshake")).isFalse();
        refused.add(TCP);
        assertThat(isRefused(TCP, "", own, no)).as("the other is not dialled").isFalse();
    }

    @Test
    void anAddressThatFailedIsPassedOverUnlessItIsWantedNow() {
        fail(QUIC, start(QUIC), "no");
        dialled.clear();
        assertThatThrownBy(() -> start(QUIC).result().join())
                .hasMessageContaining(QUIC + ": failed a moment ago and is not dialled for another 5 s");
        assertThat(dialled).isEmpty();
        start(DialOptions.defaults().withBackoffIgnored(), QUIC);
        assertThat(dialled).containsOnlyKeys(QUIC);
    }

    private void fail(String address, DialAttempt attempt, String reason) {
        fail(address, new IOException(reason));
        assertThat(attempt.result()).isCompletedExceptionally();
    }

    @Test
    void noMoreThanEightAtOnce() {
        String[] many = IntStream.rangeClosed(1, 12)
                .mapToObj(port -> "/ip4/1.2.3.4/tcp/" + port)
                .toArray(String[]::new);
        start(many);
        pass(1000);
        assertThat(dialled).hasSize(8);
        fail(many[3], new IOException("no"));
        assertThat(dialled).hasSize(9);
    }

    @Test
    void aNameThatHangsHoldsUpNobodyAndIsRankedWhenItIsKnown() {
        CompletableFuture<List<Multiaddr>> lookUp = new CompletableFuture<>();
        names.put("/dns/a/tcp/1", lookUp);
        DialAttempt attempt = start("/dns/a/tcp/1", QUIC);
        fail(QUIC, new IOException("no"));
        assertThat(attempt.ended()).isNotDone();
        lookUp.complete(List.of(Multiaddr.parse(TCP)));
        time.runPendingTasks();
        fail(TCP, new IOException("neither"));
        assertThatThrownBy(() -> attempt.result().join()).hasMessageContaining("/dns/a/tcp/1 (" + TCP + "): neither");
    }

    @Test
    void twoNamesAreLookedUpAtATimeAndNoneAfterTheEnd() {
        List<CompletableFuture<List<Multiaddr>>> lookUps = new ArrayList<>();
        for (String name : List.of("a", "b", "c", "d")) {
            CompletableFuture<List<Multiaddr>> lookUp = new CompletableFuture<>();
            lookUps.add(lookUp);
            names.put("/dns/" + name + "/tcp/1", lookUp);
        }
        DialAttempt attempt = start("/dns/a/tcp/1", "/dns/b/tcp/1", "/dns/c/tcp/1", "/dns/d/tcp/1", QUIC);
        assertThat(lookedUp).containsExactly("/dns/a/tcp/1", "/dns/b/tcp/1");
        lookUps.get(1).completeExceptionally(new IOException("no such name"));
        assertThat(lookedUp).containsExactly("/dns/a/tcp/1", "/dns/b/tcp/1", "/dns/c/tcp/1");
        dialledTo(QUIC).complete(connection);
        assertThat(attempt.ended()).isDone();
        assertThat(lookUps.get(0)).isCancelled();
        assertThat(lookUps.get(2)).isCancelled();
        assertThat(lookedUp).hasSize(3);
    }

    @Test
    void aDirectConnectionIsNotSoughtOverRelaysThatANameLeadsTo() {
        String circuit = TCP + "/p2p/" + PrivateKey.generate().peerId() + "/p2p-circuit";
        CompletableFuture<List<Multiaddr>> lookUp = new CompletableFuture<>();
        names.put("/dnsaddr/a", lookUp);
        DialAttempt attempt = start(DialOptions.defaults().withDirectForced(), "/dnsaddr/a", circuit);
        lookUp.complete(List.of(Multiaddr.parse(circuit)));
        time.runPendingTasks();
        assertThat(dialled).isEmpty();
        assertThatThrownBy(() -> attempt.result().join())
                .hasMessageContaining(circuit + ": is a relay's, and the connection is to be direct")
                .hasMessageContaining("/dnsaddr/a (" + circuit + "): is a relay's");
    }

    @Test
    void theWholeTakesNoLongerThanItsTimeAndNamesWhatDidNotAnswer() {
        DialAttempt attempt = start(QUIC, TCP);
        pass(15_000);
        assertThatThrownBy(() -> attempt.result().join())
                .hasMessageContaining("timed out after 15000 ms")
                .hasMessageContaining(QUIC + ": no answer")
                .hasMessageContaining(TCP + ": no answer");
        List<CompletableFuture<Connection>> futures = new ArrayList<>(dialled.values());
        assertThat(futures).allMatch(CompletableFuture::isCancelled);
    }
}
