package dev.flotilla.libp2p.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.security.SecurityHandshakeException;
import java.util.List;
import org.junit.jupiter.api.Test;

class KnownPayloadsTest {
    private final PrivateKey identity = PrivateKey.generate();
    private final KnownPayloads known = new KnownPayloads();
    private final byte[] staticKey = new byte[32];
    private final byte[] payload = NoisePayload.encode(identity, staticKey, List.of("/yamux/1.0.0"));

    @Test
    void checksTheSignatureOfOnePayloadOnce() throws Exception {
        NoisePayload first = known.verify(payload, staticKey);
        assertThat(first.identityKey()).isEqualTo(identity.publicKey());
        assertThat(known.verify(payload.clone(), staticKey.clone())).isSameAs(first);
    }

    @Test
    void aKnownPayloadProvesNoOtherNoiseKey() throws Exception {
        known.verify(payload, staticKey);
        byte[] other = staticKey.clone();
        other[31] = 1;
        for (int i = 0; i < 2; i++) { // and a wrong one is not remembered
            assertThatExceptionOfType(SecurityHandshakeException.class)
                    .isThrownBy(() -> known.verify(payload, other))
                    .withMessageContaining("signature is wrong");
        }
    }

    @Test
    void doesNotTakeAnotherPayloadForIt() throws Exception {
        known.verify(payload, staticKey);
        byte[] changed = payload.clone();
        changed[payload.length - 30] ^= 1; // of the signature
        assertThatExceptionOfType(SecurityHandshakeException.class).isThrownBy(() -> known.verify(changed, staticKey));
    }

    @Test
    void forgetsTheLeastRecentlyUsedWhenItIsFull() throws Exception {
        NoisePayload used = known.verify(payload, staticKey);
        byte[] forgotten = payload(0);
        NoisePayload before = known.verify(forgotten, staticKey);
        for (int i = 1; i < KnownPayloads.SIZE_MAX; i++) {
            known.verify(payload(i), staticKey);
            assertThat(known.verify(payload, staticKey)).isSameAs(used);
        }
        assertThat(known.verify(forgotten, staticKey)).isNotSameAs(before).isEqualTo(before);
    }

    private byte[] payload(int number) {
        return NoisePayload.encode(identity, staticKey, List.of("/muxer/" + number));
    }
}
