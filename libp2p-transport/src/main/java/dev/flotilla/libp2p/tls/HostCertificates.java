package dev.flotilla.libp2p.tls;

import dev.flotilla.libp2p.crypto.PrivateKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The certificate of this host, shared by all its connections, since making one costs more than a handshake, and
 * replaced by another after some hours, so that no key is used for long. Thread-safe.
 */
public final class HostCertificates {
    private static final Duration KEPT = Duration.ofHours(6);

    private final PrivateKey identity;
    private final Clock clock;
    private @Nullable HostCertificate current;
    private Instant made = Instant.MIN;

    public HostCertificates(PrivateKey identity) {
        this(identity, Clock.systemUTC());
    }

    HostCertificates(PrivateKey identity, Clock clock) {
        this.identity = identity;
        this.clock = clock;
    }

    /** The one for connections that begin now: the same object until it is replaced. */
    public synchronized HostCertificate current() {
        Instant now = clock.instant();
        HostCertificate kept = current;
        boolean clockWentBack = now.isBefore(made); // the certificate may not be valid yet
        if (kept == null || clockWentBack || !now.isBefore(made.plus(KEPT))) {
            kept = HostCertificate.make(identity, now);
            current = kept;
            made = now;
        }
        return kept;
    }
}
