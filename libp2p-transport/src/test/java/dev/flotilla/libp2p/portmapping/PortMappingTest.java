package dev.flotilla.libp2p.portmapping;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import com.offbynull.portmapper.gateways.network.NetworkGateway;
import com.offbynull.portmapper.gateways.network.internalmessages.KillNetworkRequest;
import com.offbynull.portmapper.mapper.PortMapper;
import com.offbynull.portmapper.mappers.natpmp.NatPmpPortMapper;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.crypto.PrivateKey;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The library's own NAT-PMP with a router on loopback. */
class PortMappingTest {
    private static final Duration SOON = Duration.ofMillis(50);

    /** The library, told where the router is. */
    private static Routers at(NatPmpGateway gateway) {
        NetworkGateway network = NetworkGateway.create();
        return new Routers() {
            @Override
            public List<PortMapper> discover() {
                return List.of(
                        new NatPmpPortMapper(network.getBus(), InetAddress.getLoopbackAddress(), gateway.address()));
            }

            @Override
            public void close() {
                network.getBus().send(new KillNetworkRequest());
            }
        };
    }

    @Test
    void portsAreMappedAdvertisedRenewedAndGivenBack() throws Exception {
        try (NatPmpGateway gateway = new NatPmpGateway(InetAddress.getByName("1.2.3.4"));
                Host host = Host.builder(PrivateKey.generate())
                        .listen(Multiaddr.parse("/ip4/0.0.0.0/tcp/0"))
                        .listen(Multiaddr.parse("/ip4/127.0.0.1/tcp/0")) // nobody's business outside
                        .build()) {
            await(host.start());
            int port = Integer.parseInt(host.listenAddresses().stream()
                    .filter(address -> !address.toString().startsWith("/ip4/127."))
                    .findFirst()
                    .flatMap(address -> address.valueOf(MultiaddrProtocol.TCP))
                    .orElseThrow());
            Multiaddr outside = Multiaddr.parse("/ip4/1.2.3.4/tcp/" + NatPmpGateway.externalPort(port));
            PortMapping mapping = PortMapping.start(host, () -> at(gateway), SOON);
            try {
                awaitUntil("it is advertised", () -> host.reachableAddresses().contains(outside));
                assertThat(gateway.mapped()).containsOnly(Map.entry(NatPmpGateway.externalPort(port), 1800));
                int before = gateway.mappings();
                awaitUntil("it is renewed", () -> gateway.mappings() > before);
                assertThat(host.reachableAddresses()).contains(outside);
            } finally {
                mapping.close();
            }
            awaitUntil("it is given back", () -> gateway.mapped().isEmpty());
            assertThat(host.reachableAddresses()).doesNotContain(outside);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"100.64.1.2", "10.1.2.3", "169.254.1.2", "192.0.0.4"})
    void behindASecondRouterNothingIsAdvertised(String outside) throws Exception {
        try (NatPmpGateway gateway = new NatPmpGateway(InetAddress.getByName(outside));
                Host host = Host.builder(PrivateKey.generate())
                        .listen(Multiaddr.parse("/ip4/0.0.0.0/tcp/0"))
                        .build()) {
            await(host.start());
            PortMapping mapping = PortMapping.start(host, () -> at(gateway), SOON);
            try {
                awaitUntil("it was mapped and renewed", () -> gateway.mappings() > 1);
                assertThat(host.reachableAddresses())
                        .noneMatch(address -> address.toString().startsWith("/ip4/" + outside));
            } finally {
                mapping.close();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1800, 900", "600, 300", "120, 60", "7, 60", "0, 60", "4294967295, 900"})
    void isRenewedAtHalfTheTimeThatTheRouterGrants(long granted, long renewal) {
        assertThat(PortMapping.renewalOf(granted)).isEqualTo(Duration.ofSeconds(renewal));
    }

    @Test
    void withoutARouterNothingHappens() throws Exception {
        try (Host host = Host.builder(PrivateKey.generate())
                .listen(Multiaddr.parse("/ip4/0.0.0.0/tcp/0"))
                .build()) {
            await(host.start());
            List<Multiaddr> before = host.reachableAddresses();
            PortMapping mapping = PortMapping.start(
                    host,
                    () -> new Routers() {
                        @Override
                        public List<PortMapper> discover() {
                            return List.of();
                        }

                        @Override
                        public void close() {}
                    },
                    SOON);
            assertThat(host.reachableAddresses()).isEqualTo(before);
            mapping.close();
        }
    }

    @Test
    void aFailureOfTheLibraryIsNotTheEnd() {
        try (Host host = Host.builder(PrivateKey.generate())
                .listen(Multiaddr.parse("/ip4/0.0.0.0/tcp/0"))
                .build()) {
            await(host.start());
            AtomicInteger asked = new AtomicInteger();
            PortMapping mapping = PortMapping.start(
                    host,
                    () -> {
                        asked.incrementAndGet();
                        throw new IllegalStateException("no bus");
                    },
                    SOON);
            try {
                awaitUntil("it is asked again", () -> asked.get() >= 2);
            } finally {
                mapping.close();
            }
        }
    }
}
