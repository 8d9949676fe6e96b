package dev.flotilla.libp2p.tls;

import static dev.flotilla.libp2p.tls.CertificateShape.algorithm;
import static dev.flotilla.libp2p.tls.CertificateShape.ec;
import static dev.flotilla.libp2p.tls.CertificateShape.ed25519;
import static dev.flotilla.libp2p.tls.CertificateShape.rsa;
import static dev.flotilla.libp2p.tls.CertificateShape.rsaAlgorithm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.flotilla.libp2p.Vectors;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.crypto.PublicKey;
import java.security.AlgorithmParameters;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerCertificateTest {
    private final Instant now = Instant.now();
    private static final String ECDSA_SHA256 = "1.2.840.10045.4.3.2";
    private static final String RSA_SHA256 = "1.2.840.113549.1.1.11";

    private final PrivateKey identity = PrivateKey.generate();

    private CertificateShape shape() {
        return new CertificateShape(identity);
    }

    private void accepts(CertificateShape shape) throws CertificateException {
        assertThat(PeerCertificate.verify(shape.toDer(), now)).isEqualTo(identity.publicKey());
    }

    private void refuses(byte[] der, String reason) {
        assertThatExceptionOfType(CertificateException.class)
                .isThrownBy(() -> PeerCertificate.verify(der, now))
                .withMessageContaining(reason);
    }

    private void refuses(CertificateShape shape, String reason) {
        refuses(shape.toDer(), reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cert1",
                "cert2",
                "cert3", // of the specification
                "js.ed25519",
                "js.secp256k1",
                "js.rsa", // empty issuer, critical
                "go.ed25519",
                "go.secp256k1",
                "go.ecdsa",
                "go.rsa",
                "rust.ed25519",
                "rust.secp256k1",
                "rust.ecdsa" // empty issuer, critical
            })
    void acceptsTheCertificatesOfOthers(String name) throws Exception {
        PublicKey key =
                PeerCertificate.verify(Vectors.bytes("tls." + name + " = "), Instant.parse("2030-01-01T00:00:00Z"));
        assertThat(key.peerId()).hasToString(Vectors.text("tls." + name + ".peer = "));
    }

    @Test
    void refusesTheWrongOnesOfOthers() {
        refuses(Vectors.bytes("tls.cert4 = "), "its signature in the libp2p extension is wrong");
        refuses(Vectors.bytes("tls.rust.bad = "), "its signature in the libp2p extension is wrong");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa", "ed25519", "secp256k1", "ecdsa"})
    void acceptsOurOwnWhateverTheIdentity(String type) throws Exception {
        PrivateKey any = PrivateKey.fromBytes(Vectors.bytes(type + ".private.key = "));
        HostCertificate own = HostCertificate.make(any, now);
        assertThat(PeerCertificate.verify(own.certificate().getEncoded(), now)).isEqualTo(any.publicKey());
        own.certificate().verify(own.certificate().getPublicKey());
        assertThat(own.certificate().getIssuerX500Principal().getName()).isNotEmpty();
        assertThat(own.certificate().getNonCriticalExtensionOIDs()).containsExactly(CertificateShape.EXTENSION);
        assertThat(own.certificate().getCriticalExtensionOIDs()).isEmpty();
        assertThat(own.certificate().getSerialNumber()).isPositive();
        assertThat(own.toString()).doesNotContain(own.key().toString());
    }

    @Test
    void acceptsEachKindOfKeyThatSignsACertificate() throws Exception {
        accepts(shape());
        accepts(shape().critical());
        accepts(shape().key(ec("secp384r1"), "SHA384withECDSA", algorithm("1.2.840.10045.4.3.3")));
        accepts(shape().key(ec("secp521r1"), "SHA512withECDSA", algorithm("1.2.840.10045.4.3.4")));
        accepts(shape().key(ed25519(), "Ed25519", algorithm("1.3.101.112")));
        accepts(shape().key(rsa(2048), "SHA256withRSA", rsaAlgorithm(RSA_SHA256)));
        accepts(shape().key(rsa(2048), "SHA384withRSA", rsaAlgorithm("1.2.840.113549.1.1.12")));
        accepts(shape().key(rsa(2048), "SHA512withRSA", rsaAlgorithm("1.2.840.113549.1.1.13")));
        accepts(shape().key(rsa(2048), "RSASSA-PSS", pssAlgorithm()));
    }

    private static AlgorithmIdentifier pssAlgorithm() throws Exception {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
        parameters.init(CertificateShape.pss());
        return new AlgorithmIdentifier(
                new ASN1ObjectIdentifier("1.2.840.113549.1.1.10"),
                ASN1Primitive.fromByteArray(parameters.getEncoded()));
    }

    @Test
    void refusesWeakAlgorithms() {
        refuses(shape().key(ec("secp256r1"), "SHA1withECDSA", algorithm("1.2.840.10045.4.1")), "unknown or too weak");
        refuses(shape().key(rsa(2048), "SHA1withRSA", rsaAlgorithm("1.2.840.113549.1.1.5")), "unknown or too weak");
        refuses(shape().key(rsa(2048), "MD5withRSA", rsaAlgorithm("1.2.840.113549.1.1.4")), "unknown or too weak");
        refuses(shape().key(rsa(1024), "SHA256withRSA", rsaAlgorithm(RSA_SHA256)), "1024 bits, not 2048 to 8192");
        refuses(shape().key(rsa(2048), "RSASSA-PSS", algorithm("1.2.840.113549.1.1.10")), "parameters of RSA-PSS");
    }

    @Test
    void refusesASignatureThatIsNotItsOwn() {
        refuses(shape().signedBy(ec("secp256r1")), "own signature is wrong");
        refuses(shape().key(rsa(2048), "SHA256withRSA", algorithm(ECDSA_SHA256)), "a key for RSA and a signature by");
        byte[] changed = shape().toDer();
        changed[changed.length - 1] ^= 1;
        refuses(changed, "own signature is wrong");
    }

    @Test
    void refusesAnIdentityThatDidNotSign() {
        refuses(shape().wronglySigned(), "did not prove to be " + identity.peerId());
    }

    @Test
    void refusesATimeOutsideOfItsValidity() {
        Duration hour = Duration.ofHours(1);
        refuses(shape().valid(now.plus(hour), now.plus(hour).plus(hour)), "clocks wrong");
        refuses(shape().valid(now.minus(hour).minus(hour), now.minus(hour)), "clocks wrong");
    }

    @Test
    void wantsTheExtensionOnceAndNoOtherThatIsCritical() throws Exception {
        refuses(shape().withoutExtension(), "no libp2p extension");
        refuses(shape().last(CertificateShape.EXTENSION, false), "twice");
        refuses(shape().first("1.2.3.4", true), "unknown critical extension: 2a0304");
        refuses(shape().last("2.5.29.17", true), "unknown critical extension: 551d11");
        refuses(shape().trailingInExtension(), "2 bytes follow the libp2p extension");
        accepts(shape().first("1.2.3.4", false).last("1.2.3.5", false));
        accepts(shape().first("2.5.29.15", true).last("2.5.29.19", true));
        CertificateShape many = shape();
        for (int i = 0; i < 40; i++) {
            many.last("1.2.3." + i, false);
        }
        refuses(many, "more than 32 extensions");
    }

    @Test
    void refusesLongAndTrailingBytes() {
        byte[] der = shape().toDer();
        refuses(Arrays.copyOf(der, der.length + 3), "3 bytes follow the certificate");
        refuses(Arrays.copyOf(der, der.length - 1), "of which");
        refuses(new byte[0], "the certificate is missing");
        refuses(new byte[17 << 10], "17408 bytes, more than the allowed 16384");
        refuses(new byte[] {0x30, (byte) 0x80, 0, 0}, "not readable");
        refuses(new byte[] {0x30, (byte) 0x81, 2, 5, 0}, "not minimal");
        refuses(new byte[] {0x30, (byte) 0x83, 0, 1, 0}, "not minimal");
        refuses(new byte[] {0x30, (byte) 0x84, 0, 0, 0, 0}, "not readable");
    }

    /** One bit or one piece changed anywhere: an answer in words, and never another peer's key. */
    @Test
    void survivesChangedCertificates() {
        Random random = new Random(53_594);
        byte[][] seeds = {
            shape().toDer(),
            Vectors.bytes("tls.js.rsa = "),
            Vectors.bytes("tls.go.secp256k1 = "),
            Vectors.bytes("tls.rust.ecdsa = "),
            shape().key(rsa(2048), "SHA256withRSA", rsaAlgorithm(RSA_SHA256)).toDer()
        };
        for (int round = 0; round < 4_000; round++) {
            byte[] bytes = changed(seeds[random.nextInt(seeds.length)], random);
            Throwable failure = catchThrowable(() -> PeerCertificate.verify(bytes, now));
            assertThat(failure)
                    .as(() -> HexFormat.of().formatHex(bytes))
                    .isInstanceOf(CertificateException.class)
                    .message()
                    .isNotEmpty()
                    .hasSizeLessThan(400)
                    .doesNotContain("\n");
        }
    }

    private static byte[] changed(byte[] seed, Random random) {
        byte[] bytes = seed.clone();
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(4)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes = Arrays.copyOf(bytes, at);
            case 2 -> {
                byte[] noise = new byte[Math.min(1 + random.nextInt(20), bytes.length - at)];
                random.nextBytes(noise);
                noise[0] = (byte) (bytes[at] + 1);
                System.arraycopy(noise, 0, bytes, at, noise.length);
            }
            default -> {
                byte[] shorter = new byte[bytes.length - 1];
                System.arraycopy(bytes, 0, shorter, 0, at);
                System.arraycopy(bytes, at + 1, shorter, at, shorter.length - at);
                bytes = shorter;
            }
        }
        return bytes;
    }
}
