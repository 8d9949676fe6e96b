package dev.flotilla.libp2p.tls;

import dev.flotilla.libp2p.crypto.PublicKey;
import dev.flotilla.transport.PeerId;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts every libp2p peer that proves itself by its certificate, or the one that is expected, for TLS and QUIC alike.
 * One serves all connections, so it keeps by engine which peer is expected and which key was proven; an engine that is
 * gone is forgotten. Thread-safe.
 */
public final class PeerTrust extends X509ExtendedTrustManager {
    private final Clock clock;
    private final UnaryOperator<CertificateException> telling;
    private final KnownCertificates known = new KnownCertificates();
    private final Map<SSLEngine, PeerId> expected = Collections.synchronizedMap(new WeakHashMap<>());
    private final Map<SSLEngine, PublicKey> proven = Collections.synchronizedMap(new WeakHashMap<>());
    private final Map<SSLEngine, String> refusals = Collections.synchronizedMap(new WeakHashMap<>());

    public PeerTrust() {
        this(reason -> reason);
    }

    /** @param telling makes the exceptions that tell the engine which alert to send */
    PeerTrust(UnaryOperator<CertificateException> telling) {
        this(Clock.systemUTC(), telling);
    }

    PeerTrust(Clock clock, UnaryOperator<CertificateException> telling) {
        this.clock = clock;
        this.telling = telling;
    }

    /** Lets this engine, before its handshake, trust {@code peer} alone. */
    public void expect(SSLEngine engine, PeerId peer) {
        expected.put(engine, peer);
    }

    /** The key of the peer behind this engine; null if no handshake of it has proven one. */
    public @Nullable PublicKey proven(SSLEngine engine) {
        return proven.get(engine);
    }

    /** Why the peer behind this engine was not trusted, since QUIC's handshake does not say; null if it was. */
    public @Nullable String refusal(SSLEngine engine) {
        return refusals.get(engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        try {
            check(chain, engine);
        } catch (CertificateException e) {
            throw telling.apply(e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(chain, authType, engine);
    }

    private void check(X509Certificate[] chain, SSLEngine engine) throws CertificateException {
        try {
            proven.put(engine, verify(chain, engine));
        } catch (CertificateException e) {
            refusals.put(engine, String.valueOf(e.getMessage()));
            throw e;
        }
    }

    private PublicKey verify(X509Certificate[] chain, SSLEngine engine) throws CertificateException {
        PublicKey key = PeerCertificate.verify(chain, clock.instant(), known);
        PeerId wanted = expected.get(engine);
        if (wanted != null && !wanted.equals(key.peerId())) {
            throw new CertificateException("the peer is " + key.peerId() + ", expected " + wanted);
        }
        return key;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw withoutEngine();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw withoutEngine();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw withoutEngine();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw withoutEngine();
    }

    private static CertificateException withoutEngine() {
        return new CertificateException("a peer is trusted within the handshake of an engine alone");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0]; // peers' certificates have no authorities
    }
}
