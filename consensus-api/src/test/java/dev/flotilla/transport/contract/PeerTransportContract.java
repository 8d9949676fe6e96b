package dev.flotilla.transport.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.transport.ByteStream;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Frame;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.Outbound;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.contract.TransportWatch.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@link PeerTransport} promises. Extend it and say how transports are made. */
public abstract class PeerTransportContract {
    private static final long DEADLINE_SECONDS = 30;
    private static final PeerId STRANGER = PeerId.parse("12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq");

    private final List<PeerTransport> transports = new ArrayList<>();
    private final List<TransportWatch> watches = new ArrayList<>();

    /** As many transports that know each other's addresses, not connected yet. They are closed by the test. */
    protected abstract List<? extends PeerTransport> transports(int count) throws Exception;

    @AfterEach
    final void closeTransports() {
        transports.forEach(PeerTransport::close);
    }

    @Test
    void eachPeerHasItsOwnId() throws Exception {
        start(3);
        assertThat(transports).extracting(PeerTransport::localPeerId).doesNotHaveDuplicates();
    }

    @Test
    void peersThatAreWantedAreConnectedAndBothSidesAreTold() throws Exception {
        start(2);
        connect(0, 1);
    }

    @Test
    void aPeerThatCannotBeReachedIsToldWithTheReason() throws Exception {
        start(1);
        transports.get(0).keepConnected(Set.of(STRANGER));
        TransportWatch.Event event = await(watches.get(0).first(Kind.UNREACHABLE, STRANGER));
        assertThat(event.reason()).isNotBlank();
    }

    @Test
    void theOtherSideIsToldWhenAPeerCloses() throws Exception {
        start(2);
        connect(0, 1);
        transports.get(0).close();
        await(watches.get(1).first(Kind.LOST, id(0)));
    }

    @ParameterizedTest
    @EnumSource(
            value = Lane.class,
            names = {"CONTROL", "REPLICATION"})
    void framesArriveInOrderWithTheirSender(Lane lane) throws Exception {
        start(3);
        BlockingQueue<Frame> received = listen(2, lane);
        connect(0, 2);
        connect(1, 2);
        Outbound fromFirst = transports.get(0).connect(id(2), lane);
        Outbound fromSecond = transports.get(1).connect(id(2), lane);
        for (int i = 0; i < 100; i++) {
            send(fromFirst, Bytes.utf8("first " + i));
            send(fromSecond, Bytes.utf8("second " + i));
        }
        List<Frame> frames = take(received, 200);
        for (int peer = 0; peer < 2; peer++) {
            PeerId from = id(peer);
            String prefix = peer == 0 ? "first " : "second ";
            List<String> texts = frames.stream()
                    .filter(frame -> frame.from().equals(from))
                    .map(frame -> frame.payload().utf8())
                    .toList();
            assertThat(texts).hasSize(100).allMatch(text -> text.startsWith(prefix));
            for (int i = 0; i < 100; i++) {
                assertThat(texts.get(i)).isEqualTo(prefix + i);
            }
        }
    }

    @Test
    void aLaneCarriesItsOwnFramesOnly() throws Exception {
        start(2);
        BlockingQueue<Frame> control = listen(1, Lane.CONTROL);
        BlockingQueue<Frame> replication = listen(1, Lane.REPLICATION);
        connect(0, 1);
        send(transports.get(0).connect(id(1), Lane.CONTROL), Bytes.utf8("control"));
        send(transports.get(0).connect(id(1), Lane.REPLICATION), Bytes.utf8("replication"));
        assertThat(take(control, 1).get(0).payload().utf8()).isEqualTo("control");
        assertThat(take(replication, 1).get(0).payload().utf8()).isEqualTo("replication");
    }

    @Test
    void framesGoBothWays() throws Exception {
        start(2);
        BlockingQueue<Frame> atFirst = listen(0, Lane.CONTROL);
        BlockingQueue<Frame> atSecond = listen(1, Lane.CONTROL);
        connect(0, 1);
        send(transports.get(0).connect(id(1), Lane.CONTROL), Bytes.utf8("there"));
        send(transports.get(1).connect(id(0), Lane.CONTROL), Bytes.utf8("and back"));
        assertThat(take(atSecond, 1)).containsExactly(new Frame(id(0), Bytes.utf8("there")));
        assertThat(take(atFirst, 1)).containsExactly(new Frame(id(1), Bytes.utf8("and back")));
    }

    @Test
    void theLargestFrameArrivesAndALargerOneIsRefused() throws Exception {
        start(2);
        BlockingQueue<Frame> received = listen(1, Lane.REPLICATION);
        connect(0, 1);
        Outbound outbound = transports.get(0).connect(id(1), Lane.REPLICATION);
        byte[] largest = random(transports.get(0).frameBytesMax());
        send(outbound, Bytes.wrap(largest));
        assertThat(take(received, 1).get(0).payload()).isEqualTo(Bytes.wrap(largest));
        Bytes tooLarge = Bytes.wrap(new byte[largest.length + 1]);
        assertThatIllegalArgumentException().isThrownBy(() -> outbound.trySend(tooLarge));
    }

    @Test
    void aWayWithoutAConnectionSaysNoAndCallsBackOnceItIsThere() throws Exception {
        start(2);
        BlockingQueue<Frame> received = listen(1, Lane.CONTROL);
        Outbound outbound = transports.get(0).connect(id(1), Lane.CONTROL);
        CompletableFuture<Void> writable = new CompletableFuture<>();
        outbound.onWritable(() -> writable.complete(null));
        assertThat(outbound.trySend(Bytes.utf8("too early"))).isFalse();
        connect(0, 1);
        await(writable);
        send(outbound, Bytes.utf8("in time"));
        assertThat(take(received, 1).get(0).payload().utf8()).isEqualTo("in time");
    }

    @Test
    void aByteStreamCarriesBothWaysAndEndsEachOnItsOwn() throws Exception {
        start(2);
        CompletableFuture<ByteStream> accepted = new CompletableFuture<>();
        transports.get(1).acceptStreams(Lane.SNAPSHOT, accepted::complete);
        connect(0, 1);
        ByteStream opened = await(transports.get(0).openStream(id(1), Lane.SNAPSHOT));
        await(opened.write(Bytes.utf8("question")));
        ByteStream other = await(accepted);
        assertThat(opened.remotePeerId()).isEqualTo(id(1));
        assertThat(other.remotePeerId()).isEqualTo(id(0));
        opened.finish();
        assertThat(readAll(other)).isEqualTo(Bytes.utf8("question").toByteArray());
        await(other.write(Bytes.utf8("answer")));
        other.finish();
        assertThat(readAll(opened)).isEqualTo(Bytes.utf8("answer").toByteArray());
    }

    @Test
    void aLongByteStreamArrivesWhole() throws Exception {
        start(2);
        CompletableFuture<ByteStream> accepted = new CompletableFuture<>();
        transports.get(1).acceptStreams(Lane.SNAPSHOT, accepted::complete);
        connect(0, 1);
        byte[] sent = random(4 << 20);
        ByteStream opened = await(transports.get(0).openStream(id(1), Lane.SNAPSHOT));
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> writeAll(opened, sent), thread -> {
            Thread writer = new Thread(thread, "contract-writer");
            writer.setDaemon(true);
            writer.start();
        });
        assertThat(readAll(await(accepted))).isEqualTo(sent);
        await(writing);
    }

    @Test
    void aWriterIsHeldBackUntilItsReaderReads() throws Exception {
        start(2);
        CompletableFuture<ByteStream> accepted = new CompletableFuture<>();
        transports.get(1).acceptStreams(Lane.SNAPSHOT, accepted::complete);
        connect(0, 1);
        ByteStream opened = await(transports.get(0).openStream(id(1), Lane.SNAPSHOT));
        Bytes piece = Bytes.wrap(random(64 << 10));
        int written = 0;
        CompletionStage<Void> last = opened.write(piece);
        while (last.toCompletableFuture().isDone()
                && written < 4096) { // a transport that takes 256 MiB holds nobody back
            written++;
            last = opened.write(piece);
        }
        ByteStream other = await(accepted);
        int pieces = written + 1;
        long expected = (long) pieces * piece.size();
        long received = 0;
        while (received < expected) {
            Bytes next = await(other.read());
            assertThat(next).isNotNull();
            received += next == null ? expected : next.size();
        }
        await(last);
        assertThat(written).isLessThan(4096);
    }

    @Test
    void aResetEndsBothSides() throws Exception {
        start(2);
        CompletableFuture<ByteStream> accepted = new CompletableFuture<>();
        transports.get(1).acceptStreams(Lane.SNAPSHOT, accepted::complete);
        connect(0, 1);
        ByteStream opened = await(transports.get(0).openStream(id(1), Lane.SNAPSHOT));
        await(opened.write(Bytes.utf8("hello")));
        ByteStream other = await(accepted);
        assertThat(await(other.read())).isEqualTo(Bytes.utf8("hello"));
        CompletionStage<@Nullable Bytes> reading = other.read();
        CompletionStage<@Nullable Bytes> readingHere = opened.read();
        opened.reset();
        assertFailsWithIo(reading);
        assertFailsWithIo(readingHere);
        assertFailsWithIo(opened.write(Bytes.utf8("more")));
    }

    @Test
    void aStreamThatNobodyTakesIsRefused() throws Exception {
        start(2);
        connect(0, 1);
        CompletionStage<@Nullable Bytes> read =
                transports.get(0).openStream(id(1), Lane.SNAPSHOT).thenCompose(ByteStream::read);
        assertFailsWithIo(read);
    }

    @Test
    void aStreamToAPeerThatCannotBeReachedFailsWithTheReason() throws Exception {
        start(1);
        assertFailsWithIo(transports.get(0).openStream(STRANGER, Lane.SNAPSHOT));
    }

    @Test
    void closingEndsTheByteStreamsOfBothSides() throws Exception {
        start(2);
        CompletableFuture<ByteStream> accepted = new CompletableFuture<>();
        transports.get(1).acceptStreams(Lane.SNAPSHOT, accepted::complete);
        connect(0, 1);
        ByteStream opened = await(transports.get(0).openStream(id(1), Lane.SNAPSHOT));
        await(opened.write(Bytes.utf8("hello")));
        ByteStream other = await(accepted);
        assertThat(await(other.read())).isEqualTo(Bytes.utf8("hello"));
        CompletionStage<@Nullable Bytes> here = opened.read();
        CompletionStage<@Nullable Bytes> there = other.read();
        transports.get(0).close();
        assertFailsWithIo(here);
        assertFailsWithIo(there);
    }

    private void start(int count) throws Exception {
        transports.addAll(transports(count));
        for (PeerTransport transport : transports) {
            TransportWatch watch = new TransportWatch();
            transport.connectivity(watch);
            watches.add(watch);
        }
    }

    private PeerId id(int peer) {
        return transports.get(peer).localPeerId();
    }

    private void connect(int one, int other) throws ExecutionException {
        transports.get(one).keepConnected(Set.of(id(other)));
        await(watches.get(one).first(Kind.CONNECTED, id(other)));
        await(watches.get(other).first(Kind.CONNECTED, id(one)));
    }

    private BlockingQueue<Frame> listen(int peer, Lane lane) {
        BlockingQueue<Frame> received = new LinkedBlockingQueue<>();
        transports.get(peer).listen(lane, received::add);
        return received;
    }

    private static List<Frame> take(BlockingQueue<Frame> received, int count) throws InterruptedException {
        List<Frame> frames = new ArrayList<>();
        while (frames.size() < count) {
            Frame frame = received.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
            assertThat(frame).as("frame %d of %d", frames.size() + 1, count).isNotNull();
            frames.add(frame);
        }
        return frames;
    }

    private static void send(Outbound outbound, Bytes frame) throws ExecutionException {
        while (true) {
            CompletableFuture<Void> writable = new CompletableFuture<>();
            outbound.onWritable(() -> writable.complete(null));
            if (outbound.trySend(frame)) {
                return;
            }
            await(writable);
        }
    }

    private static void writeAll(ByteStream stream, byte[] content) {
        int pieceBytes = 48 << 10;
        for (int at = 0; at < content.length; at += pieceBytes) {
            stream.write(Bytes.wrap(content).slice(at, Math.min(pieceBytes, content.length - at)))
                    .toCompletableFuture()
                    .join();
        }
        stream.finish();
    }

    private static byte[] readAll(ByteStream stream) throws ExecutionException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Bytes next = await(stream.read()); next != null; next = await(stream.read())) {
            assertThat(next.isEmpty()).isFalse();
            all.writeBytes(next.toByteArray());
        }
        return all.toByteArray();
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static void assertFailsWithIo(CompletionStage<?> stage) {
        assertThatThrownBy(() -> await(stage))
                .isInstanceOf(ExecutionException.class)
                .satisfies(thrown -> assertThat(rootOf(thrown)).isInstanceOf(IOException.class));
    }

    /** Stages wrap what earlier stages failed with. */
    private static @Nullable Throwable rootOf(Throwable thrown) {
        Throwable cause = thrown.getCause();
        return cause instanceof CompletionException ? cause.getCause() : cause;
    }

    private static <T extends @Nullable Object> T await(CompletionStage<T> stage) throws ExecutionException {
        try {
            return stage.toCompletableFuture().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("nothing within " + DEADLINE_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
