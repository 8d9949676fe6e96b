package dev.flotilla.libp2p.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.record.PeerRecord;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KnownRecordsTest {
    private static final Multiaddr HOME = Multiaddr.parse("/ip4/192.0.2.1/tcp/1");
    private static final Multiaddr OFFICE = Multiaddr.parse("/ip4/192.0.2.1/tcp/2");

    private final PrivateKey own = PrivateKey.generate();
    private final PrivateKey other = PrivateKey.generate();
    private final Set<PeerId> wanted = Set.of(other.peerId());
    private final KnownRecords records = new KnownRecords(own, () -> 1000);

    private byte[] of(PrivateKey key, long seq, Multiaddr address) {
        return new PeerRecord(key.peerId(), seq, List.of(address)).seal(key).toBytes();
    }

    @Test
    void ofTwoRecordsTheHigherNumberCounts() {
        assertThat(records.offer(of(other, 5, HOME), wanted)).isPresent();
        assertThat(records.offer(of(other, 5, OFFICE), wanted)).isEmpty();
        assertThat(records.offer(of(other, 4, OFFICE), wanted)).isEmpty();
        assertThat(records.offer(of(other, 6, OFFICE), wanted))
                .hasValueSatisfying(record -> assertThat(record.addresses()).containsExactly(OFFICE));
        assertThat(records.of(wanted)).hasSize(1);
    }

    @Test
    void forgedRecordsAndThoseOfStrangersAreRefused() {
        byte[] forged = of(other, 5, HOME);
        forged[forged.length - 1] ^= 1;
        assertThatIllegalArgumentException().isThrownBy(() -> records.offer(forged, wanted));
        byte[] stranger = of(PrivateKey.generate(), 5, HOME);
        assertThatIllegalArgumentException().isThrownBy(() -> records.offer(stranger, wanted));
        assertThat(records.of(wanted)).isEmpty();
    }

    @Test
    void theOwnRecordIsSignedAnewWhenAddressesChange() {
        byte[] first = records.own(List.of(HOME));
        assertThat(records.own(List.of(HOME))).isEqualTo(first);
        PeerRecord changed = PeerRecord.open(records.own(List.of(OFFICE)));
        assertThat(changed.seq()).isGreaterThan(PeerRecord.open(first).seq());
        assertThat(changed.addresses()).containsExactly(OFFICE);
    }

    @Test
    void aNewerOwnRecordThatOthersHoldIsOutbid() {
        records.own(List.of(HOME));
        assertThat(records.offer(of(own, 5000, OFFICE), wanted)).isEmpty();
        PeerRecord outbid = PeerRecord.open(records.own(List.of(HOME)));
        assertThat(outbid.seq()).isEqualTo(5001);
        assertThat(outbid.addresses()).containsExactly(HOME);
    }

    @Test
    void whoIsNotWantedAnyMoreIsForgotten() {
        records.offer(of(other, 5, HOME), wanted);
        records.retain(Set.of());
        assertThat(records.of(wanted)).isEmpty();
    }
}
