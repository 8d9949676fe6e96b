package dev.flotilla.libp2p.transport;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.transport.TransportCounters.Event;
import dev.flotilla.libp2p.transport.Transports.Peer;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.Outbound;
import dev.flotilla.transport.PeerId;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What goes over the lanes: much of it, to slow readers, and from peers that mean harm. */
class FrameLanesTest {
    private final Transports peers = new Transports();
    private final Hosts hosts = new Hosts();

    @AfterEach
    void close() {
        peers.close();
        hosts.close();
    }

    @Test
    void thousandsOfFramesBothWaysArriveOnceAndInOrder() throws Exception {
        List<Peer> two = peers.startAcquainted(2);
        PeerId first = two.get(0).host().peerId();
        PeerId second = two.get(1).host().peerId();
        Map<PeerId, ConcurrentLinkedQueue<Integer>> received = new HashMap<>();
        for (Peer peer : two) {
            ConcurrentLinkedQueue<Integer> queue = new ConcurrentLinkedQueue<>();
            received.put(peer.host().peerId(), queue);
            peer.transport()
                    .listen(
                            Lane.REPLICATION,
                            frame -> queue.add(frame.payload().asByteBuffer().getInt()));
        }
        two.get(0).transport().keepConnected(Set.of(second));
        awaitUntil("connected", () -> !two.get(1).host().connections(first).isEmpty());
        Thread there = sender(two.get(0), second, 3000);
        Thread back = sender(two.get(1), first, 3000);
        there.join();
        back.join();
        for (ConcurrentLinkedQueue<Integer> queue : received.values()) {
            awaitUntil("all frames", () -> queue.size() >= 3000);
            int expected = 0;
            for (int number : queue) {
                assertThat(number).isEqualTo(expected++);
            }
            assertThat(expected).isEqualTo(3000);
        }
    }

    private static Thread sender(Peer from, PeerId to, int count) {
        Outbound way = from.transport().connect(to, Lane.REPLICATION);
        Random random = new Random(count);
        Thread thread = new Thread(() -> {
            for (int i = 0; i < count; i++) {
                byte[] frame = new byte[4 + random.nextInt(random.nextInt(100) == 0 ? 300_000 : 2_000)];
                ByteBuffer.wrap(frame).putInt(i);
                awaitUntil("room", () -> way.trySend(Bytes.wrap(frame)));
            }
        });
        thread.start();
        return thread;
    }

    @Test
    void aReaderThatIsSlowOnOneLaneHoldsBackThatLaneAlone() throws Exception {
        Peer sender = peers.start();
        Host reader = hosts.start();
        Map<Character, Stream> streams = new ConcurrentHashMap<>(); // by the first letter of the lane
        AtomicLong controlBytes = new AtomicLong();
        reader.handle(FrameSender.PROTOCOL, stream -> stream.read().whenComplete((bytes, failure) -> {
            char lane = (char) bytes.getByte(1);
            streams.put(lane, stream);
            controlBytes.addAndGet(lane == 'c' ? bytes.readableBytes() : 0);
            bytes.release();
            if (lane == 'c') {
                readAll(stream, controlBytes);
            }
        }));
        sender.book().addSeen(reader.peerId(), reader.listenAddresses());
        sender.transport().keepConnected(Set.of(reader.peerId()));
        Outbound replication = sender.transport().connect(reader.peerId(), Lane.REPLICATION);
        Outbound control = sender.transport().connect(reader.peerId(), Lane.CONTROL);
        AtomicInteger writable = new AtomicInteger();
        replication.onWritable(writable::incrementAndGet);
        awaitUntil("both streams", () -> {
            replication.trySend(Bytes.utf8("r"));
            control.trySend(Bytes.utf8("c"));
            return streams.size() == 2;
        });
        Bytes frame = Bytes.wrap(new byte[100_000]);
        awaitUntil("the lane is full", () -> !replication.trySend(frame));
        long before = controlBytes.get();
        awaitUntil("the other lane goes on", () -> {
            control.trySend(frame);
            return controlBytes.get() > before + 2_000_000;
        });
        awaitUntil("the lane is full again", () -> !replication.trySend(frame));
        int callsBefore = writable.get();
        readAll(Objects.requireNonNull(streams.get('r')), new AtomicLong());
        awaitUntil("called back", () -> writable.get() == callsBefore + 1);
        assertThat(replication.trySend(frame)).isTrue();
    }

    /** However many frames are sent, heartbeats above all: each lane has one stream as long as the connection lasts. */
    @Test
    void framesOfALaneTravelOnOneStream() throws Exception {
        Peer sender = peers.start();
        Host reader = hosts.start();
        AtomicInteger streams = new AtomicInteger();
        AtomicLong bytes = new AtomicLong();
        reader.handle(FrameSender.PROTOCOL, stream -> {
            streams.incrementAndGet();
            readAll(stream, bytes);
        });
        sender.book().addSeen(reader.peerId(), reader.listenAddresses());
        sender.transport().keepConnected(Set.of(reader.peerId()));
        List<Outbound> ways = List.of(
                sender.transport().connect(reader.peerId(), Lane.CONTROL),
                sender.transport().connect(reader.peerId(), Lane.REPLICATION));
        Bytes frame = Bytes.wrap(new byte[20]);
        for (int i = 1; i <= 2_000; i++) {
            for (Outbound way : ways) {
                awaitUntil("room", () -> way.trySend(frame));
            }
            if (i % 100 == 0) { // what was sent has left: a stream that is used no more would be closed by now
                long sent = 2L * i * frame.size();
                awaitUntil("read", () -> bytes.get() >= sent);
            }
        }
        assertThat(streams).hasValue(2);
    }

    private static void readAll(Stream stream, AtomicLong count) {
        stream.read().whenComplete((bytes, failure) -> {
            if (bytes != null) {
                count.addAndGet(bytes.readableBytes());
                bytes.release();
                readAll(stream, count);
            }
        });
    }

    @Test
    void aPeerThatSendsAFrameTooLargeIsDisconnected() throws Exception {
        offends(new byte[] {7, 'c', 'o', 'n', 't', 'r', 'o', 'l', (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f, 1, 2});
    }

    @Test
    void aPeerThatSendsGarbageIsDisconnected() throws Exception {
        byte[] garbage = new byte[5_000];
        new Random(3).nextBytes(garbage);
        garbage[0] = (byte) 0xff;
        garbage[1] = (byte) 0xff;
        offends(garbage);
    }

    @Test
    void aPeerThatNamesAnUnknownLaneIsDisconnected() throws Exception {
        offends(new byte[] {3, 'f', 'o', 'o'});
    }

    private void offends(byte[] bytes) throws Exception {
        Peer victim = peers.start();
        victim.transport().listen(Lane.CONTROL, frame -> {});
        Host offender = hosts.start();
        for (var protocol : List.of(FrameSender.PROTOCOL, ByteStreams.PROTOCOL)) {
            if (protocol.equals(ByteStreams.PROTOCOL) && bytes[0] == 7) {
                continue; // bytes that follow the lane's name are all right there
            }
            long before = victim.transport().counters().get(Event.PROTOCOL_ERROR);
            var connection =
                    await(offender.connect(victim.host().peerId(), victim.host().listenAddresses()));
            Stream stream = await(connection.newStream(protocol));
            stream.write(bytes);
            await(connection.closed());
            assertThat(victim.transport().counters().get(Event.PROTOCOL_ERROR)).isEqualTo(before + 1);
            awaitUntil("forgotten", () -> offender.connections().isEmpty());
        }
    }

    @Test
    void aLaneThatNobodyListensToIsRefusedAndTakenLater() throws Exception {
        List<Peer> two = peers.startAcquainted(2);
        Peer a = two.get(0);
        Peer b = two.get(1);
        a.transport().keepConnected(Set.of(b.host().peerId()));
        Outbound way = a.transport().connect(b.host().peerId(), Lane.CONTROL);
        awaitUntil("refused", () -> b.transport().counters().get(Event.STREAM_REFUSED) > 0);
        assertThat(b.host().connections()).hasSize(1);
        AtomicInteger received = new AtomicInteger();
        b.transport().listen(Lane.CONTROL, frame -> received.incrementAndGet());
        awaitUntil("received", () -> {
            way.trySend(Bytes.utf8("frame"));
            return received.get() > 0;
        });
    }

    @Test
    void ofTwoStreamsOfOneLaneTheNewerCounts() throws Exception {
        Peer receiver = peers.start();
        ConcurrentLinkedQueue<String> received = new ConcurrentLinkedQueue<>();
        receiver.transport()
                .listen(Lane.CONTROL, frame -> received.add(frame.payload().utf8()));
        Host sender = hosts.start();
        await(sender.connect(receiver.host().peerId(), receiver.host().listenAddresses()));
        Stream older = await(sender.newStream(receiver.host().peerId(), FrameSender.PROTOCOL));
        older.write(new byte[] {7, 'c', 'o', 'n', 't', 'r', 'o', 'l', 1, 'a'});
        awaitUntil("a", () -> received.contains("a"));
        Stream newer = await(sender.newStream(receiver.host().peerId(), FrameSender.PROTOCOL));
        newer.write(new byte[] {7, 'c', 'o', 'n', 't', 'r', 'o', 'l', 1, 'b'});
        awaitUntil("b", () -> received.contains("b"));
        await(older.closed());
        newer.write(new byte[] {1, 'c'});
        awaitUntil("c", () -> received.contains("c"));
        assertThat(received).containsExactly("a", "b", "c");
    }

    @Test
    void aClosedTransportAnswersAndOpensNothing() throws Exception {
        List<Peer> two = peers.startAcquainted(2);
        Peer a = two.get(0);
        Peer b = two.get(1);
        a.transport().keepConnected(Set.of(b.host().peerId()));
        Outbound way = a.transport().connect(b.host().peerId(), Lane.CONTROL);
        awaitUntil("connected", () -> !b.host().connections().isEmpty());
        a.transport().close();
        assertThat(way.trySend(Bytes.utf8("late"))).isFalse();
        assertThatThrownBy(() -> await(a.transport()
                        .openStream(b.host().peerId(), Lane.SNAPSHOT)
                        .toCompletableFuture()))
                .hasRootCauseInstanceOf(java.io.IOException.class);
        assertThat(a.host().protocols()).noneMatch(protocol -> protocol.startsWith("/flotilla/"));
    }
}
