package dev.flotilla.libp2p.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Random;
import javax.crypto.AEADBadTagException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
