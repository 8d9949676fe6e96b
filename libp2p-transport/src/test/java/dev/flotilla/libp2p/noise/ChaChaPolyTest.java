package dev.flotilla.libp2p.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.AEADBadTagException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our cipher against the vectors of RFC 8439 and, byte for byte, against the JDK's. */
class ChaChaPolyTest {
    private static final int TAG = ChaChaPoly.TAG_BYTES;

    private final Random random = new Random(8439);
    private final byte[] key = bytes(32);

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    @Test
    void theKeyStreamIsThatOfTheRfc() { // appendix A.1, vectors 1 and 2
        ChaCha20 stream = new ChaCha20(new byte[32]);
        stream.begin(0);
        byte[] block = new byte[ChaCha20.BLOCK_BYTES];
        stream.nextBlock(block);
        assertThat(block)
                .isEqualTo(hex("76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
                        + "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586"));
        byte[] second = hex("9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
                + "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f");
        byte[] many = new byte[9000];
        stream.xor(many, 0, many.length);
        assertThat(Arrays.copyOf(many, second.length))
                .as("the first of a batch")
                .isEqualTo(second);
    }

    @ParameterizedTest
    @CsvSource({ // appendix A.3, vectors 7 to 11: sums at the edges of the modulus
        "02, 00, ffffffffffffffffffffffffffffffff, 03000000000000000000000000000000",
        "02, ff, 02000000000000000000000000000000, 03000000000000000000000000000000",
        "01, 00, fffffffffffffffffffffffffffffffff0ffffffffffffffffffffffffffffff11000000000000000000000000000000,"
                + " 05000000000000000000000000000000",
        "01, 00, fffffffffffffffffffffffffffffffffbfefefefefefefefefefefefefefefe01010101010101010101010101010101,"
                + " 00000000000000000000000000000000",
        "02, 00, fdffffffffffffffffffffffffffffff, faffffffffffffffffffffffffffffff",
    })
    void theTagsAreThoseOfTheRfc(String r, String s, String message, String expected) {
        Poly1305 poly = new Poly1305();
        poly.begin(hex(r + "00".repeat(15) + s.repeat(16)));
        poly.updatePadded(hex(message), 0, message.length() / 2);
        byte[] tag = new byte[TAG];
        poly.finish(tag);
        assertThat(tag).isEqualTo(hex(expected));
    }

    @Test
    void doesWhatTheJdksCipherDoesAtEachLengthUpToSomeBlocks() throws GeneralSecurityException {
        for (int length = 0; length < 700; length++) {
            compare(length, length);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2047, 2048, 2049, 8191, 8192, 8193, 10_239, 10_240, 16_372, 16_384, 65_518, 65_519})
    void doesWhatTheJdksCipherDoesAroundBatches(int length) throws GeneralSecurityException {
        for (long nonce : new long[] {0, 1, 0xffff_ffffL, 0x1_0000_0000L, Long.MAX_VALUE}) {
            compare(length, nonce);
        }
    }

    @Test
    void doesWhatTheJdksCipherDoesAtRandom() throws GeneralSecurityException {
        for (int round = 0; round < 200; round++) {
            compare(random.nextInt(20_000), random.nextLong());
        }
    }

    private void compare(int length, long nonce) throws GeneralSecurityException {
        int offset = random.nextInt(4);
        byte[] ad = bytes(random.nextInt(40));
        byte[] clear = bytes(offset + length + TAG + random.nextInt(4));
        byte[] ours = clear.clone();
        byte[] theirs = clear.clone();
        ChaChaPoly cipher = new JavaChaChaPoly(key);
        cipher.encrypt(nonce, ad, ours, offset, length);
        new JdkChaChaPoly(key).encrypt(nonce, ad, theirs, offset, length);
        assertThat(ours).as("length %d, nonce %d", length, nonce).isEqualTo(theirs);
        cipher.decrypt(nonce, ad, ours, offset, length + TAG);
        new JdkChaChaPoly(key).decrypt(nonce, ad, theirs, offset, length + TAG);
        assertThat(Arrays.copyOf(ours, offset + length)).isEqualTo(Arrays.copyOf(clear, offset + length));
        assertThat(Arrays.copyOf(theirs, offset + length)).isEqualTo(Arrays.copyOf(clear, offset + length));
    }

    @Test
    void noticesEachFlippedBitAndLeavesTheBytesAsTheyCame() throws GeneralSecurityException {
        ChaChaPoly cipher = new JavaChaChaPoly(key);
        byte[] ad = bytes(3);
        byte[] message = bytes(50 + TAG);
        cipher.encrypt(7, ad, message, 0, 50);
        for (int bit = 0; bit < 8 * message.length; bit++) {
            byte[] flipped = message.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            byte[] before = flipped.clone();
            assertThatThrownBy(() -> cipher.decrypt(7, ad, flipped, 0, flipped.length))
                    .isInstanceOf(AEADBadTagException.class);
            assertThat(flipped).isEqualTo(before);
        }
        assertThatThrownBy(() -> cipher.decrypt(7, new byte[3], message.clone(), 0, message.length))
                .as("other data")
                .isInstanceOf(AEADBadTagException.class);
        assertThatThrownBy(() -> cipher.decrypt(8, ad, message.clone(), 0, message.length))
                .as("another nonce")
                .isInstanceOf(AEADBadTagException.class);
    }

    @Test
    void aMessageWithoutRoomForItsTagIsRefused() {
        assertThatThrownBy(() -> new CipherState(key).decrypt(new byte[0], new byte[15], 0, 15))
                .hasMessage("15 bytes have no room for a tag");
    }
}
