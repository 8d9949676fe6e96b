package dev.flotilla.libp2p.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.flotilla.transport.Bytes;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ed25519SchemeTest {
    private static final BigInteger ORDER =
            BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493")); // of the base point

    private final Random random = new Random(8032);

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    private static PublicKey publicKey(byte[] data) {
        return PublicKey.of(KeyType.ED25519, Bytes.wrap(data));
    }

    /** RFC 8032, section 7.1, tests 1 to 3. */
    @ParameterizedTest
    @CsvSource({
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60,"
                + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a, '',"
                + "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb,"
                + "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c, 72,"
                + "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7,"
                + "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025, af82,"
                + "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    })
    void signsAsTheRfcHasIt(String seed, String publicData, String message, String signature) {
        PrivateKey key = PrivateKey.ofEd25519Seed(hex(seed));
        assertThat(key.publicKey()).isEqualTo(publicKey(hex(publicData)));
        assertThat(key.sign(hex(message))).isEqualTo(hex(signature));
        assertThat(publicKey(hex(publicData)).verify(hex(message), hex(signature)))
                .isTrue();
    }

    @Test
    void signaturesAreThoseOfTheJdk() throws GeneralSecurityException {
        for (int i = 0; i < 50; i++) {
            byte[] seed = bytes(32);
            byte[] message = bytes(i);
            Signature jdk = Signature.getInstance("Ed25519");
            jdk.initSign(KeyFactory.getInstance("Ed25519")
                    .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed)));
            jdk.update(message);
            assertThat(PrivateKey.ofEd25519Seed(seed).sign(message)).isEqualTo(jdk.sign());
        }
    }

    @Test
    void noticesEachFlippedBit() {
        PrivateKey key = PrivateKey.ofEd25519Seed(bytes(32));
        byte[] message = bytes(20);
        byte[] signature = key.sign(message);
        for (int bit = 0; bit < 8 * signature.length; bit++) {
            byte[] flipped = signature.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(key.publicKey().verify(message, flipped)).isFalse();
        }
        message[3] ^= 1;
        assertThat(key.publicKey().verify(message, signature)).isFalse();
    }

    /** RFC 8032, section 5.1.7: S is less than the order, or others could make a second signature from each. */
    @Test
    void thereIsOneSignatureOnly() {
        PrivateKey key = PrivateKey.ofEd25519Seed(bytes(32));
        byte[] signature = key.sign(new byte[1]);
        BigInteger s = ORDER;
        for (int i = 0; i < 32; i++) {
            s = s.add(BigInteger.valueOf(signature[32 + i] & 0xff).shiftLeft(8 * i));
        }
        for (int i = 0; i < 32; i++) {
            signature[32 + i] = s.shiftRight(8 * i).byteValue();
        }
        assertThat(key.publicKey().verify(new byte[1], signature)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 65, 128})
    void aSignatureOfAnotherLengthIsNone(int length) {
        PrivateKey key = PrivateKey.generate();
        byte[] signature = Arrays.copyOf(key.sign(new byte[1]), length); // bytes after the right ones make it wrong
        assertThat(key.publicKey().verify(new byte[1], signature)).isFalse();
    }

    @Test
    void aKeyOffTheCurveIsNone() {
        byte[] off = new byte[32];
        off[0] = 2; // no x belongs to y = 2
        assertThatIllegalArgumentException()
                .isThrownBy(() -> publicKey(off))
                .withMessageContaining("they are no point of the curve");
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
