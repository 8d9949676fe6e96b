package dev.flotilla.libp2p.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.NoLeaks;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What one stream promises: all bytes, in order, both ways, each side ending on its own. */
@ExtendWith(NoLeaks.class)
class YamuxStreamTest {
    private final YamuxPair pair = new YamuxPair(YamuxConfig.defaults(), 5000);

    @AfterEach
    void close() {
        pair.close();
    }

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    @Test
    void carriesBytesBothWays() {
        StreamRecorder opened = pair.open();
        opened.send(bytes(100_000));
        pair.pump();
        pair.lastAccepted().send(bytes(1000));
        pair.pump();

        assertThat(pair.lastAccepted().received.toByteArray()).isEqualTo(bytes(100_000));
        assertThat(opened.received.toByteArray()).isEqualTo(bytes(1000));
    }

    @Test
    void aTransferLargerThanAnyWindowArrivesWhole() {
        StreamRecorder opened = pair.open();
        ChannelFuture written = opened.send(bytes(8 << 20));
        assertThat(written.isDone()).as("only a window's worth went out").isFalse();
        assertThat(opened.stream().isWritable()).isFalse();
        pair.pump();

        assertThat(written.isSuccess()).isTrue();
        assertThat(opened.stream().isWritable()).isTrue();
        assertThat(pair.lastAccepted().received.toByteArray()).isEqualTo(bytes(8 << 20));
    }

    @Test
    void aResponseAfterHalfCloseMayBeLargerThanAnyWindow() {
        StreamRecorder opened = pair.open();
        opened.send(bytes(10));
        opened.stream().shutdownOutput();
        pair.pump();
        StreamRecorder accepted = pair.lastAccepted();
        assertThat(accepted.inputEnded).isTrue();
        accepted.send(bytes(8 << 20));
        accepted.stream().shutdownOutput();
        pair.pump();

        assertThat(opened.received.toByteArray()).isEqualTo(bytes(8 << 20));
        assertThat(opened.inputEnded).isTrue();
        assertThat(opened.stream().isOpen()).isFalse();
        assertThat(opened.stream().closeCause()).isNull();
        assertThat(accepted.stream().isOpen()).isFalse();
        assertThat(pair.dialer.streamCount()).isZero();
        assertThat(pair.listener.streamCount()).isZero();
    }

    @Test
    void shutdownOutputSendsWhatWasWrittenBefore() {
        StreamRecorder opened = pair.open();
        opened.stream().write(Unpooled.wrappedBuffer(bytes(1 << 20)));
        opened.stream().shutdownOutput();
        assertThat(opened.send(bytes(1)).cause()).isNotNull();
        pair.pump();

        assertThat(pair.lastAccepted().received.toByteArray()).isEqualTo(bytes(1 << 20));
        assertThat(pair.lastAccepted().inputEnded).isTrue();
    }

    @Test
    void closingWhenTheWriteIsDoneCutsNothing() {
        StreamRecorder opened = pair.open();
        opened.send(bytes(8 << 20)).addListener(ChannelFutureListener.CLOSE);
        pair.pump();

        assertThat(pair.lastAccepted().received.toByteArray()).isEqualTo(bytes(8 << 20));
        assertThat(pair.lastAccepted().inputEnded).isTrue();
        assertThat(opened.stream().isOpen()).isFalse();
    }

    @Test
    void closingOverBytesThatWereNeverFlushedResets() {
        StreamRecorder opened = pair.open();
        pair.pump();
        opened.stream().write(Unpooled.wrappedBuffer(bytes(1)));
        opened.stream().close();
        pair.pump();

        assertThat(pair.lastAccepted().inputEnded).as("it looks whole").isFalse();
        assertThat(pair.lastAccepted().inactive).isTrue();
        assertThat(pair.lastAccepted().stream().closeCause()).hasMessageContaining("reset by the peer");
    }

    @Test
    void closeAfterOutputWaitsForTheWindow() {
        StreamRecorder opened = pair.open();
        opened.send(bytes(1 << 20));
        opened.stream().closeAfterOutput();
        assertThat(opened.stream().isOpen()).isTrue();
        pair.pump();

        assertThat(opened.stream().isOpen()).isFalse();
        assertThat(pair.lastAccepted().received.toByteArray()).isEqualTo(bytes(1 << 20));
        assertThat(pair.lastAccepted().inputEnded).isTrue();
    }

    @Test
    void aStreamThatIsNotReadStopsItsSenderWithinOneWindow() {
        StreamRecorder opened = pair.open();
        pair.pump();
        StreamRecorder accepted = pair.lastAccepted();
        accepted.stream().config().setAutoRead(false);
        opened.send(bytes(1 << 20));
        pair.pump();
        int first = accepted.received.size();
        assertThat(first).isLessThanOrEqualTo(16 * 1024);

        StreamRecorder other = pair.open();
        other.send(bytes(300_000));
        pair.pump();
        assertThat(pair.lastAccepted().received.size()).as("another stream").isEqualTo(300_000);
        assertThat(accepted.received.size()).isEqualTo(first);

        for (int i = 0; i < 100_000 && accepted.received.size() < 1 << 20; i++) {
            accepted.stream().read();
            pair.pump();
        }
        assertThat(accepted.received.toByteArray()).isEqualTo(bytes(1 << 20));
    }

    @Test
    void oneReadGivesOneMessageWithoutAutoRead() {
        StreamRecorder opened = pair.open();
        pair.pump();
        StreamRecorder accepted = pair.lastAccepted();
        accepted.stream().config().setAutoRead(false);
        pair.pump();
        accepted.stream().read();
        opened.send(bytes(60_000));
        pair.pump();
        int before = accepted.received.size();
        pair.pump();
        assertThat(accepted.received.size()).isEqualTo(before).isLessThan(60_000);
        opened.stream().shutdownOutput();
        pair.pump();
        assertThat(accepted.inputEnded)
                .as("the end waits behind what is unread")
                .isFalse();
    }

    @Test
    void resetEndsBothSidesAndDropsWhatWaits() {
        StreamRecorder opened = pair.open();
        pair.pump();
        ChannelFuture written = opened.send(bytes(1 << 20));
        opened.stream().reset();
        pair.pump();

        assertThat(written.cause()).isNotNull();
        assertThat(opened.stream().closeCause()).hasMessageContaining("reset by this side");
        assertThat(pair.lastAccepted().inactive).isTrue();
        assertThat(pair.lastAccepted().stream().closeCause()).hasMessageContaining("reset by the peer");
        assertThat(pair.dialer.streamCount()).isZero();
        assertThat(pair.listener.streamCount()).isZero();
    }

    @Test
    void closeSendsWhatWentOutAndSwallowsWhatComesLate() {
        StreamRecorder opened = pair.open();
        opened.send(bytes(1000));
        opened.stream().close();
        pair.pump();
        StreamRecorder accepted = pair.lastAccepted();
        assertThat(accepted.received.size()).isEqualTo(1000);
        assertThat(accepted.inputEnded).isTrue();

        accepted.send(bytes(2000));
        pair.pump();
        assertThat(pair.dialerChannel.isOpen()).isTrue();
        assertThat(opened.received.size()).isZero();
        accepted.stream().shutdownOutput();
        pair.pump();
        assertThat(pair.dialer.streamCount()).isZero();
        assertThat(pair.listener.streamCount()).isZero();
    }

    @Test
    void aClosedStreamWhosePeerGoesOnIsResetInTheEnd() {
        StreamRecorder opened = pair.open();
        pair.pump();
        opened.stream().close();
        pair.pump();
        assertThat(pair.dialer.streamCount()).isEqualTo(1);
        pair.dialerChannel.advanceTimeBy(Duration.ofSeconds(11).toNanos(), TimeUnit.NANOSECONDS);
        pair.dialerChannel.runScheduledPendingTasks();
        pair.pump();

        assertThat(pair.dialer.streamCount()).isZero();
        assertThat(pair.lastAccepted().stream().isOpen()).isFalse();
        assertThat(pair.listener.streamCount()).isZero();
    }

    @Test
    void echoOfManyStreamsAtOnce() {
        List<StreamRecorder> opened = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            opened.add(pair.open());
        }
        pair.pump();
        pair.accepted.forEach(recorder -> recorder.echo = true);
        for (int i = 0; i < 50; i++) {
            opened.get(i).send(bytes(300_000 + i));
        }
        pair.pump();
        for (int i = 0; i < 50; i++) {
            assertThat(opened.get(i).received.toByteArray()).isEqualTo(bytes(300_000 + i));
        }
    }

    @Test
    void theEndOfTheConnectionEndsItsStreams() {
        StreamRecorder opened = pair.open();
        pair.pump();
        ChannelFuture written = opened.send(bytes(1 << 20));
        pair.dialerChannel.close();
        pair.pump();

        assertThat(written.cause()).isNotNull();
        assertThat(opened.inactive).isTrue();
        assertThat(pair.lastAccepted().inactive).isTrue();
        assertThat(pair.listener.isEndedByPeer()).isTrue();
        assertThat(pair.dialer.isEndedByPeer()).isFalse();
        assertThat(pair.dialer.openStream(new StreamRecorder())).isCompletedExceptionally();
    }
}
