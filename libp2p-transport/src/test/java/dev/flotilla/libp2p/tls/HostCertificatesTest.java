package dev.flotilla.libp2p.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.SetClock;
import dev.flotilla.libp2p.crypto.PrivateKey;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class HostCertificatesTest {
    private final PrivateKey identity = PrivateKey.generate();
    private final SetClock clock = new SetClock();
    private final HostCertificates certificates = new HostCertificates(identity, clock);

    @Test
    void keepsOneForHoursAndThenMakesAnother() throws Exception {
        HostCertificate first = certificates.current();
        clock.set(Duration.ofHours(5));
        assertThat(certificates.current()).isSameAs(first);
        clock.set(Duration.ofHours(6));
        HostCertificate second = certificates.current();
        assertThat(second.certificate().getPublicKey())
                .isNotEqualTo(first.certificate().getPublicKey());
        assertThat(PeerCertificate.verify(second.certificate().getEncoded(), clock.instant()))
                .isEqualTo(identity.publicKey());
        assertThat(PeerCertificate.verify(first.certificate().getEncoded(), clock.instant()))
                .isEqualTo(identity.publicKey()); // connections that began with it go on
    }

    @Test
    void makesAnotherWhenTheClockWasSetBack() throws Exception {
        certificates.current();
        clock.set(Duration.ofDays(1).negated());
        HostCertificate second = certificates.current();
        assertThat(PeerCertificate.verify(second.certificate().getEncoded(), clock.instant()))
                .isEqualTo(identity.publicKey());
    }
}
