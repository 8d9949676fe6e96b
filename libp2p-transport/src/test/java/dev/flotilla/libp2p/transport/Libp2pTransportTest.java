package dev.flotilla.libp2p.transport;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.AddressBook;
import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.HostCounters;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.transport.Transports.Peer;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.Outbound;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transports over real sockets: what happens when connections come, go and double. */
class Libp2pTransportTest {
    private final Transports peers = new Transports();

    @AfterEach
    void close() {
        peers.close();
    }

    private static void wants(Peer one, Peer... others) {
        Set<PeerId> ids = new HashSet<>();
        for (Peer other : others) {
            ids.add(other.transport().localPeerId());
        }
        one.transport().keepConnected(ids);
    }

    private static Outbound way(Peer from, Peer to, Lane lane) {
        return from.transport().connect(to.transport().localPeerId(), lane);
    }

    private static Queue<String> listen(Peer peer, Lane lane) {
        Queue<String> received = new ConcurrentLinkedQueue<>();
        peer.transport().listen(lane, frame -> received.add(frame.payload().utf8()));
        return received;
    }

    /** Sends until it arrives: what is lost with a connection is sent again. */
    private static void arrives(Outbound way, Queue<String> received, String text) {
        awaitUntil(text, () -> {
            boolean there = received.contains(text);
            return there || (way.trySend(Bytes.utf8(text)) && received.contains(text));
        });
    }

    private static boolean isConnected(Peer one, Peer other) {
        return !one.host().connections(other.transport().localPeerId()).isEmpty();
    }

    @Test
    void reconnectsWhenTheOtherSideIsStartedAgainOnItsPort() throws Exception {
        PrivateKey identity = PrivateKey.generate();
        Peer a = peers.start();
        Peer b = peers.start(identity, Transports.ANY_PORT, AddressBook.inMemory());
        a.knows(b);
        wants(a, b);
        Outbound way = way(a, b, Lane.CONTROL);
        arrives(way, listen(b, Lane.CONTROL), "before");
        Multiaddr address = b.address();
        b.close();
        Peer again = peers.start(identity, address, AddressBook.inMemory());
        arrives(way, listen(again, Lane.CONTROL), "after");
    }

    @Test
    void findsAPeerThatWasStartedAgainOnAnotherPort() throws Exception {
        PrivateKey identity = PrivateKey.generate();
        AddressBook book = AddressBook.inMemory();
        Peer a = peers.start();
        Peer b = peers.start(identity, Transports.ANY_PORT, book);
        Peer c = peers.start();
        a.knows(b);
        a.knows(c);
        wants(a, b, c);
        wants(b, a, c);
        wants(c, a, b);
        awaitUntil(
                "all know b",
                () -> isConnected(c, b)
                        && isConnected(b, a)
                        && book.addresses(a.host().peerId()).contains(a.address()));
        Multiaddr before = b.address();
        b.close();
        awaitUntil("b is gone", () -> !isConnected(a, b) && !isConnected(c, b));
        book.remove(c.host().peerId());
        Peer holder = peers.start(PrivateKey.generate(), before, AddressBook.inMemory()); // another has its port now
        Peer again = peers.start(identity, Transports.ANY_PORT, book);
        assertThat(again.address()).isNotEqualTo(holder.address());
        wants(again, a, c);
        arrives(way(a, again, Lane.CONTROL), listen(again, Lane.CONTROL), "from a");
        arrives(way(c, again, Lane.REPLICATION), listen(again, Lane.REPLICATION), "from c");
    }

    @Test
    void peersFindEachOtherThroughACommonAcquaintance() throws Exception {
        Peer a = peers.start();
        Peer b = peers.start();
        Peer c = peers.start();
        a.knows(b);
        c.knows(b);
        wants(b, a, c);
        wants(a, b, c);
        wants(c, a, b);
        awaitUntil("a and c met", () -> isConnected(a, c) && isConnected(c, a));
        awaitUntil("a remembers", () -> a.book().addresses(c.host().peerId()).contains(c.address()));
    }

    @Test
    void aStrangerLearnsNothingOfOthers() throws Exception {
        Peer a = peers.start();
        Peer b = peers.start();
        Peer stranger = peers.start();
        a.knows(b);
        stranger.knows(a);
        wants(a, b);
        wants(b, a);
        wants(stranger, a, b);
        awaitUntil("connected", () -> isConnected(b, a) && isConnected(stranger, a) && isConnected(a, b));
        String asked = ask(b, a);
        assertThat(asked).contains(raw(a)).doesNotContain(raw(stranger));
        awaitUntil("b told a about itself", () -> ask(b, a).contains(raw(b)));
        assertThat(ask(stranger, a)).contains(raw(a)).doesNotContain(raw(b));
        assertThat(stranger.book().addresses(b.host().peerId())).isEmpty();
        assertThat(stranger.transport().counters().get(TransportCounters.Event.RECORD_REFUSED))
                .isZero();
    }

    private static String raw(Peer peer) {
        return new String(peer.host().peerId().toBytes(), StandardCharsets.ISO_8859_1);
    }

    private static String raw(Multiaddr address) {
        return new String(address.toBytes(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void aLoopbackAddressIsPassedOnOnlyWhereThereIsNoOther() throws Exception {
        Peer a = peers.start();
        Peer b = peers.start();
        b.knows(a);
        wants(b, a);
        awaitUntil("connected", () -> isConnected(b, a));
        assertThat(ask(b, a)).contains(raw(a.address()));
        Multiaddr other = Multiaddr.parse("/ip4/192.0.2.1/tcp/4001");
        a.host().advertise("test", List.of(other));
        assertThat(ask(b, a)).contains(raw(other)).doesNotContain(raw(a.address()));
    }

    private static String ask(Peer asker, Peer asked) {
        Stream stream = await(asker.host().newStream(asked.host().peerId(), AddressExchange.PROTOCOL));
        stream.finish();
        return new String(await(stream.readToEnd(1 << 20)), StandardCharsets.ISO_8859_1);
    }

    @Test
    void bothSidesDialAtOnceAndAllLanesWork() throws Exception {
        for (int round = 0; round < 8; round++) {
            List<Peer> two = peers.startAcquainted(2);
            Peer a = two.get(0);
            Peer b = two.get(1);
            AtomicInteger events = new AtomicInteger();
            a.transport().connectivity(new Transitions(events));
            Queue<String> atA = listen(a, Lane.CONTROL);
            Queue<String> atB = listen(b, Lane.CONTROL);
            Thread other = new Thread(() -> wants(b, a));
            other.start();
            wants(a, b);
            other.join();
            arrives(way(a, b, Lane.CONTROL), atB, "there");
            arrives(way(b, a, Lane.CONTROL), atA, "back");
            awaitUntil(
                    "one connection is left",
                    () -> a.host().connections().size() == 1
                            && b.host().connections().size() == 1);
            arrives(way(a, b, Lane.CONTROL), atB, "there again");
            arrives(way(b, a, Lane.CONTROL), atA, "back again");
            assertThat(events).hasValue(1);
            a.close();
            b.close();
        }
    }

    /** Counts connections that were told and not told lost. */
    private static class Transitions implements PeerTransport.ConnectivityListener {
        private final AtomicInteger connected;

        Transitions(AtomicInteger connected) {
            this.connected = connected;
        }

        @Override
        public void connected(PeerId peer) {
            connected.incrementAndGet();
        }

        @Override
        public void lost(PeerId peer, boolean closedByPeer) {
            connected.decrementAndGet();
        }

        @Override
        public void unreachable(PeerId peer, String reason, boolean refused) {}
    }

    @Test
    void whoListensLateIsToldOfThoseWhoAreThere() throws Exception {
        List<Peer> two = peers.startAcquainted(2);
        wants(two.get(0), two.get(1));
        awaitUntil("connected", () -> isConnected(two.get(1), two.get(0)));
        AtomicInteger connected = new AtomicInteger();
        two.get(1).transport().connectivity(new Transitions(connected));
        awaitUntil("told", () -> connected.get() == 1);
    }

    @Test
    void movingToAnotherConnectionLosesAndReordersNothing() throws Exception {
        List<Peer> two = peers.startAcquainted(2);
        boolean inOrder = two.get(0).host().peerId().compareTo(two.get(1).host().peerId()) < 0;
        Peer smaller = two.get(inOrder ? 0 : 1);
        Peer larger = two.get(inOrder ? 1 : 0);
        Queue<String> received = listen(smaller, Lane.REPLICATION);
        wants(larger, smaller);
        Outbound way = way(larger, smaller, Lane.REPLICATION);
        arrives(way, received, "first");
        Connection first = larger.host().connections().get(0);
        CountDownLatch half = new CountDownLatch(1);
        Thread sending = new Thread(() -> {
            for (int i = 0; i < 2000; i++) {
                String text = Integer.toString(i);
                awaitUntil(text, () -> way.trySend(Bytes.utf8(text)));
                if (i == 500) {
                    half.countDown();
                }
            }
        });
        sending.start();
        half.await();
        // A second process with the smaller peer's identity dials: its connection is preferred from now on.
        Peer twin = peers.start(smaller.identity(), Transports.ANY_PORT, AddressBook.inMemory());
        twin.transport()
                .listen(Lane.REPLICATION, frame -> received.add(frame.payload().utf8()));
        twin.knows(larger);
        wants(twin, larger);
        sending.join();
        await(first.closed());
        awaitUntil("the last one", () -> way.trySend(Bytes.utf8("2000")));
        awaitUntil("all came", () -> received.contains("2000"));
        received.removeIf("first"::equals); // it was sent until it arrived
        assertThat(received)
                .containsExactlyElementsOf(IntStream.rangeClosed(0, 2000)
                        .mapToObj(Integer::toString)
                        .toList());
        assertThat(twin.transport().counters().get(TransportCounters.Event.FRAME_RECEIVED))
                .isPositive();
    }

    /** One dead host must not cost the others their connections, nor a caller its time (sofa-jraft 810, 834). */
    @Test
    void aPeerThatNeverAnswersADialHoldsUpNobodyElse() throws Exception {
        Peer a = peers.start();
        Peer b = peers.start();
        PeerId mute = PrivateKey.generate().peerId();
        AtomicInteger given = new AtomicInteger();
        a.transport().connectivity(new Transitions(new AtomicInteger()) {
            @Override
            public void unreachable(PeerId peer, String reason, boolean refused) {
                given.incrementAndGet();
            }
        });
        try (ServerSocket silent =
                new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) { // connects, and is silent
            a.book().addSeen(mute, List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/" + silent.getLocalPort())));
            a.transport().keepConnected(Set.of(mute));
            Socket dialled = silent.accept();
            a.knows(b);
            a.transport().keepConnected(Set.of(mute, b.transport().localPeerId()));
            Outbound toMute = a.transport().connect(mute, Lane.CONTROL);
            arrives(way(a, b, Lane.CONTROL), listen(b, Lane.CONTROL), "to b");
            assertThat(given).as("dials given up by then").hasValue(0);
            assertThat(toMute.trySend(Bytes.utf8("to nobody"))).isFalse();
            dialled.close();
        }
    }

    /** A process that is killed closes its sockets one by one: only who refuses has closed all of them. */
    @Test
    void whoseProcessDiesIsDialledUntilItRefusesWithoutWaitingForTheRedialDelay() throws Exception {
        Peer a = peers.start(TransportConfig.defaults().withRedialDelays(Duration.ofHours(1), Duration.ofHours(1)));
        Peer b = peers.start();
        int port = Integer.parseInt(b.address().valueOf(MultiaddrProtocol.TCP).orElseThrow());
        Queue<Boolean> refusals = new ConcurrentLinkedQueue<>();
        a.transport().connectivity(new Transitions(new AtomicInteger()) {
            @Override
            public void unreachable(PeerId peer, String reason, boolean refused) {
                refusals.add(refused);
            }
        });
        try (DyingProcess process = new DyingProcess(port, 2)) {
            a.book().addSeen(b.host().peerId(), List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/" + process.port())));
            wants(a, b);
            arrives(way(a, b, Lane.CONTROL), listen(b, Lane.CONTROL), "before");
            process.cutOff();
            b.close();
            process.die();
            awaitUntil("refused", () -> refusals.contains(true));
            assertThat(refusals).containsExactly(false, false, true);
        }
    }

    @Test
    void nobodyIsDialledWhoIsNotNamedAnyMore() throws Exception {
        Peer a = peers.start();
        Peer b = peers.start();
        a.knows(b);
        b.close();
        AtomicInteger unreachable = new AtomicInteger();
        a.transport().connectivity(new Transitions(new AtomicInteger()) {
            @Override
            public void unreachable(PeerId peer, String reason, boolean refused) {
                assertThat(reason).contains(peer.toString()).contains("refused");
                if (refused) {
                    unreachable.incrementAndGet();
                }
            }
        });
        wants(a, b);
        awaitUntil("dialled again and again", () -> unreachable.get() >= 3);
        wants(a);
        Peer c = peers.start();
        a.knows(c);
        wants(a, c);
        awaitUntil("c is there", () -> isConnected(a, c)); // by then what was under way has ended
        int before = unreachable.get();
        Peer d = peers.start();
        a.knows(d);
        wants(a, c, d);
        awaitUntil("d is there", () -> isConnected(a, d));
        assertThat(unreachable.get()).isLessThanOrEqualTo(before + 1);
    }

    @Test
    void aPeerNeverDialsItself() throws Exception {
        Peer a = peers.start();
        Peer b = peers.start();
        a.knows(a);
        a.knows(b);
        wants(a, a, b);
        awaitUntil("b is there", () -> isConnected(a, b));
        assertThat(isConnected(a, a)).isFalse();
        assertThat(a.host().counters().get(HostCounters.Event.DIAL_FAILED)).isZero();
    }

    @Test
    void theAddressBookIsOnDiskAfterwards(@TempDir Path directory) throws Exception {
        Peer a = peers.start(PrivateKey.generate(), Transports.ANY_PORT, AddressBook.open(directory));
        Peer b = peers.start();
        b.knows(a);
        wants(a, b);
        wants(b, a);
        Multiaddr address = b.address();
        awaitUntil("a was told", () -> a.book().addresses(b.host().peerId()).contains(address));
        a.close();
        assertThat(AddressBook.open(directory).addresses(b.host().peerId())).contains(address);
    }

    @Test
    void closingLeavesNoThread() throws Exception {
        List<Peer> two = peers.startAcquainted(2);
        wants(two.get(0), two.get(1));
        way(two.get(0), two.get(1), Lane.CONTROL);
        awaitUntil("connected", () -> isConnected(two.get(1), two.get(0)));
        two.forEach(Peer::close);
        awaitUntil("no thread is left", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.isAlive() && thread.getName().startsWith("libp2p-")));
    }
}
