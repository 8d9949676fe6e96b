package dev.flotilla.libp2p.quic;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.connect;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.Way;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The end of a stream arrives, though another stream takes all the room that the connection has. */
class QuicStreamEndTest {
    private static final ProtocolId LARGE = new ProtocolId("/large/1");
    private static final ProtocolId SMALL = new ProtocolId("/small/1");
    private static final int LARGE_BYTES = 1 << 20;
    private static final int STREAMS = 10;

    private final Hosts hosts =
            new Hosts(new Way(Multiaddr.parse("/ip4/127.0.0.1/udp/0/quic-v1"), List.of(), Way.DEFAULT.expected()));
    private final CompletableFuture<Stream> large = new CompletableFuture<>(); // from there to here
    private Host here;
    private Host there;

    /** Answers a stream once its end was read. */
    private interface Answer {
        void answer(Stream stream);
    }

    @BeforeEach
    void start() {
        here = hosts.start();
        there = hosts.start();
        there.handle(LARGE, large::complete);
        connect(here, there);
        Stream drained = await(here.newStream(there.peerId(), LARGE));
        drained.write(new byte[1]);
        await(large);
        var unused = drained.readToEnd(2 * STREAMS * LARGE_BYTES);
    }

    @AfterEach
    void close() {
        hosts.close();
    }

    private void allEndsArrive(int bytes, Answer answer) {
        there.handle(SMALL, stream -> stream.readToEnd(10).thenAccept(end -> answer.answer(stream)));
        for (int i = 0; i < STREAMS; i++) {
            Stream stream = await(here.newStream(there.peerId(), SMALL));
            stream.write(new byte[1]);
            stream.finish();
            assertThat(await(stream.readToEnd(1_000))).as("stream %d", i).hasSize(bytes);
        }
    }

    @Test
    void withItsLastBytes() {
        allEndsArrive(100, stream -> stream.channel().eventLoop().execute(() -> {
            stream.write(new byte[100]);
            large.join().write(new byte[LARGE_BYTES]);
            stream.finish();
        }));
    }

    @Test
    void alone() {
        allEndsArrive(100, stream -> {
            EventLoop loop = stream.channel().eventLoop();
            loop.execute(() -> {
                stream.write(new byte[100])
                        .thenRun(() -> loop.execute(() -> {
                            large.join().write(new byte[LARGE_BYTES]);
                            stream.finish();
                        }));
            });
        });
    }

    @Test
    void withoutBytes() {
        allEndsArrive(0, stream -> stream.channel().eventLoop().execute(() -> {
            large.join().write(new byte[LARGE_BYTES]);
            stream.finish();
        }));
    }

    /** The peer's end and its acknowledgement of all bytes lie in the socket together when they are read. */
    @Test
    void alsoIfAllIsAcknowledgedInTheTurnThatEndsIt() {
        CompletableFuture<Stream> came = new CompletableFuture<>();
        there.handle(SMALL, came::complete);
        Stream ours = await(here.newStream(there.peerId(), SMALL));
        await(ours.write(new byte[1]));
        Stream theirs = await(came);
        theirs.readToEnd(10).thenAccept(end -> theirs.finish());

        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch received = new CountDownLatch(1);
        EventLoop theirLoop = theirs.channel().eventLoop();
        ours.channel().eventLoop().execute(() -> {
            theirs.write(new byte[100])
                    .thenRun(() -> theirLoop.execute(() -> theirLoop.execute(() -> {
                        written.countDown();
                        waitFor(received); // reads nothing
                    })));
            waitFor(written);
            ours.finish(); // leaves before what was written is read
        });
        ByteBuf bytes = await(ours.read());
        assertThat(bytes.readableBytes()).isEqualTo(100);
        bytes.release();
        received.countDown();

        assertThat(await(ours.read())).isNull();
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
