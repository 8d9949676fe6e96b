package dev.flotilla.libp2p.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.crypto.AEADBadTagException;
import org.conscrypt.Conscrypt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Noise asks of its cipher; that it is the right one, {@link NoiseTranscriptTest} shows. */
class ChaChaPolyTest {
    private static final int TAG = ChaChaPoly.TAG_BYTES;

    private final Random random = new Random(8439);
    private final byte[] key = bytes(ChaChaPoly.KEY_BYTES);

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 63, 64, 65, 16_384, 65_518, 65_519})
    void encryptsAndDecryptsInPlaceAtAnyOffset(int length) throws GeneralSecurityException {
        ChaChaPoly sender = new ChaChaPoly(key);
        ChaChaPoly receiver =
                new ChaChaPoly(key); // each is for one direction: the JDK refuses a nonce that was just used
        for (long nonce : new long[] {0, 1, 0xffff_ffffL, 0x1_0000_0000L, Long.MAX_VALUE}) {
            int offset = random.nextInt(4);
            byte[] clear = bytes(offset + length + TAG + 3);
            byte[] bytes = clear.clone();
            sender.encrypt(nonce, new byte[0], bytes, offset, length);
            assertThat(Arrays.copyOf(bytes, offset)).isEqualTo(Arrays.copyOf(clear, offset));
            assertThat(Arrays.copyOfRange(bytes, offset + length + TAG, bytes.length))
                    .isEqualTo(Arrays.copyOfRange(clear, offset + length + TAG, clear.length));
            receiver.decrypt(nonce, new byte[0], bytes, offset, length + TAG);
            assertThat(Arrays.copyOf(bytes, offset + length)).isEqualTo(Arrays.copyOf(clear, offset + length));
        }
    }

    /** Whichever this machine uses: a peer may have the other. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 65, 16_384, 65_519})
    void theCiphersOfTheJdkAndOfBoringSslAreTheSame(int length) throws GeneralSecurityException {
        assumeThat(Conscrypt.isAvailable()).isTrue();
        byte[] clear = bytes(length);
        byte[] ad = bytes(32);
        byte[] byJdk = Arrays.copyOf(clear, length + TAG);
        byte[] byNative = byJdk.clone();
        new ChaChaPoly(key, null).encrypt(5, ad, byJdk, 0, length);
        new ChaChaPoly(key, Conscrypt.newProvider()).encrypt(5, ad, byNative, 0, length);
        assertThat(byNative).isEqualTo(byJdk);

        new ChaChaPoly(key, null).decrypt(5, ad, byNative, 0, length + TAG);
        new ChaChaPoly(key, Conscrypt.newProvider()).decrypt(5, ad, byJdk, 0, length + TAG);
        assertThat(Arrays.copyOf(byNative, length)).isEqualTo(clear);
        assertThat(Arrays.copyOf(byJdk, length)).isEqualTo(clear);
    }

    @ParameterizedTest
    @MethodSource("buffers")
    void messagesInBuffersAreThoseInArrays(@Nullable Provider provider, boolean direct, int length) throws Exception {
        byte[] expected = bytes(length + TAG);
        ByteBuf buffer = direct ? Unpooled.directBuffer() : Unpooled.buffer();
        buffer.writeBytes(new byte[3]).writeBytes(expected).writeByte(7);
        new ChaChaPoly(key, null).encrypt(9, new byte[0], expected, 0, length);

        new ChaChaPoly(key, provider).encrypt(9, buffer, 3, length);
        assertThat(ByteBufUtil.getBytes(buffer, 3, length + TAG)).isEqualTo(expected);
        new ChaChaPoly(key, null).decrypt(9, new byte[0], expected, 0, length + TAG);
        new ChaChaPoly(key, provider).decrypt(9, buffer, 3, length + TAG);
        assertThat(ByteBufUtil.getBytes(buffer, 3, length)).isEqualTo(Arrays.copyOf(expected, length));
        assertThat(buffer.getByte(3 + length + TAG)).isEqualTo((byte) 7);

        buffer.setByte(3, buffer.getByte(3) ^ 1);
        assertThatThrownBy(() -> new ChaChaPoly(key, provider).decrypt(9, buffer, 3, length + TAG))
                .isInstanceOf(AEADBadTagException.class);
        buffer.release();
    }

    static List<Arguments> buffers() {
        List<Arguments> all = new ArrayList<>();
        for (int length : new int[] {0, 1, 64, 65_519}) {
            for (boolean direct : new boolean[] {false, true}) {
                all.add(Arguments.of(null, direct, length));
                if (Conscrypt.isAvailable()) {
                    all.add(Arguments.of(Conscrypt.newProvider(), direct, length));
                }
            }
        }
        return all;
    }

    @Test
    void noticesEachFlippedBit() throws GeneralSecurityException {
        byte[] ad = bytes(3);
        byte[] message = bytes(50 + TAG);
        new ChaChaPoly(key).encrypt(7, ad, message, 0, 50);
        for (int bit = 0; bit < 8 * message.length; bit++) {
            byte[] flipped = message.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> new ChaChaPoly(key).decrypt(7, ad, flipped, 0, flipped.length))
                    .isInstanceOf(AEADBadTagException.class);
        }
        assertThatThrownBy(() -> new ChaChaPoly(key).decrypt(7, new byte[3], message.clone(), 0, message.length))
                .as("other data")
                .isInstanceOf(AEADBadTagException.class);
        assertThatThrownBy(() -> new ChaChaPoly(key).decrypt(8, ad, message.clone(), 0, message.length))
                .as("another nonce")
                .isInstanceOf(AEADBadTagException.class);
    }

    @Test
    void aMessageWithoutRoomForItsTagIsRefused() {
        assertThatThrownBy(() -> new CipherState(key).decrypt(new byte[0], new byte[15], 0, 15))
                .hasMessage("15 bytes have no room for a tag");
    }
}
