package dev.flotilla.libp2p.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.security.SecureSession;
import dev.flotilla.libp2p.security.SecurityHandler;
import dev.flotilla.libp2p.security.SecurityHandshakeException;
import dev.flotilla.libp2p.security.SecurityProtocol;
import dev.flotilla.transport.PeerId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.security.Principal;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeaks.class)
class TlsHandlerTest {
    private static final List<String> YAMUX = List.of("/yamux/1.0.0");

    private final PrivateKey initiatorKey = PrivateKey.generate();
    private final PrivateKey responderKey = PrivateKey.generate();
    private final SecurityHandler initiator = handler(true, initiatorKey, responderKey.peerId(), YAMUX);
    private final SecurityHandler responder = handler(false, responderKey, null, YAMUX);
    private EmbeddedChannel dialler = new EmbeddedChannel(initiator);
    private EmbeddedChannel listener = new EmbeddedChannel(responder);

    @BeforeAll
    static void needsBoringSsl() {
        assumeTrue(Tls.unavailability().isEmpty(), () -> Tls.unavailability().orElseThrow());
    }

    private static SecurityHandler handler(
            boolean dials, PrivateKey identity, @Nullable PeerId expected, List<String> muxers) {
        return Tls.ifAvailable()
                .orElseThrow()
                .newHandler(new SecurityProtocol.Parameters(dials, identity, expected, muxers));
    }

    @AfterEach
    void closes() {
        end(dialler);
        end(listener);
    }

    /** The embedded channel takes its handlers away before the exception comes that made them close it. */
    private static void end(EmbeddedChannel channel) {
        try {
            channel.finishAndReleaseAll();
        } catch (DecoderException e) {
            assertThat(e).hasRootCauseInstanceOf(Exception.class);
        }
        channel.releaseInbound();
        channel.releaseOutbound();
    }

    private void dialWith(ChannelHandler handler) {
        end(dialler);
        dialler = new EmbeddedChannel(handler);
    }

    private void listenWith(ChannelHandler handler) {
        end(listener);
        listener = new EmbeddedChannel(handler);
    }

    /** Moves bytes between the two until both are silent, {@code piece} bytes at a time. */
    private void exchange(int piece) {
        boolean moved = true;
        while (moved) {
            moved = move(dialler, listener, piece);
            moved |= move(listener, dialler, piece);
        }
    }

    private static boolean move(EmbeddedChannel from, EmbeddedChannel to, int piece) {
        from.runPendingTasks();
        ByteBuf bytes = from.readOutbound();
        if (bytes == null) {
            return false;
        }
        while (bytes.isReadable() && to.isOpen()) {
            to.pipeline()
                    .fireChannelRead(Unpooled.directBuffer().writeBytes(bytes, Math.min(piece, bytes.readableBytes())));
            to.pipeline().fireChannelReadComplete();
            to.runPendingTasks();
        }
        bytes.release();
        return true;
    }

    private static byte[] received(EmbeddedChannel channel) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (ByteBuf bytes = channel.readInbound(); bytes != null; bytes = channel.readInbound()) {
            out.writeBytes(ByteBufUtil.getBytes(bytes));
            bytes.release();
        }
        return out.toByteArray();
    }

    private static void failsWith(SecurityHandler handler, String... words) {
        assertThatThrownBy(() -> handler.session().get())
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(SecurityHandshakeException.class)
                .hasMessageContainingAll(words)
                .message()
                .hasSizeLessThan(300)
                .doesNotContain("\n");
    }

    private static SecureSession sessionOf(SecurityHandler handler) throws Exception {
        assertThat(handler.session()).isDone();
        return handler.session().get();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 300, Integer.MAX_VALUE})
    void agreesAndMovesBytesBothWays(int piece) throws Exception {
        exchange(piece);
        assertThat(sessionOf(initiator))
                .isEqualTo(new SecureSession(responderKey.peerId(), responderKey.publicKey(), "/yamux/1.0.0"));
        assertThat(sessionOf(responder))
                .isEqualTo(new SecureSession(initiatorKey.peerId(), initiatorKey.publicKey(), "/yamux/1.0.0"));
        byte[] there = new byte[200_000];
        new Random(1).nextBytes(there);
        dialler.writeOutbound(Unpooled.wrappedBuffer(there));
        listener.writeOutbound(Unpooled.wrappedBuffer(new byte[] {4, 5}));
        exchange(Math.max(piece, 100));
        assertThat(received(listener)).isEqualTo(there);
        assertThat(received(dialler)).containsExactly(4, 5);
    }

    /** Who watches the connection tells a peer that is gone from one that does wrong. */
    @Test
    void aFailureOfTheSocketIsPassedOnAsItIs() throws Exception {
        exchange(Integer.MAX_VALUE);
        assertThat(sessionOf(initiator)).isNotNull();
        IOException reset = new IOException("Connection reset by peer");
        dialler.pipeline().fireExceptionCaught(reset);
        assertThatThrownBy(dialler::checkException).isSameAs(reset);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa", "ed25519", "secp256k1", "ecdsa"})
    void takesEachKindOfIdentity(String type) throws Exception {
        PrivateKey key = PrivateKey.fromBytes(dev.flotilla.libp2p.Vectors.bytes(type + ".private.key = "));
        SecurityHandler other = handler(true, key, responderKey.peerId(), YAMUX);
        dialWith(other);
        exchange(Integer.MAX_VALUE);
        assertThat(sessionOf(responder).remotePeerId()).isEqualTo(key.peerId());
        assertThat(sessionOf(other).remotePeerId()).isEqualTo(responderKey.peerId());
    }

    @Test
    void leavesTheMuxerToALaterNegotiation() throws Exception {
        SecurityHandler without = handler(true, initiatorKey, null, List.of());
        dialWith(without);
        exchange(Integer.MAX_VALUE);
        assertThat(sessionOf(without).muxer()).isNull();
        assertThat(sessionOf(responder).muxer()).isNull();
    }

    @Test
    void sessionIsCompleteBeforeBytesInTheClearAreFired() {
        AtomicInteger early = new AtomicInteger();
        SecurityHandler late = handler(false, responderKey, null, YAMUX);
        listenWith(late);
        late.session().thenAccept(session -> listener.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(io.netty.channel.ChannelHandlerContext ctx, Object message) {
                early.addAndGet(((ByteBuf) message).readableBytes());
                ((ByteBuf) message).release();
            }
        }));
        dialler.writeAndFlush(
                Unpooled.wrappedBuffer(new byte[] {1, 2, 3})); // waits for the handshake, goes with its end
        exchange(Integer.MAX_VALUE);
        assertThat(early).hasValue(3);
        assertThat(received(listener)).isEmpty();
    }

    @Test
    void refusesAnotherPeerAndTellsIt() {
        PeerId wanted = PrivateKey.generate().peerId();
        SecurityHandler wrong = handler(true, initiatorKey, wanted, YAMUX);
        dialWith(wrong);
        exchange(Integer.MAX_VALUE);
        failsWith(wrong, "the peer is " + responderKey.peerId(), "expected " + wanted);
        failsWith(responder, "the peer refused: alert bad_certificate");
        assertThat(dialler.isOpen() || listener.isOpen()).isFalse();
    }

    @Test
    void theResponderRefusesAnotherPeerToo() {
        PeerId wanted = PrivateKey.generate().peerId();
        SecurityHandler wrong = handler(false, responderKey, wanted, YAMUX);
        listenWith(wrong);
        exchange(Integer.MAX_VALUE);
        failsWith(wrong, "the peer is " + initiatorKey.peerId(), "expected " + wanted);
        assertThat(listener.isOpen()).isFalse();
        assertThat(dialler.isOpen()).isFalse(); // told by an alert after its own handshake was complete
        assertThat(TlsFailures.inWords(catchThrowable(() -> dialler.checkException())))
                .hasMessageContaining("the peer refused: alert bad_certificate");
    }

    @Test
    void aCloseNotifyClosesTheChannel() {
        exchange(Integer.MAX_VALUE);
        dialler.writeOutbound(Unpooled.wrappedBuffer(new byte[] {7}));
        dialler.close();
        exchange(Integer.MAX_VALUE);
        assertThat(received(listener)).containsExactly(7);
        assertThat(listener.isOpen()).isFalse();
        listener.checkException();
        assertThat(listener.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {1}))
                        .isSuccess())
                .isFalse();
    }

    @Test
    void failsWaitingWritesWhenTheChannelCloses() {
        ChannelFuture early = dialler.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {9}));
        dialler.close();
        dialler.runPendingTasks();
        assertThat(early.isDone() && !early.isSuccess()).isTrue();
        failsWith(initiator, "closed during the handshake");
    }

    @Test
    void refusesWhatIsNotTls() {
        byte[] garbage = new byte[100_000];
        new Random(3).nextBytes(garbage);
        garbage[0] = 'x';
        listener.pipeline().fireChannelRead(Unpooled.directBuffer().writeBytes(garbage));
        failsWith(responder, "not TLS");
        assertThat(listener.isOpen()).isFalse();

        SecurityHandler second = handler(false, responderKey, null, YAMUX);
        listenWith(second);
        listener.pipeline()
                .fireChannelRead(Unpooled.directBuffer()
                        .writeBytes("GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        failsWith(second, "not TLS");
    }

    @Test
    void closesOnAChangedMessage() {
        exchange(Integer.MAX_VALUE);
        dialler.writeOutbound(Unpooled.wrappedBuffer(new byte[] {1, 2, 3}));
        ByteBuf record = dialler.readOutbound();
        record.setByte(record.writerIndex() - 1, record.getByte(record.writerIndex() - 1) ^ 1);
        listener.pipeline().fireChannelRead(record).fireChannelReadComplete();
        listener.runPendingTasks();
        assertThat(listener.isOpen()).isFalse();
        assertThat(received(listener)).isEmpty();
        assertThat(TlsFailures.inWords(catchThrowable(() -> listener.checkException())))
                .hasMessageContaining("its tag does not fit");
    }

    /** A client of ours that is no libp2p peer. */
    private static SslHandler stranger(SslContextBuilder builder, String... protocols) throws Exception {
        SslContextBuilder complete = builder.trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm(null)
                .sslProvider(SslProvider.OPENSSL);
        if (protocols.length > 0) {
            complete.applicationProtocolConfig(new ApplicationProtocolConfig(
                    Protocol.ALPN,
                    SelectorFailureBehavior.NO_ADVERTISE,
                    SelectedListenerFailureBehavior.ACCEPT,
                    protocols));
        }
        return complete.build().newHandler(io.netty.buffer.ByteBufAllocator.DEFAULT);
    }

    private static X509Certificate certificate(CertificateShape shape) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(shape.toDer()));
    }

    private SslHandler padded(int bytes) throws Exception {
        CertificateShape shape = new CertificateShape(initiatorKey).named().padded(bytes);
        return stranger(
                SslContextBuilder.forClient().keyManager(shape.key().getPrivate(), certificate(shape)), "libp2p");
    }

    @Test
    void refusesAClientWithoutACertificate() throws Exception {
        dialWith(stranger(SslContextBuilder.forClient(), "libp2p"));
        exchange(Integer.MAX_VALUE);
        failsWith(responder, "the peer showed no certificate");
        assertThat(listener.isOpen()).isFalse();
    }

    @Test
    void refusesTls12() throws Exception {
        HostCertificate own = HostCertificate.make(initiatorKey, Instant.now());
        dialWith(stranger(
                SslContextBuilder.forClient()
                        .keyManager(own.key(), own.certificate())
                        .protocols("TLSv1.2"),
                "libp2p"));
        exchange(Integer.MAX_VALUE);
        failsWith(responder, "the peer speaks no TLS 1.3");
        assertThat(listener.isOpen()).isFalse();
    }

    @Test
    void refusesAPeerWithNothingInCommonByAlpn() throws Exception {
        HostCertificate own = HostCertificate.make(initiatorKey, Instant.now());
        dialWith(stranger(SslContextBuilder.forClient().keyManager(own.key(), own.certificate()), "h2"));
        exchange(Integer.MAX_VALUE);
        failsWith(responder, "nothing in common by ALPN", "[/yamux/1.0.0, libp2p]");
    }

    @Test
    void refusesAChainOfTwo() throws Exception {
        HostCertificate own = HostCertificate.make(initiatorKey, Instant.now());
        HostCertificate second = HostCertificate.make(initiatorKey, Instant.now());
        X509Certificate[] chain = {own.certificate(), second.certificate()};
        dialWith(stranger(SslContextBuilder.forClient().keyManager(new Chain(own.key(), chain)), "libp2p"));
        exchange(Integer.MAX_VALUE);
        failsWith(responder, "the peer showed 2 certificates, expected exactly one");
    }

    @Test
    void refusesAnOrdinaryCertificateOfAServer() throws Exception {
        CertificateShape shape = new CertificateShape(responderKey).named().withoutExtension();
        listenWith(stranger(SslContextBuilder.forServer(shape.key().getPrivate(), certificate(shape)), "libp2p"));
        exchange(Integer.MAX_VALUE);
        failsWith(initiator, "no libp2p extension");
        assertThat(dialler.isOpen()).isFalse();
    }

    @Test
    void refusesHugeCertificatesBeforeReadingThem() throws Exception {
        dialWith(padded(60_000));
        exchange(Integer.MAX_VALUE);
        failsWith(responder, "handshake message is too large");

        SecurityHandler second = handler(false, responderKey, null, YAMUX);
        listenWith(second);
        dialWith(padded(20_000));
        exchange(Integer.MAX_VALUE);
        failsWith(second, "more than the allowed 16384");
    }

    @Test
    void survivesRandomHandshakes() {
        Random random = new Random(13);
        for (int round = 0; round < 200; round++) {
            SecurityHandler any = handler(round % 2 == 0, initiatorKey, null, YAMUX);
            EmbeddedChannel channel = new EmbeddedChannel(any);
            byte[] bytes = new byte[5 + random.nextInt(400)];
            random.nextBytes(bytes);
            bytes[0] = (byte) (20 + random.nextInt(4)); // a record of TLS
            bytes[1] = 3;
            bytes[2] = 3;
            bytes[3] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : 0);
            channel.pipeline().fireChannelRead(Unpooled.directBuffer().writeBytes(bytes));
            channel.runPendingTasks();
            channel.close();
            channel.runPendingTasks();
            assertThat(any.session()).isCompletedExceptionally();
            end(channel);
        }
    }

    /** A resumed session shows no certificate; the JDK's client would resume one if it were given a ticket. */
    @Test
    void givesNoTicketsToResumeSessionsBy() throws Exception {
        HostCertificate own = HostCertificate.make(initiatorKey, Instant.now());
        AtomicInteger shown = new AtomicInteger();
        SSLContext client = SSLContext.getInstance("TLSv1.3");
        client.init(new KeyManager[] {new HostKeyManager(own)}, new TrustManager[] {new CountingTrust(shown)}, null);
        SecurityProtocol tls = Tls.ifAvailable().orElseThrow();
        for (int round = 1; round <= 2; round++) {
            SSLEngine engine = client.createSSLEngine("responder", 4001);
            engine.setUseClientMode(true);
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"libp2p"});
            engine.setSSLParameters(parameters);
            SecurityHandler each = tls.newHandler(new SecurityProtocol.Parameters(false, responderKey, null, YAMUX));
            dialWith(new SslHandler(engine));
            listenWith(each);
            exchange(Integer.MAX_VALUE);
            assertThat(sessionOf(each).remotePeerId()).isEqualTo(initiatorKey.peerId());
            listener.writeOutbound(Unpooled.wrappedBuffer(new byte[] {1}));
            exchange(Integer.MAX_VALUE);
            assertThat(received(dialler)).containsExactly(1);
            assertThat(engine.getSession().getProtocol()).isEqualTo("TLSv1.3");
            assertThat(shown).hasValue(round);
        }
    }

    /** Shows whatever it is told to. */
    private static final class Chain extends X509ExtendedKeyManager {
        private final java.security.PrivateKey key;
        private final X509Certificate[] certificates;

        Chain(java.security.PrivateKey key, X509Certificate[] certificates) {
            this.key = key;
            this.certificates = certificates;
        }

        @Override
        public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
            return "any";
        }

        @Override
        public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            return "any";
        }

        @Override
        public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            return "any";
        }

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            return new String[] {"any"};
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return new String[] {"any"};
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return certificates;
        }

        @Override
        public java.security.PrivateKey getPrivateKey(String alias) {
            return key;
        }
    }

    private static final class CountingTrust extends X509ExtendedTrustManager {
        private final AtomicInteger shown;

        CountingTrust(AtomicInteger shown) {
            this.shown = shown;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            shown.incrementAndGet();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
