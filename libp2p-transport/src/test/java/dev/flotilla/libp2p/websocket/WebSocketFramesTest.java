package dev.flotilla.libp2p.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.NoLeaks;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeaks.class)
class WebSocketFramesTest {
    private final WebSocketFrames frames = new WebSocketFrames();
    private final EmbeddedChannel channel = new EmbeddedChannel(frames);

    private void open() {
        frames.open(channel.pipeline().context(frames));
    }

    /** Netty's TLS writes some; py-libp2p takes an empty message for the end of the connection. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void makesNoFrameOfAnEmptyBuffer(boolean openFirst) {
        if (openFirst) {
            open();
        }
        ChannelFuture written = channel.writeAndFlush(Unpooled.buffer(4));
        channel.writeAndFlush(Unpooled.buffer(4).writeByte(7));
        if (!openFirst) {
            open();
        }
        assertThat(written.isSuccess()).isTrue();
        ByteBuf nothing = channel.readOutbound();
        assertThat(nothing.isReadable()).isFalse();
        nothing.release();
        BinaryWebSocketFrame frame = channel.readOutbound();
        assertThat(frame.content().readByte()).isEqualTo((byte) 7);
        frame.release();
        assertThat(channel.finish()).isTrue(); // the goodbye
        ReferenceCountUtil.release(channel.readOutbound());
    }

    @Test
    void whatWaitsForAWebSocketThatDoesNotOpenFails() {
        ChannelFuture written = channel.writeAndFlush(Unpooled.buffer(4).writeByte(7));
        assertThat(written.isDone()).isFalse();
        channel.close();
        assertThat(written.cause()).isNotNull();
        channel.finishAndReleaseAll();
    }
}
