package dev.flotilla.libp2p.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.crypto.PublicKey;
import dev.flotilla.transport.Bytes;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class KnownCertificatesTest {
    private final Instant now = Instant.now();
    private final PrivateKey identity = PrivateKey.generate();
    private final KnownCertificates known = new KnownCertificates();
    private final byte[] der = new CertificateShape(identity).toDer();

    @Test
    void checksTheSignaturesOfOneCertificateOnce() throws Exception {
        PublicKey key = PeerCertificate.verify(der, now, known);
        assertThat(key).isEqualTo(identity.publicKey());
        assertThat(PeerCertificate.verify(der.clone(), now, known)).isSameAs(key);
        assertThat(PeerCertificate.verify(der, now)).isNotSameAs(key);
    }

    @Test
    void doesNotTakeAnotherCertificateForIt() throws Exception {
        PeerCertificate.verify(der, now, known);
        for (int at = der.length - 80; at < der.length; at++) {
            byte[] changed = der.clone();
            changed[at] ^= 1;
            assertThatExceptionOfType(CertificateException.class)
                    .as("byte %d", at)
                    .isThrownBy(() -> PeerCertificate.verify(changed, now, known));
        }
    }

    @Test
    void remembersNothingThatDependsOnTime() throws Exception {
        PeerCertificate.verify(der, now, known);
        assertThatExceptionOfType(CertificateException.class)
                .isThrownBy(() -> PeerCertificate.verify(der, now.plus(Duration.ofHours(2)), known))
                .withMessageContaining("clocks wrong");
    }

    @Test
    void remembersNoWrongOne() {
        byte[] wrong = new CertificateShape(identity).wronglySigned().toDer();
        for (int i = 0; i < 2; i++) {
            assertThatExceptionOfType(CertificateException.class)
                    .isThrownBy(() -> PeerCertificate.verify(wrong, now, known))
                    .withMessageContaining("did not prove");
        }
    }

    @Test
    void forgetsTheLeastRecentlyUsedWhenItIsFull() {
        PublicKey key = identity.publicKey();
        for (int i = 0; i <= KnownCertificates.SIZE_MAX; i++) {
            known.add(Bytes.utf8("certificate " + i), key);
            assertThat(known.find(Bytes.utf8("certificate 0"))).isNotNull(); // used all the time
        }
        assertThat(known.find(Bytes.utf8("certificate 1"))).isNull();
        assertThat(known.find(Bytes.utf8("certificate 2"))).isNotNull();
    }
}
