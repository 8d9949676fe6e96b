package dev.flotilla.libp2p.tls;

import dev.flotilla.libp2p.security.SecurityHandler;
import dev.flotilla.libp2p.security.SecurityProtocol;
import dev.flotilla.transport.PeerId;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@code /tls/1.0.0} (libp2p spec, tls), by BoringSSL where its native library is present. The JDK's own TLS would not
 * do: it refuses the certificates of js and rust.
 */
public final class Tls implements SecurityProtocol {
    /** The name under which the two sides agree on this protocol. */
    public static final String PROTOCOL = "/tls/1.0.0";

    private final Map<Shared, TlsContexts> contexts = new ConcurrentHashMap<>();

    /** What connections must have in common to share their contexts: a host has one. */
    private record Shared(PeerId identity, List<String> muxers) {}

    private Tls() {}

    /** The protocol; empty where BoringSSL's native library is not present. */
    public static Optional<SecurityProtocol> ifAvailable() {
        return unavailability().isPresent() ? Optional.empty() : Optional.of(new Tls());
    }

    /** Why the protocol is not available; empty if it is. */
    public static Optional<String> unavailability() {
        if (!OpenSsl.isAvailable()) {
            return Optional.of("BoringSSL's native library is not present: "
                    + OpenSsl.unavailabilityCause().getMessage());
        }
        return SslProvider.isTlsv13Supported(SslProvider.OPENSSL)
                ? Optional.empty()
                : Optional.of(OpenSsl.versionString() + " has no TLS 1.3");
    }

    @Override
    public String protocolId() {
        return PROTOCOL;
    }

    @Override
    public SecurityHandler newHandler(Parameters parameters) {
        Shared shared = new Shared(parameters.identity().peerId(), parameters.muxers());
        TlsContexts made =
                contexts.computeIfAbsent(shared, same -> new TlsContexts(parameters.identity(), same.muxers()));
        return new TlsHandler(made, parameters.initiator(), parameters.expected());
    }
}
