package dev.flotilla.libp2p.tls;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.crypto.PublicKey;
import dev.flotilla.transport.PeerId;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProtocols;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.KeyManagerFactoryWrapper;
import io.netty.internal.tcnative.CertificateVerifier;
import io.netty.internal.tcnative.SSL;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Makes the TLS engines of one host's connections, by BoringSSL: TLS 1.3 alone, a certificate wanted from both sides, no
 * host names, and no resumption, since a resumed session shows no certificate (libp2p spec, tls, handshake protocol). All
 * engines share what one {@link HostCertificate} was loaded into, until that is replaced. Thread-safe.
 */
final class TlsContexts {
    /** What both sides name if they agree on a multiplexer later (libp2p spec, tls, ALPN). */
    static final String NO_MUXER = "libp2p";

    private static final int CERTIFICATE_BYTES_MAX = 32 << 10; // of all that a peer shows; before they are looked at

    private final HostCertificates certificates;
    private final List<String> protocols; // by ALPN, best first
    private final PeerTrust trust = new PeerTrust(TlsContexts::rejected);
    private @Nullable Loaded loaded;

    /** The contexts that one certificate was loaded into. */
    private record Loaded(HostCertificate certificate, SslContext client, SslContext server) {}

    TlsContexts(PrivateKey identity, List<String> muxers) {
        this.certificates = new HostCertificates(identity);
        this.protocols = new ArrayList<>(muxers);
        protocols.add(NO_MUXER);
    }

    List<String> protocols() {
        return protocols;
    }

    /**
     * A new engine, to be released.
     *
     * @param expected the only peer to accept; null accepts any
     * @throws SSLException if BoringSSL cannot make it
     */
    SSLEngine newEngine(boolean initiator, @Nullable PeerId expected, ByteBufAllocator allocator) throws SSLException {
        Loaded contexts = current();
        SSLEngine engine = (initiator ? contexts.client : contexts.server).newEngine(allocator);
        // Netty lets each engine of TLS 1.3 send tickets, whatever its context says.
        SSL.setOptions(((ReferenceCountedOpenSslEngine) engine).sslPointer(), SSL.SSL_OP_NO_TICKET);
        if (expected != null) {
            trust.expect(engine, expected);
        }
        return engine;
    }

    /** The key that the peer behind this engine proved to have; null if it did not. */
    @Nullable
    PublicKey proven(SSLEngine engine) {
        return trust.proven(engine);
    }

    private synchronized Loaded current() throws SSLException {
        HostCertificate certificate = certificates.current();
        Loaded contexts = loaded;
        if (contexts == null || !contexts.certificate.equals(certificate)) {
            contexts = new Loaded(certificate, client(certificate), server(certificate));
            loaded = contexts; // engines hold on to what they were made by
        }
        return contexts;
    }

    private SslContext client(HostCertificate certificate) throws SSLException {
        return build(SslContextBuilder.forClient()
                .keyManager(keyManager(certificate))
                .endpointIdentificationAlgorithm(null));
    }

    private SslContext server(HostCertificate certificate) throws SSLException {
        return build(SslContextBuilder.forServer(keyManager(certificate)).clientAuth(ClientAuth.REQUIRE));
    }

    /** Hands the key to BoringSSL once, not in each handshake. */
    private static KeyManagerFactory keyManager(HostCertificate certificate) {
        return new OpenSslCachingX509KeyManagerFactory(new KeyManagerFactoryWrapper(certificate.keyManager()));
    }

    /** Lets BoringSSL tell the peer that its certificate is at fault; without this it would send internal_error. */
    private static CertificateException rejected(CertificateException reason) {
        return new OpenSslCertificateException(
                reason.getMessage(), reason, CertificateVerifier.X509_V_ERR_CERT_REJECTED);
    }

    private SslContext build(SslContextBuilder builder) throws SSLException {
        SslContext context = builder.sslProvider(SslProvider.OPENSSL)
                .protocols(SslProtocols.TLS_v1_3)
                .trustManager(trust)
                .option(OpenSslContextOption.MAX_CERTIFICATE_LIST_BYTES, CERTIFICATE_BYTES_MAX)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        protocols))
                .build();
        ((OpenSslSessionContext) context.sessionContext()).setSessionCacheEnabled(false);
        return context;
    }
}
