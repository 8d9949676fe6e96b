package dev.flotilla.libp2p.autonat;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.autonat.DialBackAddresses.Chosen;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.transport.PeerId;
import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DialBackAddressesTest {
    private static final PeerId PEER = PrivateKey.generate().peerId();
    private static final String GOOD = "/ip4/1.2.3.4/tcp/4001";

    private final DialBackAddresses addresses = new DialBackAddresses(
            false, (peer, address) -> !address.toString().contains("/ws"), ip -> !(ip instanceof Inet6Address));
    private final DialBackAddresses dualStack = new DialBackAddresses(false, (peer, address) -> true, ip -> true);

    private static List<ByteString> bytes(String... texts) {
        return Stream.of(texts)
                .map(text -> ByteString.copyFrom(Multiaddr.parse(text).toBytes()))
                .toList();
    }

    @Test
    void theFirstThatCanBeDialledIsChosen() {
        List<ByteString> asked = new ArrayList<>(bytes(
                "/ip4/1.2.3.4/tcp/4001/ws", // no transport
                "/ip6/2600::1/tcp/4001", // no route
                "/dns4/flotilla.example/tcp/4001",
                GOOD + "/p2p/" + PrivateKey.generate().peerId(),
                GOOD + "/p2p/" + PEER + "/p2p-circuit"));
        asked.add(ByteString.copyFromUtf8("none"));
        asked.add(ByteString.EMPTY);
        assertThat(addresses.first(PEER, asked)).isEmpty();
        asked.addAll(bytes(GOOD + "/p2p/" + PEER, "/ip4/1.2.3.4/udp/4001/quic-v1"));
        Chosen chosen = addresses.first(PEER, asked).orElseThrow();
        assertThat(chosen.index()).isEqualTo(7);
        assertThat(chosen.address()).hasToString(GOOD);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/ip4/0.0.0.0/tcp/1",
                "/ip4/10.1.2.3/tcp/1",
                "/ip4/100.64.0.1/tcp/1",
                "/ip4/127.0.0.1/tcp/1",
                "/ip4/169.254.169.254/tcp/80",
                "/ip4/172.31.0.1/tcp/1",
                "/ip4/192.168.0.1/tcp/1",
                "/ip4/224.0.0.251/udp/1/quic-v1",
                "/ip4/255.255.255.255/udp/1/quic-v1",
                "/ip6/::/tcp/1",
                "/ip6/::1/tcp/1",
                "/ip6/::ffff:10.0.0.1/tcp/1",
                "/ip6/64:ff9b::a00:1/tcp/1",
                "/ip6/2002:a00:1::/tcp/1",
                "/ip6/2001:db8::1/tcp/1",
                "/ip6/fd00::1/tcp/1",
                "/ip6/fe80::1/tcp/1",
                "/ip6/ff02::1/udp/1/quic-v1",
            })
    void whatIsNotInThePublicInternetIsNotDialled(String address) {
        assertThat(dualStack.first(PEER, bytes(address))).isEmpty();
        assertThat(new DialBackAddresses(true, (peer, each) -> true, ip -> true).first(PEER, bytes(address)))
                .isPresent();
    }

    @Test
    void publicAddressesOfBothFamiliesAreDialled() {
        assertThat(dualStack.first(PEER, bytes("/ip6/2600::1/tcp/1"))).isPresent();
        assertThat(dualStack.first(PEER, bytes("/ip4/172.32.0.1/tcp/1"))).isPresent();
    }
}
