package dev.flotilla.libp2p.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.flotilla.libp2p.Vectors;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.security.SecureSession;
import dev.flotilla.libp2p.security.SecurityHandshakeException;
import dev.flotilla.transport.PeerId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The recorded handshake of another implementation, and what becomes of handshakes that are not right. */
class NoiseTranscriptTest {
    private static final List<String> YAMUX = List.of("/yamux/1.0.0");
    private static final PrivateKey INITIATOR = identity(1);
    private static final PrivateKey RESPONDER = identity(2);

    private static PrivateKey identity(int last) {
        byte[] seed = new byte[32];
        seed[31] = (byte) last;
        return PrivateKey.ofEd25519Seed(seed);
    }

    private static X25519KeyPair key(int repeated) throws GeneralSecurityException {
        byte[] scalar = new byte[32];
        Arrays.fill(scalar, (byte) repeated);
        return X25519KeyPair.ofPrivate(scalar, BoringSsl.PROVIDER);
    }

    private static NoiseHandshake initiator(@Nullable PeerId expected, List<String> muxers) throws Exception {
        StaticKey own = StaticKey.of(key(0x11), INITIATOR, muxers);
        return new NoiseHandshake(true, own, key(0x33), expected, new KnownPayloads());
    }

    private static NoiseHandshake responder(List<String> muxers) throws Exception {
        StaticKey own = StaticKey.of(key(0x22), RESPONDER, muxers);
        return new NoiseHandshake(false, own, key(0x44), null, new KnownPayloads());
    }

    private static byte[] framed(byte[] message) {
        byte[] frame = new byte[message.length + 2];
        frame[0] = (byte) (message.length >> 8);
        frame[1] = (byte) message.length;
        System.arraycopy(message, 0, frame, 2, message.length);
        return frame;
    }

    private static byte[] answer(NoiseHandshake to, byte[] message) throws Exception {
        return Objects.requireNonNull(to.onMessage(message));
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    @Test
    void derivesThePublicKeysOfTheTranscript() throws Exception {
        assertThat(key(0x11).publicKey()).isEqualTo(Vectors.bytes("noise. s_I pub "));
        assertThat(key(0x22).publicKey()).isEqualTo(Vectors.bytes("noise. s_R pub "));
        assertThat(key(0x33).publicKey()).isEqualTo(Vectors.bytes("noise. e_I pub "));
        assertThat(key(0x44).publicKey()).isEqualTo(Vectors.bytes("noise. e_R pub "));
        assertThat(NoisePayload.encode(INITIATOR, key(0x11).publicKey(), YAMUX))
                .isEqualTo(Vectors.bytes("noise. payload_I "));
        assertThat(NoisePayload.encode(RESPONDER, key(0x22).publicKey(), YAMUX))
                .isEqualTo(Vectors.bytes("noise. payload_R "));
    }

    @Test
    void reproducesTheTranscriptByteForByte() throws Exception {
        NoiseHandshake initiator = initiator(RESPONDER.peerId(), YAMUX);
        NoiseHandshake responder = responder(YAMUX);

        byte[] first = initiator.begin();
        assertThat(framed(first)).isEqualTo(Vectors.bytes("noise. msg1 "));
        byte[] second = answer(responder, first);
        assertThat(framed(second)).isEqualTo(Vectors.bytes("noise. msg2 "));
        byte[] third = answer(initiator, second);
        assertThat(framed(third)).isEqualTo(Vectors.bytes("noise. msg3 "));
        assertThat(responder.onMessage(third)).isNull();

        assertThat(initiator.session())
                .isEqualTo(new SecureSession(RESPONDER.peerId(), RESPONDER.publicKey(), "/yamux/1.0.0"));
        assertThat(responder.session())
                .isEqualTo(new SecureSession(INITIATOR.peerId(), INITIATOR.publicKey(), "/yamux/1.0.0"));
        byte[] hash = hex(Vectors.text("noise. ok true true handshake hash "));
        assertThat(initiator.handshakeHash()).isEqualTo(hash);
        assertThat(responder.handshakeHash()).isEqualTo(hash);

        CipherState there = initiator.sending();
        assertThat(encryptHello(there)).isEqualTo(Vectors.bytes("noise. transport I->R #0 \"hello\" "));
        assertThat(encryptHello(there)).isEqualTo(Vectors.bytes("noise. transport I->R #1 \"hello\" "));
        assertThat(encryptHello(responder.sending())).isEqualTo(Vectors.bytes("noise. transport R->I #0 \"hello\" "));
        byte[] received = Vectors.bytes("noise. transport I->R #0 \"hello\" ");
        responder.receiving().decrypt(new byte[0], received, 2, 21);
        assertThat(Arrays.copyOfRange(received, 2, 7))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("hello");
    }

    private static byte[] encryptHello(CipherState cipher) throws GeneralSecurityException {
        byte[] message = Arrays.copyOf("hello".getBytes(StandardCharsets.UTF_8), 21);
        cipher.encrypt(new byte[0], message, 0, 5);
        return framed(message);
    }

    @Test
    void selectsTheInitiatorsFirstMuxerThatBothHave() throws Exception {
        NoiseHandshake initiator = initiator(null, List.of("/a", "/b", "/c"));
        NoiseHandshake responder = responder(List.of("/c", "/b"));
        responder.onMessage(answer(initiator, answer(responder, initiator.begin())));
        assertThat(initiator.session()).extracting("muxer").isEqualTo("/b");
        assertThat(responder.session()).extracting("muxer").isEqualTo("/b");
    }

    @Test
    void leavesTheMuxerOpenIfOneSideNamesNone() throws Exception {
        NoiseHandshake initiator = initiator(null, YAMUX);
        NoiseHandshake responder = responder(List.of());
        responder.onMessage(answer(initiator, answer(responder, initiator.begin())));
        assertThat(initiator.session()).extracting("muxer").isNull();
        assertThat(responder.session()).extracting("muxer").isNull();
    }

    @Test
    void refusesAPeerWithoutACommonMuxer() throws Exception {
        NoiseHandshake initiator = initiator(null, YAMUX);
        byte[] second = answer(responder(List.of("/mplex/6.7.0")), initiator.begin());
        assertThatThrownBy(() -> initiator.onMessage(second))
                .isInstanceOf(SecurityHandshakeException.class)
                .hasMessageContaining("/yamux/1.0.0")
                .hasMessageContaining("/mplex/6.7.0");
    }

    @Test
    void refusesAnotherPeerThanTheExpectedOne() throws Exception {
        NoiseHandshake initiator = initiator(INITIATOR.peerId(), YAMUX);
        byte[] second = answer(responder(YAMUX), initiator.begin());
        assertThatThrownBy(() -> initiator.onMessage(second))
                .isInstanceOf(SecurityHandshakeException.class)
                .hasMessageContaining(INITIATOR.peerId().toString())
                .hasMessageContaining(RESPONDER.peerId().toString());
        assertThat(initiator.session()).isNull();
    }

    @Test
    void refusesASignatureOverAnotherNoiseKey() throws Exception {
        byte[] payload = NoisePayload.encode(RESPONDER, key(0x22).publicKey(), YAMUX);
        assertThatThrownBy(() -> NoisePayload.verify(payload, key(0x23).publicKey()))
                .isInstanceOf(SecurityHandshakeException.class)
                .hasMessageContaining("signature is wrong");
    }

    @Test
    void refusesPointsOfLowOrder() throws Exception {
        assertThat(catchThrowable(() -> responder(YAMUX).onMessage(new byte[32])))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void refusesMessagesWithAnyBitTurned() throws Exception {
        Random random = new Random(5);
        byte[] second = Arrays.copyOfRange(Vectors.bytes("noise. msg2 "), 2, 218);
        for (int round = 0; round < 60; round++) {
            byte[] bent = Arrays.copyOf(second, round % 3 == 0 ? random.nextInt(second.length) : second.length);
            if (bent.length == second.length) {
                int bit = random.nextInt(second.length * 8);
                if (bit == 31 * 8 + 7) {
                    continue; // the one bit that X25519 ignores; the hash would still differ
                }
                bent[bit / 8] ^= (byte) (1 << (bit % 8));
            }
            NoiseHandshake initiator = initiator(null, YAMUX);
            initiator.begin();
            assertThat(catchThrowable(() -> initiator.onMessage(bent)))
                    .isInstanceOfAny(GeneralSecurityException.class, SecurityHandshakeException.class);
        }
    }

    @Test
    void payloadsSurviveRandomBytes() {
        Random random = new Random(6);
        byte[] whole = Vectors.bytes("noise. payload_R ");
        for (int round = 0; round < 300; round++) {
            byte[] bytes = Arrays.copyOf(whole, random.nextInt(whole.length + 1));
            if (round % 2 == 0) {
                random.nextBytes(bytes);
            }
            Throwable failure = catchThrowable(() -> NoisePayload.verify(bytes, new byte[32]));
            assertThat(failure).isInstanceOf(SecurityHandshakeException.class);
        }
    }
}
