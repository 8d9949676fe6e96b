package dev.flotilla.interop;

import dev.flotilla.libp2p.noise.Noise;
import dev.flotilla.libp2p.security.SecurityProtocol;
import dev.flotilla.libp2p.tls.Tls;
import java.util.Locale;

/** What secures connections, as the peer programs name it. */
enum Security {
    NOISE,
    TLS;

    /** For {@code --security}. */
    String argument() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Our side of it. */
    SecurityProtocol protocol() {
        return switch (this) {
            case NOISE -> new Noise();
            case TLS ->
                Tls.ifAvailable()
                        .orElseThrow(() ->
                                new IllegalStateException(Tls.unavailability().orElse("no TLS")));
        };
    }

    @Override
    public String toString() {
        return argument();
    }
}
