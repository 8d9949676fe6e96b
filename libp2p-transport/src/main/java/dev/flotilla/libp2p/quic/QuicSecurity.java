package dev.flotilla.libp2p.quic;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.crypto.PublicKey;
import dev.flotilla.libp2p.security.SecureSession;
import dev.flotilla.libp2p.security.SecurityHandshakeException;
import dev.flotilla.libp2p.tls.HostCertificate;
import dev.flotilla.libp2p.tls.HostCertificates;
import dev.flotilla.libp2p.tls.PeerTrust;
import dev.flotilla.transport.PeerId;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicSslEngine;
import io.netty.handler.ssl.ClientAuth;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * The handshakes of one host's QUIC connections: TLS 1.3 with libp2p certificates on both sides (libp2p spec, quic and
 * tls). Thread-safe.
 */
final class QuicSecurity {
    private static final String ALPN = "libp2p";

    private final HostCertificates certificates;
    private final PeerTrust trust = new PeerTrust();
    private @Nullable Contexts contexts; // guarded by this

    QuicSecurity(PrivateKey identity) {
        this.certificates = new HostCertificates(identity);
    }

    private record Contexts(HostCertificate certificate, QuicSslContext client, QuicSslContext server) {}

    private synchronized Contexts contexts() {
        HostCertificate certificate = certificates.current();
        Contexts known = contexts;
        if (known == null || !known.certificate().equals(certificate)) {
            known = new Contexts(
                    certificate,
                    finish(QuicSslContextBuilder.forClient()
                            .keyManager(certificate.key(), null, certificate.certificate())
                            .endpointIdentificationAlgorithm(null)), // peers have no host names, but keys
                    finish(QuicSslContextBuilder.forServer(certificate.key(), null, certificate.certificate())
                            .clientAuth(ClientAuth.REQUIRE)));
            contexts = known;
        }
        return known;
    }

    private QuicSslContext finish(QuicSslContextBuilder builder) {
        return builder.trustManager(trust)
                .applicationProtocols(ALPN)
                .earlyData(false)
                .build();
    }

    QuicSslEngine serverEngine(QuicChannel channel) {
        return contexts().server().newEngine(channel.alloc());
    }

    /** For a connection to {@code peer} and nobody else. */
    QuicSslEngine clientEngine(QuicChannel channel, PeerId peer) {
        QuicSslEngine engine = contexts().client().newEngine(channel.alloc());
        trust.expect(engine, peer);
        return engine;
    }

    /** What a complete handshake has proven. A resumed session shows no certificate and proves nothing. */
    SecureSession session(@Nullable SSLEngine engine) throws SecurityHandshakeException {
        PublicKey key = engine == null ? null : trust.proven(engine);
        if (key == null) {
            throw new SecurityHandshakeException("the peer showed no certificate");
        }
        return new SecureSession(key.peerId(), key, null);
    }

    /** Why the peer's certificate was refused; null if it was not. */
    @Nullable
    String refusal(@Nullable SSLEngine engine) {
        return engine == null ? null : trust.refusal(engine);
    }
}
