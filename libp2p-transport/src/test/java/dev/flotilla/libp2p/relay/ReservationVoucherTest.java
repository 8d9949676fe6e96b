package dev.flotilla.libp2p.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.record.PeerRecord;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReservationVoucherTest {
    private final PrivateKey relay = PrivateKey.generate();
    private final PrivateKey peer = PrivateKey.generate();
    private final ReservationVoucher voucher = new ReservationVoucher(relay.peerId(), peer.peerId(), 1_800_000_000);

    @Test
    void comesBackAsItWasSealed() {
        byte[] sealed = voucher.seal(relay).toBytes();
        assertThat(ReservationVoucher.open(sealed)).isEqualTo(voucher);
    }

    @Test
    void isSignedByTheRelayAlone() {
        assertThatThrownBy(() -> voucher.seal(peer)).hasMessageContaining("cannot be signed");
    }

    @Test
    void noOtherEnvelopeIsOne() {
        byte[] record = new PeerRecord(relay.peerId(), 1, List.of()).seal(relay).toBytes();
        assertThatThrownBy(() -> ReservationVoucher.open(record)).hasMessageContaining("payload type");
    }

    @Test
    void aChangedByteIsNoticed() {
        byte[] sealed = voucher.seal(relay).toBytes();
        Random random = new Random(14);
        for (int i = 0; i < 300; i++) {
            byte[] changed = sealed.clone();
            changed[random.nextInt(changed.length)] ^= (byte) (1 + random.nextInt(255));
            assertThatThrownBy(() -> ReservationVoucher.open(changed)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
