package dev.flotilla.libp2p.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.NoLeaks;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeaks.class)
class FragmentingDecoderTest {
    private static final int PIECE = FragmentingDecoder.PIECE_BYTES;
    private static final int HEADER_BYTES_MAX = 14;

    private final Random random = new Random(7);

    private byte[] some(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    private static ByteBuf encoded(boolean masked, WebSocketFrame... frames) {
        EmbeddedChannel encoder = new EmbeddedChannel(new WebSocket13FrameEncoder(masked));
        ByteBuf all = Unpooled.buffer();
        for (WebSocketFrame frame : frames) {
            encoder.writeOutbound(frame);
        }
        for (ByteBuf next = encoder.readOutbound(); next != null; next = encoder.readOutbound()) {
            all.writeBytes(next);
            next.release();
        }
        encoder.finish();
        return all;
    }

    /** What the frames in {@code channel} hold; each is short, and the last alone ends the message. */
    private static byte[] message(EmbeddedChannel channel) {
        ByteBuf all = Unpooled.buffer();
        boolean ended = false;
        for (int i = 0; !ended; i++) {
            WebSocketFrame frame = channel.readInbound();
            assertThat(frame).isInstanceOf(i == 0 ? BinaryWebSocketFrame.class : ContinuationWebSocketFrame.class);
            assertThat(frame.content().readableBytes()).isLessThanOrEqualTo(PIECE);
            all.writeBytes(frame.content());
            ended = frame.isFinalFragment();
            frame.release();
        }
        return ByteBufUtil.getBytes(all);
    }

    @ParameterizedTest
    @CsvSource({"true, 1000", "true, 100000", "false, 999", "false, 70000"})
    void readsFramesOfAnyLengthHoweverTheyCome(boolean masked, int chunk) {
        int[] sizes = {0, 1, 125, 126, 65_535, PIECE - 1, PIECE, PIECE + 1, PIECE + 126, 2 * PIECE, 300_001};
        for (int size : sizes) {
            byte[] first = some(size);
            byte[] second = some(3);
            ByteBuf bytes = encoded(
                    masked,
                    new BinaryWebSocketFrame(Unpooled.wrappedBuffer(first)),
                    new PingWebSocketFrame(Unpooled.wrappedBuffer(some(5))),
                    new BinaryWebSocketFrame(Unpooled.wrappedBuffer(second)));
            EmbeddedChannel channel = new EmbeddedChannel(new FragmentingDecoder(masked));
            while (bytes.isReadable()) {
                int next = bytes.readerIndex() < HEADER_BYTES_MAX ? 1 : chunk;
                channel.writeInbound(bytes.readBytes(Math.min(next, bytes.readableBytes())));
            }
            assertThat(message(channel)).as("%s bytes", size).isEqualTo(first);
            PingWebSocketFrame ping = channel.readInbound();
            ping.release();
            assertThat(message(channel)).isEqualTo(second);
            assertThat(channel.finish()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatAFragmentDoesNotEndALongOneDoesNotEndEither(boolean longFirst) {
        byte[] first = some(longFirst ? 100_000 : 10);
        byte[] second = some(longFirst ? 10 : 100_000);
        EmbeddedChannel channel = new EmbeddedChannel(new FragmentingDecoder(true));
        channel.writeInbound(encoded(
                true,
                new BinaryWebSocketFrame(false, 0, Unpooled.wrappedBuffer(first)),
                new ContinuationWebSocketFrame(true, 0, Unpooled.wrappedBuffer(second))));
        assertThat(message(channel)).isEqualTo(ByteBufUtil.getBytes(Unpooled.wrappedBuffer(first, second)));
        assertThat(channel.finish()).isFalse();
    }

    /** Whoever announces much makes nobody hold it. */
    @Test
    void whatHasComeOfALongFrameIsReadBeforeItsEnd() {
        EmbeddedChannel channel = new EmbeddedChannel(new FragmentingDecoder(false));
        channel.writeInbound(Unpooled.buffer()
                .writeByte(0x82)
                .writeByte(127)
                .writeLong(Long.MAX_VALUE)
                .writeZero(PIECE));
        BinaryWebSocketFrame first = channel.readInbound();
        assertThat(first.content().readableBytes()).isEqualTo(PIECE);
        assertThat(first.isFinalFragment()).isFalse();
        first.release();
        assertThat(channel.finish()).isFalse();
    }
}
