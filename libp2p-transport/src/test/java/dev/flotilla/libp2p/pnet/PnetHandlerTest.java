package dev.flotilla.libp2p.pnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.Vectors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.HexFormat;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeaks.class)
class PnetHandlerTest {
    private static final PreSharedKey KEY = PreSharedKey.generate();

    private static byte[] allWritten(EmbeddedChannel channel) {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
            all.writeBytes(bytes);
            bytes.release();
        }
        return ByteBufUtil.getBytes(all);
    }

    private static byte[] allRead(EmbeddedChannel channel) {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf bytes = channel.readInbound(); bytes != null; bytes = channel.readInbound()) {
            all.writeBytes(bytes);
            bytes.release();
        }
        return ByteBufUtil.getBytes(all);
    }

    private static void feed(EmbeddedChannel channel, byte[] bytes, int piece) {
        for (int at = 0; at < bytes.length; at += piece) {
            channel.writeInbound(Unpooled.copiedBuffer(bytes, at, Math.min(piece, bytes.length - at)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1000})
    void theKeyStreamIsWhatOtherImplementationsCompute(int piece) {
        Matcher vector = Pattern.compile(
                        "([0-9a-f]+) nonce ([0-9a-f]+) keystream\\[0\\.\\.63\\] ([0-9a-f]+) then \\[64\\.\\.71\\]"
                                + " ([0-9a-f]+)")
                .matcher(Vectors.text("noise. psk "));
        assertThat(vector.matches()).isTrue();
        EmbeddedChannel channel = new EmbeddedChannel(
                new PnetHandler(PreSharedKey.of(HexFormat.of().parseHex(vector.group(1)))));
        feed(channel, HexFormat.of().parseHex(vector.group(2) + "00".repeat(72)), piece);
        assertThat(HexFormat.of().formatHex(allRead(channel))).isEqualTo(vector.group(3) + vector.group(4));
        channel.finishAndReleaseAll();
    }

    /** rust-libp2p and js-libp2p send their first data only once they have the other side's nonce. */
    @Test
    void aNonceIsAnsweredByOneAtOnce() {
        EmbeddedChannel channel = new EmbeddedChannel(new PnetHandler(KEY));
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[PnetHandler.NONCE_BYTES]));
        assertThat(allWritten(channel)).hasSize(PnetHandler.NONCE_BYTES);
        channel.writeOutbound(Unpooled.wrappedBuffer(new byte[10]));
        assertThat(allWritten(channel)).hasSize(10);
        channel.finishAndReleaseAll();
    }

    @Test
    void theNonceTravelsWithTheFirstData() {
        EmbeddedChannel channel = new EmbeddedChannel(new PnetHandler(KEY));
        assertThat(channel.outboundMessages()).isEmpty();
        channel.writeOutbound(Unpooled.wrappedBuffer(new byte[10]));
        assertThat(channel.outboundMessages()).hasSize(1);
        assertThat(allWritten(channel)).hasSize(PnetHandler.NONCE_BYTES + 10);
        channel.writeOutbound(Unpooled.wrappedBuffer(new byte[10]));
        assertThat(allWritten(channel)).hasSize(10);
        channel.finishAndReleaseAll();
    }

    @Test
    void whatOneSideWritesTheOtherReadsHoweverItIsCut() {
        Random random = new Random(22);
        EmbeddedChannel from = new EmbeddedChannel(new PnetHandler(KEY));
        EmbeddedChannel to = new EmbeddedChannel(new PnetHandler(KEY));
        ByteBuf sent = Unpooled.buffer();
        for (int i = 0; i < 50; i++) {
            byte[] bytes = new byte[random.nextInt(20_000)];
            random.nextBytes(bytes);
            byte[] before = bytes.clone();
            from.writeOutbound(Unpooled.wrappedBuffer(bytes));
            assertThat(bytes).as("the writer's bytes stay as they are").isEqualTo(before);
            sent.writeBytes(bytes);
        }
        feed(to, allWritten(from), 1 + random.nextInt(9_000));
        assertThat(allRead(to)).isEqualTo(ByteBufUtil.getBytes(sent));
        from.finishAndReleaseAll();
        to.finishAndReleaseAll();
    }

    @Test
    void noTwoConnectionsCipherAlike() {
        EmbeddedChannel one = new EmbeddedChannel(new PnetHandler(KEY));
        EmbeddedChannel other = new EmbeddedChannel(new PnetHandler(KEY));
        one.writeOutbound(Unpooled.wrappedBuffer(new byte[32]));
        other.writeOutbound(Unpooled.wrappedBuffer(new byte[32]));
        assertThat(allWritten(one)).isNotEqualTo(allWritten(other));
        one.finishAndReleaseAll();
        other.finishAndReleaseAll();
    }
}
