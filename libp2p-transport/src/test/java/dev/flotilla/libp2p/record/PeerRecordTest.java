package dev.flotilla.libp2p.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.Vectors;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.transport.Bytes;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PeerRecordTest {
    private static final PrivateKey KEY = key();

    private static PrivateKey key() {
        byte[] seed = new byte[32];
        seed[31] = 1;
        return PrivateKey.ofEd25519Seed(seed);
    }

    private static PeerRecord record() {
        return new PeerRecord(KEY.peerId(), 1, List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/4001")));
    }

    @Test
    void readsAndWritesTheEnvelopeOfJs() {
        byte[] envelope = Vectors.bytes("js. envelope: ");
        assertThat(record().seal(KEY).toBytes()).isEqualTo(envelope);
        assertThat(record().seal(KEY).payload().toByteArray()).isEqualTo(Vectors.bytes("js. peer record payload: "));
        assertThat(PeerRecord.open(envelope)).isEqualTo(record());
        assertThat(Vectors.text("js. envelope domain/codec: ")).isEqualTo("libp2p-peer-record 0301");
    }

    @Test
    void refusesTheRecordOfAnotherPeer() {
        PrivateKey other = PrivateKey.generate();
        assertThatIllegalArgumentException().isThrownBy(() -> record().seal(other));
        byte[] stolen = SignedEnvelope.seal(
                        other,
                        "libp2p-peer-record",
                        Bytes.fromHex("0301"),
                        record().seal(KEY).payload())
                .toBytes();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PeerRecord.open(stolen))
                .withMessageContaining("is signed by " + other.peerId());
    }

    @Test
    void anEnvelopeIsGoodForOneDomainAndType() {
        byte[] envelope = Vectors.bytes("js. envelope: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SignedEnvelope.open(envelope, "libp2p-relay-rsvp", Bytes.fromHex("0301")))
                .withMessageContaining("not signed for libp2p-relay-rsvp");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SignedEnvelope.open(envelope, "libp2p-peer-record", Bytes.fromHex("0302")))
                .withMessageContaining("payload type 0301");
    }

    @Test
    void refusesEveryEnvelopeThatWasChanged() {
        Random random = new Random(4);
        byte[] whole = Vectors.bytes("js. envelope: ");
        for (int round = 0; round < 1000; round++) {
            byte[] bytes = Arrays.copyOf(whole, round % 2 == 0 ? random.nextInt(whole.length) : whole.length);
            if (round % 2 == 1) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            assertThat(catchThrowable(() -> PeerRecord.open(bytes))).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
