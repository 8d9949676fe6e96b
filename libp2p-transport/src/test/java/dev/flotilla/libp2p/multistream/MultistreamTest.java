package dev.flotilla.libp2p.multistream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MultistreamTest {
    private static final String HEADER = "\u0013/multistream/1.0.0\n";
    private static final String A = "\u0003/a\n";
    private static final String B = "\u0003/b\n";
    private static final String NA = "\u0003na\n";

    private final StringBuilder received = new StringBuilder();
    private final List<String> installed = new ArrayList<>();

    /** Takes what follows the negotiation. */
    private void install(ChannelHandlerContext context, String protocol) {
        installed.add(protocol);
        context.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ByteBuf bytes = (ByteBuf) message;
                received.append(bytes.toString(StandardCharsets.UTF_8));
                bytes.release();
            }
        });
    }

    private MultistreamResponder responder() {
        return new MultistreamResponder(protocol -> !protocol.equals("ls") && !protocol.equals("/a"), this::install);
    }

    private MultistreamInitiator initiator(String... protocols) {
        return new MultistreamInitiator(List.of(protocols), this::install);
    }

    private static void feed(EmbeddedChannel channel, String text, int piece) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length; at += piece) {
            int count = Math.min(piece, bytes.length - at);
            channel.writeInbound(Unpooled.copiedBuffer(bytes, at, count));
        }
    }

    private static String said(EmbeddedChannel channel) {
        StringBuilder text = new StringBuilder();
        for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
            text.append(bytes.toString(StandardCharsets.UTF_8));
            bytes.release();
        }
        return text.toString();
    }

    private static void assertFailed(CompletableFuture<String> agreed, EmbeddedChannel channel, String... words) {
        assertThatThrownBy(agreed::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(ProtocolNegotiationException.class)
                .hasMessageContainingAll(words);
        assertThat(channel.isOpen()).isFalse();
        channel.finishAndReleaseAll();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 1000})
    void theResponderAnswersAndHandsOnWhatFollows(int piece) throws Exception {
        MultistreamResponder handler = responder();
        EmbeddedChannel channel = new EmbeddedChannel(handler);
        assertThat(said(channel)).isEmpty();
        feed(channel, HEADER + A + "\u0003ls\n" + B + "request", piece);
        assertThat(said(channel)).isEqualTo(HEADER + NA + NA + B);
        assertThat(handler.agreed().get()).isEqualTo("/b");
        assertThat(installed).containsExactly("/b");
        assertThat(received).hasToString("request");
        feed(channel, " more", piece);
        assertThat(received).hasToString("request more");
        assertThat(channel.pipeline().get(MultistreamResponder.class)).isNull();
        assertThat(channel.finishAndReleaseAll()).isFalse();
    }

    @Test
    void theResponderAnswersAHeaderAtOnce() {
        EmbeddedChannel channel = new EmbeddedChannel(responder());
        feed(channel, HEADER, 1);
        assertThat(said(channel)).isEqualTo(HEADER);
        channel.finishAndReleaseAll();
    }

    @Test
    void bytesThatCannotBecomeAHeaderAreRefusedBeforeTheRestComes() {
        MultistreamResponder handler = responder();
        EmbeddedChannel channel = new EmbeddedChannel(handler);
        feed(channel, "\u0013/multistreaX", 1);
        assertFailed(handler.agreed(), channel, "the peer began with the bytes 132f6d756c746973");
        assertThat(handler.hasPeerSpoken()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 1000})
    void theInitiatorProposesOneAfterTheOther(int piece) throws Exception {
        MultistreamInitiator handler = initiator("/a", "/b");
        EmbeddedChannel channel = new EmbeddedChannel(handler);
        assertThat(said(channel)).isEqualTo(HEADER + A);
        feed(channel, HEADER + NA, piece);
        assertThat(said(channel)).isEqualTo(B);
        feed(channel, B + "greeting", piece);
        assertThat(handler.agreed().get()).isEqualTo("/b");
        assertThat(received).hasToString("greeting");
        assertThat(channel.finishAndReleaseAll()).isFalse();
    }

    @Test
    void theInitiatorSaysWhatBothSidesSaid() {
        MultistreamInitiator handler = initiator("/a", "/b");
        EmbeddedChannel channel = new EmbeddedChannel(handler);
        feed(channel, HEADER + NA + NA, 1000);
        assertFailed(handler.agreed(), channel, "'na'", "/a, /b");

        MultistreamInitiator other = initiator("/a");
        EmbeddedChannel otherChannel = new EmbeddedChannel(other);
        feed(otherChannel, HEADER + B, 1000);
        assertFailed(other.agreed(), otherChannel, "'/b'", "/a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0003/a\n",
                "\u0000",
                "\u0013/multistream/1.0.0\t",
                "\u0013/multistream/2.0.0\n",
                "GET / HTTP/1.1\r\n"
            })
    void refusesWhatIsNoHeader(String text) {
        MultistreamResponder handler = responder();
        EmbeddedChannel channel = new EmbeddedChannel(handler);
        feed(channel, text.startsWith("GET") ? text.repeat(10) : text, 1000);
        assertFailed(handler.agreed(), channel, "the peer");
        assertThat(installed).isEmpty();
    }

    @Test
    void boundsMessagesAndProposals() {
        MultistreamResponder handler = responder();
        EmbeddedChannel channel = new EmbeddedChannel(handler);
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {(byte) 0x81, 0x08}));
        assertFailed(handler.agreed(), channel, "1025");

        MultistreamResponder patient = responder();
        EmbeddedChannel talker = new EmbeddedChannel(patient);
        feed(talker, HEADER + A.repeat(31), 1000);
        assertThat(patient.agreed()).isNotDone();
        feed(talker, A, 1000);
        assertFailed(patient.agreed(), talker, "32 proposals", "'/a'");
    }

    @Test
    void longMessagesHaveTwoBytesOfLength() throws Exception {
        String longId = "/" + "x".repeat(1022);
        MultistreamInitiator proposes = initiator(longId);
        MultistreamResponder answers = responder();
        EmbeddedChannel left = new EmbeddedChannel(proposes);
        EmbeddedChannel right = new EmbeddedChannel(answers);
        right.writeInbound(left.<ByteBuf>readOutbound());
        left.writeInbound(right.<ByteBuf>readOutbound());
        assertThat(proposes.agreed().get()).isEqualTo(longId);
        assertThat(answers.agreed().get()).isEqualTo(longId);
        assertThatIllegalArgumentException().isThrownBy(() -> initiator(longId + "x"));
        assertThatIllegalArgumentException().isThrownBy(() -> initiator("/a\n"));
        assertThatIllegalArgumentException().isThrownBy(() -> initiator());
        left.finishAndReleaseAll();
        right.finishAndReleaseAll();
    }

    @Test
    void anEndBeforeAgreementIsAFailure() {
        MultistreamInitiator closed = initiator("/a");
        EmbeddedChannel channel = new EmbeddedChannel(closed);
        channel.close();
        assertFailed(closed.agreed(), channel, "proposed /a", "without speaking multistream-select");

        MultistreamInitiator shut = initiator("/a");
        EmbeddedChannel half = new EmbeddedChannel(shut);
        feed(half, HEADER, 1000);
        half.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertFailed(shut.agreed(), half, "proposed /a");
    }

    @Test
    void anInstallerThatThrowsIsAFailure() {
        MultistreamResponder handler = new MultistreamResponder(protocol -> true, (context, protocol) -> {
            throw new IllegalStateException("too many streams");
        });
        EmbeddedChannel channel = new EmbeddedChannel(handler);
        feed(channel, HEADER + A, 1000);
        assertFailed(handler.agreed(), channel, "/a", "too many streams");
    }

    @Test
    void asksForBytesItselfWithoutAutoRead() {
        List<Object> reads = new ArrayList<>();
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.config().setAutoRead(false);
        channel.pipeline().addLast(new ChannelOutboundHandlerAdapter() {
            @Override
            public void read(ChannelHandlerContext ctx) throws Exception {
                reads.add(ctx);
                super.read(ctx);
            }
        });
        channel.pipeline().addLast(responder());
        assertThat(reads).hasSize(1);
        feed(channel, HEADER, 10);
        assertThat(reads).hasSize(3);
        feed(channel, B + "request", 1000);
        assertThat(reads).hasSize(3); // from now on the protocol's business
        channel.finishAndReleaseAll();
    }

    @Test
    void survivesRandomBytes() {
        Random random = new Random(3);
        for (int round = 0; round < 2000; round++) {
            MultistreamResponder handler = responder();
            EmbeddedChannel channel = new EmbeddedChannel(handler);
            if (round % 2 == 0) {
                feed(channel, HEADER, 1000);
            }
            byte[] bytes = new byte[random.nextInt(64)];
            random.nextBytes(bytes);
            channel.writeInbound(Unpooled.wrappedBuffer(bytes));
            channel.close();
            assertThat(handler.agreed()).isDone();
            channel.finishAndReleaseAll();
        }
    }

    @Test
    void holdsOnToNoLargeBufferForAFewBytes() {
        EmbeddedChannel channel = new EmbeddedChannel(responder());
        ByteBuf large = channel.alloc().buffer(65536);
        ByteBuf few = large.writeBytes(HEADER.getBytes(StandardCharsets.UTF_8)).readRetainedSlice(5);
        channel.writeInbound(few);
        assertThat(large.refCnt()).isEqualTo(1);
        channel.writeInbound(large);
        assertThat(said(channel)).isEqualTo(HEADER);
        channel.finishAndReleaseAll();
        assertThat(large.refCnt()).isZero();
    }
}
