package dev.flotilla.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.flotilla.libp2p.multiformats.Varint;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MultiaddrTest {
    private static final String ID = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";
    private static final String RELAY = "/ip4/192.0.2.1/tcp/1/p2p/" + ID + "/p2p-circuit";

    static Stream<String> vectors() {
        return Vectors.all("js. ma ").stream().filter(line -> !line.contains(": ERR "));
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void readsAndPrintsAsJsDoes(String vector) {
        String text = vector.substring(0, vector.indexOf(": "));
        String hex = vector.substring(text.length() + 2, vector.indexOf(" -> "));
        String printed = vector.substring(vector.indexOf(" -> ") + 4);

        Multiaddr parsed = Multiaddr.parse(text);
        assertThat(HexFormat.of().formatHex(parsed.toBytes())).isEqualTo(hex);
        assertThat(parsed).hasToString(printed);
        Multiaddr decoded = Multiaddr.fromBytes(HexFormat.of().parseHex(hex));
        assertThat(decoded).isEqualTo(parsed).hasToString(printed).hasSameHashCodeAs(parsed);
    }

    /** Else it could be kept as text, and never be read again. */
    @Test
    void refusesBytesThatAreTooLongAsText() {
        Bytes path = Bytes.wrap("/".concat("#".repeat(1365)).getBytes(StandardCharsets.UTF_8)); // prints as %23
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Multiaddr.fromBytes(httpPath(path)))
                .withMessageContaining("4106 characters")
                .withMessageContaining("exceeds 4096");
        Multiaddr longest = Multiaddr.fromBytes(
                httpPath(Bytes.wrap("/".concat("#".repeat(1361)).getBytes(StandardCharsets.UTF_8))));
        assertThat(Multiaddr.parse(longest.toString())).isEqualTo(longest);
    }

    private static byte[] httpPath(Bytes path) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Varint.write(out, MultiaddrProtocol.HTTP_PATH.code());
        Varint.writeDelimited(out, path.toByteArray());
        return out.toByteArray();
    }

    /** What {@link Multiaddr} relies on where it does not look at the text of short addresses. */
    @Test
    void noComponentPrintsAtMoreThan8CharactersAByte() {
        for (MultiaddrProtocol protocol : MultiaddrProtocol.values()) {
            if (!protocol.hasValue()) {
                Multiaddr address = Multiaddr.parse("/" + protocol);
                assertThat(address.toString().length())
                        .as(address.toString())
                        .isLessThanOrEqualTo(8 * address.toBytes().length);
            }
        }
    }

    @Test
    void readsTheOtherSpellings() {
        assertThat(Multiaddr.parse("/ipfs/" + ID)).hasToString("/p2p/" + ID);
        assertThat(Multiaddr.parse("/tcp/1/")).hasToString("/tcp/1");
        assertThat(Multiaddr.parse("/p2p/bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe"))
                .hasToString("/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N");
        assertThat(Multiaddr.parse("/ip6/::ffff:1.2.3.4/tcp/1")).hasToString("/ip6/::ffff:102:304/tcp/1");
        assertThat(Multiaddr.parse("/ip4/127.0.0.1/udp/1234").toBytes())
                .isEqualTo(HexFormat.of().parseHex("047f000001910204d2"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1:2:3:4:5:6:7:8=1:2:3:4:5:6:7:8",
                "0:0:0:0:0:0:0:0=::",
                "::1=::1",
                "1::=1::",
                "2001:DB8:0:0:1:0:0:1=2001:db8::1:0:0:1",
                "1:0:2:3:4:5:6:7=1:0:2:3:4:5:6:7",
                "1:2:3:4:5:6:7::=1:2:3:4:5:6:7:0",
                "64:ff9b::192.0.2.33=64:ff9b::c000:221"
            })
    void printsIp6AsTheRfcDoes(String example) {
        String[] sides = example.split("=", -1);
        assertThat(Multiaddr.parse("/ip6/" + sides[0])).hasToString("/ip6/" + sides[1]);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "//",
                "ip4/1.2.3.4",
                "//ip4/1.2.3.4",
                "/ip4/127.0.0.1//tcp/1",
                "/tcp/1//",
                "/ip4",
                "/ip4/",
                "/ip4/1.2.3.4/foo",
                "/unix/tmp/p2p.sock",
                "/ip4/256.0.0.1",
                "/ip4/1.2.3",
                "/ip4/01.2.3.4",
                "/ip4/localhost",
                "/ip6/1",
                "/ip6/:::",
                "/ip6/1::2::3",
                "/ip6/1:2:3:4:5:6:7:8:9",
                "/ip6/1:2:3:4:5:6:7::8",
                "/ip6/1.2.3.4::",
                "/ip6/fe80::1%eth0",
                "/tcp/65536",
                "/tcp/-1",
                "/tcp/+1",
                "/tcp/a",
                "/dns4/a b",
                "/p2p/12D3KooW",
                "/p2p/0",
                "/certhash/uA",
                "/certhash/zabc",
                "/http-path/%zz",
                "/ipcidr/129"
            })
    void refusesMalformedTextAndNamesIt(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Multiaddr.parse(text))
                .withMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "04",
                "04010203",
                "04c0a8fe002b81", // ipcidr 129
                "0600",
                "8400",
                "84",
                "ffffffffffffffffffff",
                "3500",
                "35022f61",
                "3502c328",
                "a50300",
                "35ff7f61",
                "ac02",
                "e10300"
            })
    void refusesMalformedBytes(String hex) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Multiaddr.fromBytes(HexFormat.of().parseHex(hex)))
                .withMessageStartingWith("not a multiaddr: ");
    }

    @Test
    void survivesRandomAndTruncatedBytes() {
        Random random = new Random(8231);
        byte[] whole = Multiaddr.parse(RELAY + "/p2p/" + ID).toBytes();
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = Arrays.copyOf(whole, random.nextInt(whole.length + 1));
            if (round % 2 == 0) {
                random.nextBytes(bytes);
            } else if (bytes.length > 0) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            Throwable failure = catchThrowable(
                    () -> assertThat(Multiaddr.parse(Multiaddr.fromBytes(bytes).toString()))
                            .isEqualTo(Multiaddr.fromBytes(bytes)));
            assertThat(failure == null || failure instanceof IllegalArgumentException)
                    .as("%s: %s", HexFormat.of().formatHex(bytes), failure)
                    .isTrue();
        }
    }

    @Test
    void boundsItsSize() {
        assertThatIllegalArgumentException().isThrownBy(() -> Multiaddr.parse("/dns/" + "a".repeat(5000)));
        assertThatIllegalArgumentException().isThrownBy(() -> Multiaddr.parse("/dns/" + "a".repeat(2100)));
        assertThatIllegalArgumentException().isThrownBy(() -> Multiaddr.fromBytes(new byte[2049]));
        assertThat(Multiaddr.parse("/tcp/1".repeat(64))).hasToString("/tcp/1".repeat(64));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Multiaddr.parse("/tcp/1".repeat(65)))
                .withMessageContaining("more than 64 components");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Multiaddr.fromBytes(HexFormat.of().parseHex("dd03".repeat(65))))
                .withMessageContaining("more than 64 components");
    }

    @Test
    void namesThePeerAtItsEnd() {
        PeerId id = PeerId.parse(ID);
        Multiaddr plain = Multiaddr.parse("/ip4/192.0.2.1/tcp/1");
        Multiaddr named = plain.withPeerId(id);

        assertThat(named).hasToString("/ip4/192.0.2.1/tcp/1/p2p/" + ID);
        assertThat(named.peerId()).contains(id);
        assertThat(named.withPeerId(id)).isEqualTo(named);
        assertThat(named.withoutPeerId()).isEqualTo(plain);
        assertThat(plain.peerId()).isEmpty();
        assertThat(plain.withoutPeerId()).isEqualTo(plain);
        assertThat(Multiaddr.parse(RELAY).peerId()).isEmpty();
        assertThat(Multiaddr.parse("/p2p/" + ID).withoutPeerId().isEmpty()).isTrue();
        PeerId other = PeerId.parse("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N");
        assertThatIllegalArgumentException().isThrownBy(() -> named.withPeerId(other));
    }

    @Test
    void isPutTogetherAndTakenApart() {
        Multiaddr relay = Multiaddr.parse("/ip4/192.0.2.1/tcp/1");
        Multiaddr circuit = Multiaddr.parse("/p2p-circuit");
        assertThat(relay.encapsulate(circuit)).hasToString("/ip4/192.0.2.1/tcp/1/p2p-circuit");
        assertThat(relay.encapsulate(circuit).decapsulate(circuit)).isEqualTo(relay);
        assertThat(Multiaddr.parse("/tcp/1/ws/tcp/1/ws").decapsulate(Multiaddr.parse("/tcp/1")))
                .hasToString("/tcp/1/ws");
        assertThat(relay.decapsulate(Multiaddr.parse("/tcp/10"))).isEqualTo(relay);
        assertThat(relay.valueOf(MultiaddrProtocol.TCP)).contains("1");
        assertThat(relay.has(MultiaddrProtocol.P2P_CIRCUIT)).isFalse();
    }

    @Test
    void convertsFromAndToSockets() throws Exception {
        for (String text : List.of("/ip4/127.0.0.1/tcp/80", "/ip6/::1/tcp/0")) {
            InetSocketAddress socket = Multiaddr.parse(text).tcpSocketAddress().orElseThrow();
            assertThat(socket.isUnresolved()).isFalse();
            assertThat(Multiaddr.of(socket)).hasToString(text);
        }
        assertThat(Multiaddr.of(new InetSocketAddress(InetAddress.getByAddress("name", new byte[] {10, 0, 0, 1}), 9)))
                .hasToString("/ip4/10.0.0.1/tcp/9");
        assertThat(Multiaddr.of(InetSocketAddress.createUnresolved("a.example", 9)))
                .hasToString("/dns/a.example/tcp/9");
        assertThat(Multiaddr.parse("/dns4/a.example/tcp/9/p2p/" + ID).tcpSocketAddress())
                .contains(InetSocketAddress.createUnresolved("a.example", 9));
        for (String text : List.of("/ip4/127.0.0.1/udp/80", "/tcp/1", "/ip4/1.2.3.4/tcp/1/ws", RELAY, "/dnsaddr/a")) {
            assertThat(Multiaddr.parse(text).tcpSocketAddress()).as(text).isEmpty();
        }
        assertThat(Multiaddr.parse("/ip6zone/no-such-interface/ip6/fe80::1/tcp/1")
                        .tcpSocketAddress())
                .isEmpty();
    }
}
