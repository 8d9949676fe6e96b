package dev.flotilla.libp2p.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.crypto.PrivateKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class HostCertificatesTest {
    private static final Instant START = Instant.parse("2026-05-01T00:00:00Z");

    private final PrivateKey identity = PrivateKey.generate();
    private Instant now = START;
    private final HostCertificates certificates = new HostCertificates(identity, new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    });

    @Test
    void keepsOneForHoursAndThenMakesAnother() throws Exception {
        HostCertificate first = certificates.current();
        now = START.plus(Duration.ofHours(5));
        assertThat(certificates.current()).isSameAs(first);
        now = START.plus(Duration.ofHours(6));
        HostCertificate second = certificates.current();
        assertThat(second.certificate().getPublicKey())
                .isNotEqualTo(first.certificate().getPublicKey());
        assertThat(PeerCertificate.verify(second.certificate().getEncoded(), now))
                .isEqualTo(identity.publicKey());
        assertThat(PeerCertificate.verify(first.certificate().getEncoded(), now))
                .isEqualTo(identity.publicKey()); // connections that began with it go on
    }

    @Test
    void makesAnotherWhenTheClockWasSetBack() throws Exception {
        certificates.current();
        now = START.minus(Duration.ofDays(1));
        HostCertificate second = certificates.current();
        assertThat(PeerCertificate.verify(second.certificate().getEncoded(), now))
                .isEqualTo(identity.publicKey());
    }
}
