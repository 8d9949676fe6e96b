package dev.flotilla.libp2p.mdns;

import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.pnet.PreSharedKey;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Peers that find each other over a network in memory, and over multicast on the loopback interface alone. */
@ExtendWith(NoLeaks.class)
class MdnsTest {
    private static final String SERVICE = MdnsPacket.service(Optional.empty());
    private static final byte[] CLOSED = new byte[0];
    private static final Multiaddr PLACE = Multiaddr.parse("/ip4/192.0.2.7/tcp/4001")
            .withPeerId(PrivateKey.generate().peerId());

    private final Hosts hosts = new Hosts();
    private final List<Mdns> started = new ArrayList<>();
    private final List<BlockingQueue<byte[]>> network = new CopyOnWriteArrayList<>();
    private final List<byte[]> sent = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (Mdns each : started) {
            each.close();
        }
        hosts.close();
    }

    /** A socket in a network where everybody hears everything. */
    private MdnsSocket socket() {
        BlockingQueue<byte[]> inbox = new LinkedBlockingQueue<>();
        network.add(inbox);
        return new MdnsSocket() {
            @Override
            public void send(byte[] packet) {
                sent.add(packet);
                network.forEach(each -> each.add(packet));
            }

            @Override
            public byte[] receive(Duration patience) throws IOException {
                try {
                    byte[] packet = inbox.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
                    if (packet == CLOSED) {
                        throw new SocketException("closed");
                    }
                    return packet;
                } catch (InterruptedException e) {
                    throw new SocketException("interrupted");
                }
            }

            @Override
            public void close() {
                inbox.add(CLOSED);
            }
        };
    }

    private Map<PeerId, List<Multiaddr>> look(Host host, MdnsSocket socket) {
        return look(host, Optional.empty(), socket);
    }

    private Map<PeerId, List<Multiaddr>> look(Host host, Optional<PreSharedKey> key, MdnsSocket socket) {
        Map<PeerId, List<Multiaddr>> found = new ConcurrentHashMap<>();
        started.add(Mdns.start(host, key, found::put, socket));
        return found;
    }

    @Test
    void peersFindEachOther() {
        Host a = hosts.start();
        Host b = hosts.start();
        var foundByA = look(a, socket());
        var foundByB = look(b, socket());
        awaitUntil("both are found", () -> foundByA.size() == 1 && foundByB.size() == 1);
        assertThat(foundByA).containsEntry(b.peerId(), b.listenAddresses());
        assertThat(foundByB).containsEntry(a.peerId(), a.listenAddresses());
    }

    @Test
    void thoseOfAPrivateNetworkFindEachOtherAlone() {
        Optional<PreSharedKey> key = Optional.of(PreSharedKey.generate());
        Host a = hosts.start();
        Host b = hosts.start();
        Host other = hosts.start();
        Host open = hosts.start();
        var foundByOther = look(other, Optional.of(PreSharedKey.generate()), socket());
        var foundByOpen = look(open, socket());
        var foundByA = look(a, key, socket());
        look(b, key, socket());
        awaitUntil("b is found", () -> foundByA.containsKey(b.peerId()));
        int before = sent.size();
        awaitUntil("all have asked once more", () -> sent.size() >= before + 4);
        assertThat(foundByA).containsOnlyKeys(b.peerId());
        assertThat(foundByOther).isEmpty();
        assertThat(foundByOpen).isEmpty();
        assertThat(MdnsPacket.service(key)).isEqualTo("_p2p-" + key.get().fingerprint() + "._udp.local.");
    }

    @Test
    void peersFindEachOtherByMulticastOnLoopback() throws IOException {
        NetworkInterface loopback = NetworkInterface.networkInterfaces()
                .filter(each -> !MulticastGroup.isOutside(each))
                .findFirst()
                .orElseThrow();
        InetSocketAddress group = new InetSocketAddress("224.0.0.251", 20_000 + new Random().nextInt(20_000));
        var foundByA = look(hosts.start(), MulticastGroup.open(group, loopback::equals));
        Host b = hosts.start();
        look(b, MulticastGroup.open(group, loopback::equals));
        awaitUntil("b is found", () -> foundByA.containsKey(b.peerId()));
    }

    @Test
    void packetsOfOtherNetworksAreDropped() throws IOException {
        InetAddress outside = NetworkInterface.networkInterfaces()
                .filter(MulticastGroup::isOutside)
                .flatMap(NetworkInterface::inetAddresses)
                .filter(Inet4Address.class::isInstance)
                .findFirst()
                .orElse(null);
        assumeThat(outside).as("a machine in a network").isNotNull();
        InetSocketAddress group = new InetSocketAddress("224.0.0.251", 20_000 + new Random().nextInt(20_000));
        try (MulticastGroup opened = MulticastGroup.open(group, each -> !MulticastGroup.isOutside(each));
                DatagramSocket far = new DatagramSocket(0, outside);
                DatagramSocket near = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            far.send(new DatagramPacket(new byte[] {1}, 1, outside, group.getPort()));
            assertThat(opened.receive(Duration.ofSeconds(10))).isNull();
            near.send(new DatagramPacket(new byte[] {2}, 1, InetAddress.getLoopbackAddress(), group.getPort()));
            assertThat(opened.receive(Duration.ofSeconds(10))).containsExactly(2);
        }
    }

    @Test
    void aNetworkThatFailsForAWhileIsTriedAgain() {
        Host a = hosts.start();
        Host b = hosts.start();
        MdnsSocket sound = socket();
        AtomicBoolean failed = new AtomicBoolean();
        var foundByA = look(a, new MdnsSocket() {
            @Override
            public void send(byte[] packet) throws IOException {
                sound.send(packet);
            }

            @Override
            public byte @Nullable [] receive(Duration patience) throws IOException {
                if (failed.compareAndSet(false, true)) {
                    throw new SocketException("the network is down");
                }
                return sound.receive(patience);
            }

            @Override
            public void close() throws IOException {
                sound.close();
            }
        });
        look(b, socket());
        awaitUntil("b is found", () -> foundByA.containsKey(b.peerId()));
        assertThat(failed).isTrue();
    }

    @Test
    void aFloodOfQuestionsIsAnsweredOnceASecond() {
        Host a = hosts.start();
        look(a, socket());
        awaitUntil("its own question is answered", () -> sent.size() >= 2);
        int before = sent.size();
        for (int i = 0; i < 1000; i++) {
            network.get(0).add(MdnsPacket.query(SERVICE));
        }
        awaitUntil("all are read", () -> network.get(0).isEmpty());
        assertThat(sent.size() - before).as("own questions included").isLessThan(20);
    }

    @Test
    void junkIsSurvived() {
        Host a = hosts.start();
        var found = look(a, socket());
        Random random = new Random(5);
        byte[] answer = MdnsPacket.answer(SERVICE, "x".repeat(40), List.of(PLACE));
        for (int i = 0; i < 500; i++) {
            byte[] junk = answer.clone();
            for (int flips = random.nextInt(8); flips >= 0; flips--) {
                junk[random.nextInt(junk.length)] = (byte) random.nextInt(256);
            }
            network.get(0).add(junk);
        }
        network.get(0)
                .add(MdnsPacket.answer(
                        SERVICE,
                        "x".repeat(40),
                        List.of(Multiaddr.parse("/ip4/192.0.2.8/tcp/1")
                                .withPeerId(PrivateKey.generate().peerId()))));
        awaitUntil("it still listens", () -> found.containsValue(List.of(Multiaddr.parse("/ip4/192.0.2.8/tcp/1"))));
    }

    @Test
    void packetsSayWhatTheSpecificationHas() {
        assertThat(MdnsPacket.decode(SERVICE, MdnsPacket.query(SERVICE)))
                .isEqualTo(new MdnsPacket(true, false, List.of()));
        byte[] answer = MdnsPacket.answer(SERVICE, "x".repeat(40), List.of(PLACE));
        assertThat(MdnsPacket.decode(SERVICE, answer)).isEqualTo(new MdnsPacket(false, false, List.of(PLACE)));
        assertThat(new String(answer, StandardCharsets.ISO_8859_1))
                .contains("\4_p2p\4_udp\5local\0", "dnsaddr=" + PLACE);
    }

    /** RFC 6763 §9, as tools that list services ask. */
    @Test
    void whoAsksForServicesIsToldOfThisOneOnceASecond() {
        look(hosts.start(), socket());
        byte[] question = HexFormat.of()
                .parseHex("000000000001000000000000" + "095f7365727669636573" + "075f646e732d7364" + "045f756470"
                        + "056c6f63616c00" + "000c" + "0001");
        assertThat(MdnsPacket.decode(SERVICE, question)).isEqualTo(new MdnsPacket(false, true, List.of()));
        for (int i = 0; i < 100; i++) {
            network.get(0).add(question);
        }
        awaitUntil("all are read", () -> network.get(0).isEmpty());
        awaitUntil("it is answered", () -> sent.stream().anyMatch(MdnsTest::tellsServices));
        assertThat(sent.stream().filter(MdnsTest::tellsServices).count()).isLessThan(20);
    }

    private static boolean tellsServices(byte[] packet) {
        return Arrays.equals(packet, MdnsPacket.services(SERVICE));
    }

    /** RFC 6762 §10.1. */
    @Test
    void whoLeavesSaysGoodbyeIfItWasFound() throws IOException {
        look(hosts.start(), socket());
        Mdns leaving = started.get(0);
        awaitUntil("its own question is answered", () -> sent.size() >= 2);
        leaving.close();
        leaving.close();
        String answer = new String(sent.get(1), StandardCharsets.ISO_8859_1);
        String name = answer.substring(answer.indexOf('(') + 1).substring(0, 40); // behind its length, which is 40
        assertThat(sent.stream().filter(packet -> Arrays.equals(packet, MdnsPacket.goodbye(SERVICE, name))))
                .hasSize(1);
        assertThat(HexFormat.of().formatHex(MdnsPacket.goodbye(SERVICE, name))).contains("000c" + "0001" + "00000000");
    }

    @Test
    void addressesOfWhoSaysGoodbyeAreNotTaken() {
        byte[] answer = MdnsPacket.answer(SERVICE, "x".repeat(40), List.of(PLACE));
        String hex = HexFormat.of().formatHex(answer);
        assertThat(hex).contains("8001" + "00000078"); // own records, for 120 s
        byte[] goodbye = HexFormat.of().parseHex(hex.replace("800100000078", "800100000000"));
        assertThat(MdnsPacket.decode(SERVICE, answer).addresses()).containsExactly(PLACE);
        assertThat(MdnsPacket.decode(SERVICE, goodbye).addresses()).isEmpty();
    }

    @Test
    void packetsStaySmallAndAddressesThatDoNotFitAreLeftOut() {
        List<Multiaddr> many = new ArrayList<>();
        for (int port = 1; port < 100; port++) {
            many.add(Multiaddr.parse("/ip4/192.0.2.7/tcp/" + port)
                    .withPeerId(PLACE.peerId().orElseThrow()));
        }
        byte[] answer = MdnsPacket.answer(SERVICE, "x".repeat(40), many);
        assertThat(answer.length).isLessThanOrEqualTo(1400);
        assertThat(MdnsPacket.decode(SERVICE, answer).addresses())
                .hasSizeBetween(8, 20)
                .isSubsetOf(many);
    }
}
