package dev.flotilla.libp2p.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.KeyAgreement;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whichever this machine uses: a peer may have another. */
@ParameterizedClass
@ValueSource(booleans = {false, true})
class X25519KeyPairTest {
    private final @Nullable Provider provider;

    X25519KeyPairTest(boolean isNative) {
        assumeTrue(!isNative || BoringSsl.PROVIDER != null, "this machine has BoringSSL");
        provider = isNative ? BoringSsl.PROVIDER : null;
    }

    private X25519KeyPair ofPrivate(byte[] scalar) throws GeneralSecurityException {
        return X25519KeyPair.ofPrivate(scalar, provider);
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    /** RFC 7748, section 6.1. */
    @Test
    void aliceAndBobShareTheirSecret() throws GeneralSecurityException {
        X25519KeyPair alice = ofPrivate(hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
        X25519KeyPair bob = ofPrivate(hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
        byte[] secret = hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
        assertThat(alice.publicKey())
                .isEqualTo(hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"));
        assertThat(alice.agree(bob.publicKey())).isEqualTo(secret);
        assertThat(bob.agree(alice.publicKey())).isEqualTo(secret);
    }

    @Test
    void secretsAreThoseOfTheJdk() throws GeneralSecurityException {
        Random random = new Random(25519);
        for (int i = 0; i < 50; i++) {
            byte[] scalar = new byte[32];
            byte[] point = new byte[32]; // some are on the twist, some not reduced in their highest bit
            random.nextBytes(scalar);
            random.nextBytes(point);
            assertThat(ofPrivate(scalar).agree(point)).isEqualTo(byJdk(scalar, point));
        }
    }

    private static byte[] byJdk(byte[] scalar, byte[] point) throws GeneralSecurityException {
        byte[] bigEndian = new byte[32];
        for (int i = 0; i < 32; i++) {
            bigEndian[i] = point[31 - i];
        }
        bigEndian[0] &= 0x7f;
        KeyFactory keys = KeyFactory.getInstance("X25519");
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(keys.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, scalar)));
        agreement.doPhase(
                keys.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, new BigInteger(1, bigEndian))),
                true);
        return agreement.generateSecret();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000000",
                "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
            })
    void aPointOfLowOrderIsRefused(String point) {
        assertThatThrownBy(() -> X25519KeyPair.generate(provider).agree(hex(point)))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessage("the peer's key is a point of low order");
    }

    @Test
    void generatedKeysShareASecret() throws GeneralSecurityException {
        X25519KeyPair one = X25519KeyPair.generate(provider);
        X25519KeyPair other = X25519KeyPair.generate(null);
        assertThat(one.agree(other.publicKey())).isEqualTo(other.agree(one.publicKey()));
        assertThat(one.publicKey())
                .isNotEqualTo(X25519KeyPair.generate(provider).publicKey());
    }
}
