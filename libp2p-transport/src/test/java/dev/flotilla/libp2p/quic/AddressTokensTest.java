package dev.flotilla.libp2p.quic;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AddressTokensTest {
    private static final ByteBuf ID = Unpooled.wrappedBuffer(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    private static final InetSocketAddress SENDER = sender(1, 4001);

    private long nowNanos;
    private boolean wanted = true;
    private final AddressTokens tokens = new AddressTokens(() -> wanted, () -> nowNanos);

    private static InetSocketAddress sender(int lastByte, int port) {
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, (byte) lastByte}), port);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private ByteBuf token() {
        ByteBuf out = Unpooled.buffer();
        assertThat(tokens.writeToken(out, ID.duplicate(), SENDER)).isTrue();
        return out;
    }

    @Test
    void theConnectionIdIsBehindWhatProvesTheAddress() {
        ByteBuf token = token();
        int at = tokens.validateToken(token, SENDER);
        assertThat(at).isPositive();
        assertThat(token.slice(at, token.readableBytes() - at)).isEqualTo(ID);
        assertThat(token.readableBytes()).isLessThanOrEqualTo(tokens.maxTokenLength());
    }

    @Test
    void isGoodForItsSenderAloneAndNotForLong() {
        ByteBuf token = token();
        assertThat(tokens.validateToken(token, sender(2, 4001))).isEqualTo(-1);
        assertThat(tokens.validateToken(token, sender(1, 4002))).isEqualTo(-1);
        nowNanos = Duration.ofSeconds(10).toNanos();
        assertThat(tokens.validateToken(token, SENDER)).isPositive();
        nowNanos = Duration.ofSeconds(11).toNanos();
        assertThat(tokens.validateToken(token, SENDER)).isEqualTo(-1);
        assertThat(new AddressTokens(() -> true, () -> 0).validateToken(token, SENDER))
                .as("another host's")
                .isEqualTo(-1);
    }

    @Test
    void everyChangedBitAndEveryOtherLengthSpoilsIt() {
        ByteBuf token = token();
        for (int bit = 0; bit < 8 * token.readableBytes(); bit++) {
            ByteBuf changed = token.copy();
            changed.setByte(bit / 8, changed.getByte(bit / 8) ^ (1 << (bit % 8)));
            assertThat(tokens.validateToken(changed, SENDER)).as("bit " + bit).isEqualTo(-1);
        }
        Random random = new Random(5);
        for (int length = 0; length < 100; length++) {
            byte[] junk = new byte[length];
            random.nextBytes(junk);
            assertThat(tokens.validateToken(Unpooled.wrappedBuffer(junk), SENDER))
                    .isEqualTo(-1);
        }
    }

    @Test
    void noneIsAskedForInQuietTimes() {
        wanted = false;
        assertThat(tokens.writeToken(Unpooled.buffer(), ID.duplicate(), SENDER)).isFalse();
    }
}
