package dev.flotilla.libp2p.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Vectors;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Libp2pCredentialsTest {
    private static final Bytes PAYLOAD = Bytes.utf8("a domain: a payload");

    private final Libp2pCredentials ours = new Libp2pCredentials(PrivateKey.generate());
    private final Libp2pCredentials theirs = new Libp2pCredentials(PrivateKey.generate());

    @Test
    void aSignatureIsTheSignersOverThePayload() {
        Bytes signature = theirs.sign(PAYLOAD);
        assertThat(ours.verify(theirs.peerId(), PAYLOAD, signature)).isTrue();
        assertThat(ours.verify(ours.peerId(), PAYLOAD, signature)).isFalse();
        assertThat(ours.verify(theirs.peerId(), Bytes.utf8("another payload"), signature))
                .isFalse();
    }

    @Test
    void changedAndMalformedSignaturesAreFalse() {
        byte[] signature = theirs.sign(PAYLOAD).toByteArray();
        Random random = new Random(9);
        for (int i = 0; i < 300; i++) {
            byte[] changed = signature.clone();
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
            assertThat(ours.verify(theirs.peerId(), PAYLOAD, Bytes.wrap(changed)))
                    .isFalse();
            byte[] any = new byte[random.nextInt(100)];
            random.nextBytes(any);
            assertThat(ours.verify(theirs.peerId(), PAYLOAD, Bytes.wrap(any))).isFalse();
        }
        assertThat(ours.verify(theirs.peerId(), PAYLOAD, Bytes.EMPTY)).isFalse();
    }

    @Test
    void aKeyThatTheIdDoesNotCarryGoesAlong() {
        Libp2pCredentials ecdsa = new Libp2pCredentials(PrivateKey.fromBytes(Vectors.bytes("ecdsa.private.key = ")));
        assertThat(ecdsa.peerId().carriesKey()).isFalse();
        Bytes signature = ecdsa.sign(PAYLOAD);
        assertThat(ours.verify(ecdsa.peerId(), PAYLOAD, signature)).isTrue();
        PeerId another = PeerId.parse("QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n");
        assertThat(ours.verify(another, PAYLOAD, signature)).isFalse();
    }
}
