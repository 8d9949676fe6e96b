package dev.flotilla.libp2p.transport;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.record.PeerRecord;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/** The newest signed record of each peer that is wanted, and this peer's own. Not thread-safe. */
final class KnownRecords {
    private final PrivateKey identity;
    private final LongSupplier clockMillis;
    private final Map<PeerId, Known> known = new HashMap<>();
    private List<Multiaddr> ownAddresses = List.of();
    private long ownSeq;
    private byte[] own = {};

    /** @param clockMillis where numbers of own records start, so that they grow across restarts */
    KnownRecords(PrivateKey identity, LongSupplier clockMillis) {
        this.identity = identity;
        this.clockMillis = clockMillis;
    }

    private record Known(long seq, Bytes envelope) {}

    /** This peer's record, signed anew if its addresses have changed. */
    byte[] own(List<Multiaddr> addresses) {
        if (own.length == 0 || !addresses.equals(ownAddresses)) {
            ownAddresses = List.copyOf(addresses);
            ownSeq = Math.max(ownSeq + 1, clockMillis.getAsLong());
            own = new PeerRecord(identity.peerId(), ownSeq, ownAddresses)
                    .seal(identity)
                    .toBytes();
        }
        return own;
    }

    /** All records of {@code subjects}. */
    List<byte[]> of(Set<PeerId> subjects) {
        List<byte[]> envelopes = new ArrayList<>();
        known.forEach((peer, record) -> {
            if (subjects.contains(peer)) {
                envelopes.add(record.envelope.toByteArray());
            }
        });
        return envelopes;
    }

    /**
     * Takes a record that came from another peer. Empty if it is no news.
     *
     * @throws IllegalArgumentException if it is malformed, forged, or of none of {@code subjects} and not of this peer
     */
    Optional<PeerRecord> offer(byte[] envelope, Set<PeerId> subjects) {
        PeerRecord record = PeerRecord.open(envelope);
        if (record.peerId().equals(identity.peerId())) {
            onOwn(record);
            return Optional.empty();
        }
        if (!subjects.contains(record.peerId())) {
            throw new IllegalArgumentException("a record of " + record.peerId() + ", which is not wanted");
        }
        Known before = known.get(record.peerId());
        if (before != null && Long.compareUnsigned(record.seq(), before.seq) <= 0) {
            return Optional.empty();
        }
        known.put(record.peerId(), new Known(record.seq(), Bytes.copyOf(envelope)));
        return Optional.of(record);
    }

    /** Others hold a newer record of this peer than it knows of: its clock went back. It outbids that. */
    private void onOwn(PeerRecord record) {
        if (Long.compareUnsigned(record.seq(), ownSeq) > 0) {
            ownSeq = record.seq();
            own = new byte[0];
        }
    }

    /** Forgets all others. */
    void retain(Set<PeerId> subjects) {
        known.keySet().retainAll(subjects);
    }
}
