package dev.flotilla.libp2p.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.security.SecureSession;
import dev.flotilla.libp2p.security.SecurityHandshakeException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoiseHandlerTest {
    private static final List<String> YAMUX = List.of("/yamux/1.0.0");

    private final PrivateKey initiatorKey = PrivateKey.generate();
    private final PrivateKey responderKey = PrivateKey.generate();
    private final NoiseHandler initiator = NoiseHandler.initiator(initiatorKey, responderKey.peerId(), YAMUX);
    private final NoiseHandler responder = NoiseHandler.responder(responderKey, YAMUX);
    private final List<ByteBuf> sent = new ArrayList<>();
    private EmbeddedChannel dialler = new EmbeddedChannel(initiator);
    private EmbeddedChannel listener = new EmbeddedChannel(responder);

    @AfterEach
    void releasesEverything() {
        dialler.finishAndReleaseAll();
        listener.finishAndReleaseAll();
        sent.forEach(buffer -> assertThat(buffer.refCnt()).isZero());
    }

    /** Moves bytes between the two until both are silent, {@code piece} bytes at a time. */
    private void exchange(int piece) {
        boolean moved = true;
        while (moved) {
            moved = move(dialler, listener, piece);
            moved |= move(listener, dialler, piece);
        }
    }

    private boolean move(EmbeddedChannel from, EmbeddedChannel to, int piece) {
        ByteBuf bytes = from.readOutbound();
        if (bytes == null) {
            return false;
        }
        while (bytes.isReadable()) {
            ByteBuf part = Unpooled.directBuffer().writeBytes(bytes, Math.min(piece, bytes.readableBytes()));
            sent.add(part);
            to.writeInbound(part);
        }
        bytes.release();
        return true;
    }

    private static byte[] received(EmbeddedChannel channel) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (ByteBuf bytes = channel.readInbound(); bytes != null; bytes = channel.readInbound()) {
            out.writeBytes(ByteBufUtil.getBytes(bytes));
            bytes.release();
        }
        return out.toByteArray();
    }

    private ByteBuf buffer(byte[] bytes) {
        ByteBuf buffer = Unpooled.directBuffer().writeBytes(bytes);
        sent.add(buffer);
        return buffer;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, Integer.MAX_VALUE})
    void securesHoweverTheBytesArrive(int piece) throws Exception {
        exchange(piece);
        assertThat(initiator.session().get())
                .isEqualTo(new SecureSession(responderKey.peerId(), responderKey.publicKey(), "/yamux/1.0.0"));
        assertThat(responder.session().get())
                .isEqualTo(new SecureSession(initiatorKey.peerId(), initiatorKey.publicKey(), "/yamux/1.0.0"));

        byte[] there = {1, 2, 3};
        byte[] back = {4, 5};
        dialler.writeOutbound(buffer(there));
        listener.writeOutbound(buffer(back));
        exchange(piece);
        assertThat(received(listener)).isEqualTo(there);
        assertThat(received(dialler)).isEqualTo(back);
    }

    @Test
    void splitsLargeWritesAndJoinsSmallOnes() {
        exchange(Integer.MAX_VALUE);
        byte[] large = new byte[200_000];
        new Random(1).nextBytes(large);
        ChannelFuture written = dialler.write(buffer(large));
        assertThat(written.isDone()).isFalse();
        dialler.flush();
        assertThat(written.isSuccess()).isTrue();
        assertThat(dialler.outboundMessages()).hasSize(4);
        exchange(65_537);
        assertThat(received(listener)).isEqualTo(large);

        ChannelFuture first = dialler.write(buffer(new byte[] {1}));
        ChannelFuture second = dialler.write(buffer(new byte[] {2}));
        dialler.flush();
        assertThat(first.isSuccess() && second.isSuccess()).isTrue();
        assertThat(dialler.outboundMessages()).hasSize(1);
        exchange(Integer.MAX_VALUE);
        assertThat(received(listener)).containsExactly(1, 2);
    }

    @Test
    void completesEmptyWrites() {
        exchange(Integer.MAX_VALUE);
        assertThat(dialler.writeOneOutbound(Unpooled.EMPTY_BUFFER).isDone()).isFalse();
        ChannelFuture empty = dialler.writeAndFlush(Unpooled.EMPTY_BUFFER);
        assertThat(empty.isSuccess()).isTrue();
        exchange(Integer.MAX_VALUE);
        assertThat(received(listener)).isEmpty();
        assertThat(listener.isOpen()).isTrue();
    }

    @Test
    void holdsWritesUntilItIsSecured() {
        ChannelFuture early = dialler.writeAndFlush(buffer(new byte[] {9}));
        assertThat(early.isDone()).isFalse();
        exchange(Integer.MAX_VALUE);
        assertThat(early.isSuccess()).isTrue();
        assertThat(received(listener)).containsExactly(9);
    }

    @Test
    void failsWaitingWritesWhenTheChannelCloses() {
        ChannelFuture early = dialler.writeAndFlush(buffer(new byte[] {9}));
        dialler.close();
        assertThat(early.isDone() && !early.isSuccess()).isTrue();
        assertThat(initiator.session()).isCompletedExceptionally();
    }

    @Test
    void asksForBytesItselfWithoutAutoRead() {
        dialler.finishAndReleaseAll();
        NoiseHandler second = NoiseHandler.initiator(initiatorKey, null, YAMUX);
        List<Object> reads = new ArrayList<>();
        dialler = new EmbeddedChannel();
        dialler.config().setAutoRead(false);
        dialler.pipeline().addLast(new io.netty.channel.ChannelOutboundHandlerAdapter() {
            @Override
            public void read(io.netty.channel.ChannelHandlerContext ctx) throws Exception {
                reads.add(ctx);
                super.read(ctx);
            }
        });
        dialler.pipeline().addLast(second);
        assertThat(reads).hasSize(1);
        dialler.writeInbound(buffer(new byte[] {0}));
        assertThat(reads).hasSize(2);
    }

    @Test
    void refusesAnotherPeer() {
        NoiseHandler wrong = NoiseHandler.initiator(initiatorKey, initiatorKey.peerId(), YAMUX);
        dialler.finishAndReleaseAll();
        dialler = new EmbeddedChannel(wrong);
        exchange(Integer.MAX_VALUE);
        assertThatThrownBy(() -> wrong.session().get())
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(SecurityHandshakeException.class)
                .hasMessageContaining("expected " + initiatorKey.peerId());
        assertThat(dialler.isOpen()).isFalse();
    }

    @Test
    void closesOnAWrongMessage() {
        exchange(Integer.MAX_VALUE);
        dialler.writeOutbound(buffer(new byte[] {1, 2, 3}));
        ByteBuf frame = dialler.readOutbound();
        frame.setByte(4, frame.getByte(4) ^ 1);
        sent.add(frame);
        assertThatThrownBy(() -> listener.writeInbound(frame)).isInstanceOf(SecurityHandshakeException.class);
        assertThat(listener.isOpen()).isFalse();
        assertThat(received(listener)).isEmpty();
        ChannelFuture late = listener.writeAndFlush(buffer(new byte[] {1}));
        assertThat(late.isSuccess()).isFalse();
    }

    @Test
    void anEndInsideAMessageIsAnError() {
        exchange(Integer.MAX_VALUE);
        listener.writeInbound(buffer(new byte[] {0, 30, 1}));
        listener.close();
        assertThatThrownBy(listener::checkException)
                .isInstanceOf(SecurityHandshakeException.class)
                .hasMessageContaining("inside a message");
    }

    @Test
    void survivesRandomBytes() {
        Random random = new Random(11);
        for (int round = 0; round < 300; round++) {
            NoiseHandler handler = round % 2 == 0
                    ? NoiseHandler.responder(responderKey, YAMUX)
                    : NoiseHandler.initiator(initiatorKey, null, YAMUX);
            EmbeddedChannel channel = new EmbeddedChannel(handler);
            byte[] bytes = new byte[random.nextInt(400)];
            random.nextBytes(bytes);
            if (bytes.length > 1 && round % 3 > 0) {
                bytes[0] = 0; // short messages, so that they are complete
            }
            channel.writeInbound(buffer(bytes));
            channel.close();
            assertThat(handler.session()).isCompletedExceptionally();
            channel.finishAndReleaseAll();
        }
    }
}
