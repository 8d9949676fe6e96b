package dev.flotilla.libp2p.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.NoLeaks;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whose turn it is: a snapshot delays no heartbeat, and no stream the others. */
@ExtendWith(NoLeaks.class)
class FrameWriterTest {
    private static final int SNAPSHOTS = 10;
    private static final int HEARTBEAT = 2 * SNAPSHOTS + 1;

    private final Wire wire = new Wire(YamuxConfig.defaults());

    @BeforeEach
    void openStreams() {
        for (int id = 1; id <= HEARTBEAT; id += 2) {
            wire.receive(Wire.syn(id), Wire.credit(id, 16 << 20));
        }
        wire.sent();
    }

    @AfterEach
    void close() {
        wire.close();
    }

    private void socketIsWritable(boolean writable) {
        wire.channel.unsafe().outboundBuffer().setUserDefinedWritability(1, writable);
        wire.channel.runPendingTasks();
    }

    @Test
    void aHeartbeatWaitsForOneFrameOfEachSnapshot() {
        socketIsWritable(false);
        for (int i = 0; i < SNAPSHOTS; i++) {
            wire.accepted(i).send(new byte[1 << 20]);
        }
        wire.accepted(SNAPSHOTS).send(new byte[100]);
        assertThat(wire.sent()).isEmpty();
        socketIsWritable(true);

        List<Frame> sent = wire.sent();
        assertThat(sent.indexOf(new Frame(Frame.DATA, 0, HEARTBEAT, 100))).isEqualTo(SNAPSHOTS);
        assertThat(sent).allMatch(frame -> frame.length() <= 16 * 1024 - Frame.HEADER_BYTES);
        assertThat(sent.subList(0, SNAPSHOTS).stream().map(Frame::streamId)).doesNotHaveDuplicates();
    }

    @Test
    void controlFramesGoAheadOfAllDataThatWaits() {
        socketIsWritable(false);
        wire.accepted(0).send(new byte[1 << 20]);
        wire.receive(Wire.ping(7), Wire.syn(HEARTBEAT + 2));
        wire.accepted(1).stream().reset();
        assertThat(wire.sent())
                .containsExactly(
                        new Frame(Frame.PING, Frame.ACK, 0, 7),
                        new Frame(Frame.WINDOW_UPDATE, Frame.ACK, HEARTBEAT + 2, 0),
                        new Frame(Frame.WINDOW_UPDATE, Frame.RST, 3, 0));
        socketIsWritable(true);
        assertThat(wire.sent()).allMatch(frame -> frame.type() == Frame.DATA);
    }

    @Test
    void aStreamThatCanAlwaysSendLetsTheEventLoopDoOtherThings() {
        List<String> order = new ArrayList<>();
        Drain drain = new Drain();
        try (Wire fast = new Wire(YamuxConfig.defaults(), drain)) {
            fast.receive(Wire.syn(1), Wire.credit(1, 16 << 20), Wire.syn(3));
            ChannelOutboundBuffer socket = fast.channel.unsafe().outboundBuffer();
            fast.channel.eventLoop().execute(() -> {
                socket.setUserDefinedWritability(1, false);
                fast.accepted(0).send(new byte[4 << 20]).addListener(done -> order.add("all sent"));
                fast.accepted(1).send(new byte[100]);
                socket.setUserDefinedWritability(1, true);
                fast.channel.eventLoop().execute(() -> order.add("another task after " + (drain.bytes >> 20) + " MiB"));
            });
            fast.channel.runPendingTasks();
        }
        assertThat(order).containsExactly("another task after 1 MiB", "all sent");
    }

    @Test
    void aStreamIsOpenedTogetherWithItsFirstBytes() {
        Drain drain = new Drain();
        try (Wire fast = new Wire(YamuxConfig.defaults(), drain)) {
            CompletableFuture<YamuxStreamChannel> opened = fast.handler.openStream(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelActive(ChannelHandlerContext ctx) {
                    ctx.writeAndFlush(Unpooled.wrappedBuffer(new byte[20]));
                }
            });
            assertThat(opened).isCompleted();
            assertThat(drain.bytes).isEqualTo(2 * Frame.HEADER_BYTES + 20);
            assertThat(drain.flushes).isEqualTo(1);
        }
    }

    /** A socket that takes everything at once. */
    private static final class Drain extends ChannelOutboundHandlerAdapter {
        private long bytes;
        private int flushes;

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            bytes += ((ByteBuf) message).readableBytes();
            ReferenceCountUtil.release(message);
            promise.trySuccess();
        }

        @Override
        public void flush(ChannelHandlerContext ctx) {
            flushes++;
            ctx.pipeline().fireChannelWritabilityChanged(); // as it may; an embedded channel would run all tasks, too
        }
    }

    @Test
    void theEndOfAStreamFollowsItsLastByte() {
        socketIsWritable(false);
        wire.accepted(0).send(new byte[100_000]);
        wire.accepted(0).stream().shutdownOutput();
        socketIsWritable(true);
        List<Frame> sent = wire.sent();
        assertThat(sent.get(sent.size() - 1)).isEqualTo(new Frame(Frame.WINDOW_UPDATE, Frame.FIN, 1, 0));
        assertThat(sent.stream().mapToLong(Frame::length).sum()).isEqualTo(100_000);
    }
}
