package dev.flotilla.libp2p.dnsaddr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DnsaddrResolverTest {
    private static final String PEER = "/p2p/" + PrivateKey.generate().peerId();
    private static final String OTHER = "/p2p/" + PrivateKey.generate().peerId();

    private static List<String> resolve(TxtRecords records, String address) throws IOException {
        return new DnsaddrResolver(records)
                .resolve(Multiaddr.parse(address), () -> false).stream()
                        .map(Multiaddr::toString)
                        .toList();
    }

    private static TxtRecords records(Map<String, List<String>> known) {
        return name -> known.getOrDefault(name, List.of());
    }

    @Test
    void asksForNoFurtherNameWhenItIsOver() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        TxtRecords endless = name -> {
            int number = asked.incrementAndGet();
            return List.of("dnsaddr=/ip4/192.0.2.1/tcp/" + number, "dnsaddr=/dnsaddr/x" + number);
        };
        assertThat(new DnsaddrResolver(endless).resolve(Multiaddr.parse("/dnsaddr/a"), () -> asked.get() == 2))
                .hasSize(2);
        assertThat(asked).hasValue(2);
    }

    @Test
    void keepsWhatEndsAsTheAddressDoes() throws IOException {
        TxtRecords records = records(Map.of(
                "_dnsaddr.a.example",
                List.of(
                        "dnsaddr=/ip4/192.0.2.1/tcp/1" + PEER,
                        "dnsaddr=/ip4/192.0.2.2/tcp/2" + OTHER,
                        "dnsaddr=/ip4/192.0.2.3/tcp/3",
                        "dnsaddr=/of/a/kind/nobody/knows" + PEER,
                        "v=spf1 -all")));
        assertThat(resolve(records, "/dnsaddr/a.example" + PEER)).containsExactly("/ip4/192.0.2.1/tcp/1" + PEER);
        assertThat(resolve(records, "/dnsaddr/a.example")).hasSize(3);
        assertThat(resolve(records, "/dnsaddr/b.example")).isEmpty();
    }

    @Test
    void followsOtherNamesFourDeepAndNoCircle() throws IOException {
        TxtRecords deep = name -> {
            int depth = Integer.parseInt(name.substring("_dnsaddr.n".length()));
            return List.of(
                    "dnsaddr=/ip4/192.0.2." + depth + "/tcp/1",
                    "dnsaddr=/dnsaddr/n" + (depth + 1),
                    "dnsaddr=/dnsaddr/n1"); // a circle
        };
        assertThat(resolve(deep, "/dnsaddr/n1"))
                .containsExactly(
                        "/ip4/192.0.2.1/tcp/1", "/ip4/192.0.2.2/tcp/1", "/ip4/192.0.2.3/tcp/1", "/ip4/192.0.2.4/tcp/1");
    }

    @Test
    void strangersCannotMakeItAskOrRememberWithoutEnd() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        TxtRecords many = name -> {
            int number = asked.incrementAndGet();
            return IntStream.range(0, 40)
                    .boxed()
                    .flatMap(i -> Stream.of(
                            "dnsaddr=/dnsaddr/x" + number + "-" + i,
                            "dnsaddr=/ip4/192.0.2.1/tcp/" + (number * 3 + (i == 0 ? 1 : 0))))
                    .toList();
        };
        assertThat(resolve(many, "/dnsaddr/a")).hasSizeLessThanOrEqualTo(100);
        assertThat(asked.get()).isEqualTo(32);
        TxtRecords long1 = name -> IntStream.range(1, 300)
                .mapToObj(port -> "dnsaddr=/ip4/192.0.2.1/tcp/" + port)
                .toList();
        assertThat(resolve(long1, "/dnsaddr/a")).hasSize(100);
    }

    @Test
    void asksARealServerOverTcpWhenTheAnswerIsLong() throws IOException {
        List<String> many = IntStream.range(1, 30)
                .mapToObj(port -> "dnsaddr=/ip4/192.0.2.1/tcp/" + port + PEER)
                .toList();
        String longName = "/dns4/" + "a".repeat(60) + ("." + "b".repeat(60)).repeat(3) + "/tcp/1" + PEER;
        Map<String, List<String>> known = Map.of(
                "_dnsaddr.short.example",
                List.of("dnsaddr=/ip4/192.0.2.1/tcp/1" + PEER),
                "_dnsaddr.long.example",
                many,
                "_dnsaddr.split.example",
                List.of("dnsaddr=" + longName),
                "_dnsaddr.none.example",
                List.of());
        try (DnsServer server = new DnsServer(known)) {
            TxtRecords records = new JndiTxtRecords(server.provider());
            assertThat(resolve(records, "/dnsaddr/short.example" + PEER)).hasSize(1);
            assertThat(server.askedByTcp()).isZero();
            assertThat(resolve(records, "/dnsaddr/long.example" + PEER)).hasSize(29);
            assertThat(server.askedByTcp()).isPositive();
            assertThat(resolve(records, "/dnsaddr/split.example" + PEER)).containsExactly(longName);
            assertThat(resolve(records, "/dnsaddr/none.example")).isEmpty();
            assertThat(resolve(records, "/dnsaddr/unknown.example")).isEmpty();
        }
    }

    @Test
    void saysThatNobodyAnswers() throws IOException {
        try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            TxtRecords records = new JndiTxtRecords("dns://127.0.0.1:" + silent.getLocalPort());
            assertThatThrownBy(() -> resolve(records, "/dnsaddr/a.example"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the TXT records of _dnsaddr.a.example cannot be had");
        }
    }
}
