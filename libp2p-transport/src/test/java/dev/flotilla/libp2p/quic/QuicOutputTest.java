package dev.flotilla.libp2p.quic;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static dev.flotilla.libp2p.Hosts.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.Way;
import dev.flotilla.libp2p.muxer.ErrorCode;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a stream keeps of its output is no other than what was written, and no longer written than it may be. */
@ExtendWith(NoLeaks.class)
class QuicOutputTest {
    private static final ProtocolId PROTOCOL = new ProtocolId("/test/1");

    private final Hosts hosts =
            new Hosts(new Way(Multiaddr.parse("/ip4/127.0.0.1/udp/0/quic-v1"), List.of(), Way.DEFAULT.expected()));
    private final CompletableFuture<Stream> came = new CompletableFuture<>();
    private Stream stream;

    @BeforeEach
    void open() {
        Host here = hosts.start();
        Host there = hosts.start();
        there.handle(PROTOCOL, came::complete);
        connect(here, there);
        stream = await(here.newStream(there.peerId(), PROTOCOL));
    }

    @AfterEach
    void close() {
        hosts.close();
    }

    @Test
    void anArrayMayBeUsedAgainOnceItIsWritten() {
        stream.channel().eventLoop().execute(() -> {
            byte[] bytes = new byte[100];
            stream.write(bytes).thenRun(() -> Arrays.fill(bytes, (byte) 1));
            stream.finish();
        });
        assertThat(await(await(came).readToEnd(1000))).isEqualTo(new byte[100]);
    }

    @Test
    void whoWritesWhenWhatCameBeforeIsWrittenKeepsTheOrder() {
        byte[] expected = new byte[200];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = (byte) i;
        }
        stream.channel().eventLoop().execute(() -> writeFrom(expected, 0));
        assertThat(await(await(came).readToEnd(1000))).isEqualTo(expected);
    }

    private void writeFrom(byte[] bytes, int index) {
        if (index == bytes.length) {
            stream.finish();
        } else {
            stream.write(new byte[] {bytes[index]}).thenRun(() -> writeFrom(bytes, index + 1));
        }
    }

    @Test
    void writesFailOnceThePeerReadsNoMore() {
        await(stream.write(new byte[1]));
        ((QuicStreamChannel) await(came).channel()).shutdownInput(0); // STOP_SENDING
        awaitUntil("a write fails", () -> isRefused(stream.write(new byte[1])));
        assertThat(isRefused(stream.write(new byte[1]))).isTrue();
    }

    private static boolean isRefused(CompletableFuture<Void> written) {
        try {
            await(written);
            return false;
        } catch (CompletionException e) {
            return true;
        }
    }

    @Test
    void aResetKeepsItsReasonThoughWhatItEndsResetsTheStreamAgain() {
        await(stream.write(new byte[1]));
        Stream theirs = await(came);
        stream.channel().eventLoop().execute(() -> {
            stream.write(new byte[8 << 20]); // waits for room
            stream.write(new byte[1]).whenComplete((done, failure) -> stream.reset());
            stream.reset(ErrorCode.RESOURCE_LIMIT_EXCEEDED);
        });
        assertThatThrownBy(() -> await(theirs.readToEnd(16 << 20)))
                .rootCause()
                .hasMessageContaining(ErrorCode.describeStream(ErrorCode.RESOURCE_LIMIT_EXCEEDED.ofStream()));
    }
}
