package dev.flotilla.libp2p.noise;

import dev.flotilla.libp2p.crypto.PrivateKey;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The Noise key of a host, shared by all its connections: secrets come of the ephemeral keys, and one that is made and
 * signed for each connection is a tenth of a handshake for either side, since whoever knows it need not check its
 * signature again. Replaced by another after some hours, so that no key is used for long. Thread-safe.
 */
final class StaticKeys {
    private static final Duration KEPT = Duration.ofHours(6);

    private final PrivateKey identity;
    private final List<String> muxers;
    private final Clock clock;
    private @Nullable StaticKey current; // guarded by this
    private Instant made = Instant.MIN; // guarded by this

    StaticKeys(PrivateKey identity, List<String> muxers, Clock clock) {
        this.identity = identity;
        this.muxers = List.copyOf(muxers);
        this.clock = clock;
    }

    /** The one for connections that begin now: the same object until it is replaced. */
    synchronized StaticKey current() throws GeneralSecurityException {
        Instant now = clock.instant();
        StaticKey kept = current;
        if (kept == null || now.isBefore(made) || !now.isBefore(made.plus(KEPT))) {
            kept = StaticKey.of(X25519KeyPair.generate(), identity, muxers);
            current = kept;
            made = now;
        }
        return kept;
    }
}
