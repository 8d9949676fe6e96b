package dev.flotilla.libp2p.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.muxer.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The wire, frame by frame: a listener (even ids) faced with frames as hex. */
@ExtendWith(NoLeaks.class)
class YamuxProtocolTest {
    private static final String SYN_1 = "00010001" + "00000001" + "00000000";
    private static final String GO_AWAY_1 = "00030000" + "00000000" + "00000001";

    private final List<StreamRecorder> accepted = new ArrayList<>();
    private final YamuxPair.Swallow failure = new YamuxPair.Swallow();
    private YamuxHandler handler = new YamuxHandler(false, YamuxConfig.defaults(), acceptor());
    private EmbeddedChannel channel = new EmbeddedChannel(handler, failure);

    private ChannelHandler acceptor() {
        return new ChannelInitializer<YamuxStreamChannel>() {
            @Override
            protected void initChannel(YamuxStreamChannel stream) {
                StreamRecorder recorder = new StreamRecorder();
                accepted.add(recorder);
                stream.pipeline().addLast(recorder);
            }
        };
    }

    private void restart(YamuxConfig config) {
        channel.finishAndReleaseAll();
        handler = new YamuxHandler(false, config, acceptor());
        channel = new EmbeddedChannel(handler, failure);
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private void receive(String hex) {
        ByteBuf bytes = Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex));
        channel.writeInbound(bytes);
        assertThat(bytes.refCnt()).as("all is consumed").isZero();
    }

    private String sent() {
        StringBuilder hex = new StringBuilder();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            byte[] bytes = new byte[out.readableBytes()];
            out.readBytes(bytes);
            out.release();
            hex.append(HexFormat.of().formatHex(bytes));
        }
        return hex.toString();
    }

    @Test
    void answersAPingWithItsValue() {
        receive("00020001" + "00000000" + "12345678");
        assertThat(sent()).isEqualTo("00020002" + "00000000" + "12345678");
    }

    @Test
    void saysWhyItResetsAStream() {
        receive(SYN_1);
        sent();
        accepted.get(0).stream().reset(ErrorCode.RESOURCE_LIMIT_EXCEEDED);
        assertThat(sent()).isEqualTo("00010008" + "00000001" + "00001002");
    }

    @Test
    void hearsWhyAStreamIsReset() {
        receive(SYN_1 + "00010008" + "00000001" + "00001003");
        assertThat(accepted.get(0).stream().closeCause())
                .hasMessageEndingWith("reset by the peer: rate limited (0x1003)");
    }

    @Test
    void saysWhyItEndsASession() {
        ErrorCode.SHUTDOWN.explain(channel);
        channel.close();
        assertThat(sent()).isEqualTo("00030000" + "00000000" + "00001006");
    }

    @Test
    void ignoresAnAnswerToNoPing() {
        receive("00020002" + "00000000" + "00000007");
        assertThat(sent()).isEmpty();
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void acknowledgesAStreamExactlyOnce() {
        receive(SYN_1 + "00000000" + "00000001" + "00000003" + "616263");
        assertThat(sent()).isEqualTo("00010002" + "00000001" + "00000000");
        accepted.get(0).send(new byte[] {1, 2});
        assertThat(sent()).isEqualTo("00000000" + "00000001" + "00000002" + "0102");
        assertThat(accepted.get(0).received).hasToString("abc");
    }

    @Test
    void readsFlagsOnDataTogetherWithItsPayload() {
        receive("00000005" + "00000001" + "00000003" + "616263"); // SYN and FIN
        assertThat(accepted.get(0).received).hasToString("abc");
        assertThat(accepted.get(0).inputEnded).isTrue();
        accepted.get(0).stream().shutdownOutput();
        assertThat(handler.streamCount()).isZero();
    }

    @Test
    void opensEvenIdsWithSynOnAWindowUpdate() {
        CompletableFuture<YamuxStreamChannel> first = handler.openStream(new StreamRecorder());
        handler.openStream(new StreamRecorder());
        assertThat(first.join().streamId()).isEqualTo(2);
        assertThat(sent()).isEqualTo("000100010000000200000000" + "000100010000000400000000");
    }

    @Test
    void dropsLateFramesOfAStreamThatIsGone() {
        receive(SYN_1);
        accepted.get(0).stream().reset();
        sent();
        receive("00000000" + "00000001" + "00000003" + "616263" + "00010004" + "00000001" + "00000000");
        receive("00010008" + "00000001" + "00000000");
        assertThat(sent()).isEmpty();
        assertThat(channel.isOpen()).isTrue();
        assertThat(accepted.get(0).received.size()).isZero();
    }

    @Test
    void dropsFramesOfStreamsThatNeverWere() {
        receive("00000000" + "00000005" + "00000003" + "616263" + "00010000" + "00000006" + "ffffffff");
        receive("00010008" + "00000007" + "00000000" + "00000004" + "00000008" + "00000000");
        receive(SYN_1);
        assertThat(sent()).isEqualTo("00010002" + "00000001" + "00000000");
        assertThat(handler.streamCount()).isEqualTo(1);
    }

    @Test
    void refusesMoreStreamsThanAllowed() {
        restart(YamuxConfig.defaults().withInboundStreamsMax(1));
        receive(SYN_1 + "00010001" + "00000003" + "00000000");
        assertThat(sent()).isEqualTo("000100020000000100000000" + "000100080000000300001002");
        receive("00000000" + "00000003" + "00000003" + "616263"); // sent before the reset arrived
        assertThat(channel.isOpen()).isTrue();
        assertThat(handler.streamCount()).isEqualTo(1);
    }

    @Test
    void opensWaitForAcknowledgements() {
        restart(YamuxConfig.defaults().withOutboundStreamsMax(3, 2));
        List<CompletableFuture<YamuxStreamChannel>> opened = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            opened.add(handler.openStream(new StreamRecorder()));
        }
        assertThat(opened.stream().filter(CompletableFuture::isDone)).hasSize(2);
        receive("00010002" + "00000002" + "00000000");
        assertThat(opened.stream().filter(CompletableFuture::isDone)).hasSize(3);
        receive("00010002" + "00000004" + "00000000");
        assertThat(opened.stream().filter(CompletableFuture::isDone)).hasSize(3);
        receive("00010008" + "00000002" + "00000000");
        assertThat(opened.stream().filter(CompletableFuture::isDone)).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource({
        "a version that does not exist, 010200010000000000000000",
        "a type that does not exist, 000400000000000000000000",
        "a stream with our parity, 000100010000000200000000",
        "a stream with id 0, 000100010000000000000000",
        "a frame longer than any window, 000000000000000501000001",
        "data for the session, 00000000000000000000000161",
        "credit for the session, 000100000000000000000001",
        "a stream opened twice, 000100010000000100000000000100010000000100000000",
        "more data than the window, 000100010000000100000000000000000000000100040001",
        "data after the end, 00010005000000010000000000000000000000010000000161",
        "a ping without a flag, 000200000000000000000001",
    })
    void endsTheSessionOn(String what, String frames) {
        receive(frames);
        assertThat(sent()).as(what).endsWith(GO_AWAY_1);
        assertThat(channel.isOpen()).isFalse();
        assertThat(failure.failure).isInstanceOf(YamuxException.class);
        assertThat(handler.streamCount()).isZero();
    }

    @Test
    void creditOfAnySizeIsTaken() {
        receive(SYN_1);
        for (int i = 0; i < 1000; i++) {
            receive("00010000" + "00000001" + "ffffffff");
        }
        sent();
        accepted.get(0).send(new byte[300_000]);
        assertThat(sent().length() / 2).isGreaterThan(300_000);
    }

    @Test
    void sendsFramesOfAtMost16KiBTurnByTurn() {
        receive(SYN_1 + "00010001" + "00000003" + "00000000");
        sent();
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        accepted.get(0).send(new byte[100_000]);
        accepted.get(1).send(new byte[100_000]);
        assertThat(sent()).as("the connection is not writable").isEmpty();
        receive("00020001" + "00000000" + "00000009");
        assertThat(sent()).as("but a pong goes first").isEqualTo("00020002" + "00000000" + "00000009");
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        channel.runPendingTasks();
        String out = sent();
        List<String> headers = new ArrayList<>();
        for (int at = 0; at < out.length(); ) {
            headers.add(out.substring(at + 8, at + 16) + ":" + Integer.parseInt(out.substring(at + 16, at + 24), 16));
            at += 24 + 2 * Integer.parseInt(out.substring(at + 16, at + 24), 16);
        }
        assertThat(headers.subList(0, 4))
                .containsExactly("00000001:16372", "00000003:16372", "00000001:16372", "00000003:16372");
    }

    @Test
    void pingsAPeerThatIsSilentAndGivesUpOnIt() {
        channel.advanceTimeBy(31, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(sent()).isEqualTo("00020001" + "00000000" + "00000001");
        receive("00020002" + "00000000" + "00000001");
        channel.advanceTimeBy(11, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isTrue();

        channel.advanceTimeBy(31, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(sent()).isEqualTo("00020001" + "00000000" + "00000002");
        channel.advanceTimeBy(11, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isFalse();
        assertThat(failure.failure).hasMessageContaining("keep-alive");
    }

    @Test
    void saysGoodbyeOnClose() {
        channel.close();
        assertThat(sent()).isEqualTo("00030000" + "00000000" + "00000000");
    }

    @Test
    void aStreamThatHasEndedLeavesNoTimerBehind() {
        long lingerNanos = YamuxConfig.defaults().lingerTimeout().toNanos();
        receive(SYN_1);
        accepted.get(0).stream().close();
        assertThat(channel.runScheduledPendingTasks()).isBetween(0L, lingerNanos);
        receive("00010008" + "00000001" + "00000000");
        assertThat(channel.runScheduledPendingTasks()).isGreaterThan(lingerNanos);
        assertThat(handler.streamCount()).isZero();
    }

    @Test
    void survivesRandomBytes() {
        Random random = new Random(20);
        for (int round = 0; round < 2000; round++) {
            restart(YamuxConfig.defaults());
            for (int piece = 0; piece < 20 && channel.isOpen(); piece++) {
                ByteBuf bytes = channel.alloc().buffer();
                for (int frame = random.nextInt(5); frame >= 0; frame--) {
                    writeFrameLike(bytes, random);
                }
                channel.writeInbound(bytes);
                assertThat(bytes.refCnt()).isLessThanOrEqualTo(1);
                channel.releaseOutbound();
            }
            channel.close();
            assertThat(handler.streamCount()).isZero();
        }
    }

    private static void writeFrameLike(ByteBuf bytes, Random random) {
        int length = random.nextInt(40);
        bytes.writeByte(random.nextInt(100) == 0 ? 1 : 0);
        bytes.writeByte(random.nextInt(100) == 0 ? random.nextInt(256) : random.nextInt(3));
        bytes.writeShort(random.nextInt(16));
        bytes.writeInt(random.nextInt(6));
        bytes.writeInt(random.nextInt(50) == 0 ? random.nextInt() : length);
        for (int i = 0; i < length; i++) {
            bytes.writeByte(random.nextInt());
        }
    }
}
