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
        try (NatPmpGateway gateway = new NatPmpGateway();
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
            Multiaddr outside = Multiaddr.parse("/ip4/203.0.113.9/tcp/" + NatPmpGateway.externalPort(port));
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
