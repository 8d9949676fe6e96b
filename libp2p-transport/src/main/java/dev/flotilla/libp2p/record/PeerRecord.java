package dev.flotilla.libp2p.record;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.record.pb.AddressInfoPb;
import dev.flotilla.libp2p.record.pb.PeerRecordPb;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.Optional;

/**
 * The addresses of a peer, as it signed them (libp2p RFC 0003).
 *
 * @param seq of two records of a peer the one with the higher number counts; unsigned, of no meaning otherwise
 */
public record PeerRecord(PeerId peerId, long seq, List<Multiaddr> addresses) {
    private static final String DOMAIN = "libp2p-peer-record";
    private static final Bytes PAYLOAD_TYPE = Bytes.wrap(new byte[] {0x03, 0x01});
    private static final int ADDRESSES_MAX = 100;

    public PeerRecord {
        addresses = List.copyOf(addresses);
    }

    /**
     * Signs this record.
     *
     * @throws IllegalArgumentException if {@code key} is another peer's
     */
    public SignedEnvelope seal(PrivateKey key) {
        if (!key.peerId().equals(peerId)) {
            throw new IllegalArgumentException("a record of " + peerId + " cannot be signed by " + key.peerId());
        }
        PeerRecordPb.Builder record = PeerRecordPb.newBuilder()
                .setPeerId(ByteString.copyFrom(peerId.toBytes()))
                .setSeq(seq);
        for (Multiaddr address : addresses) {
            record.addAddresses(AddressInfoPb.newBuilder().setMultiaddr(ByteString.copyFrom(address.toBytes())));
        }
        return SignedEnvelope.seal(
                key, DOMAIN, PAYLOAD_TYPE, Bytes.wrap(record.build().toByteArray()));
    }

    /**
     * Reads a record out of its envelope. Addresses that this host cannot read are left out, and so are those behind the
     * hundredth.
     *
     * @throws IllegalArgumentException if the envelope or the record is malformed, or not signed by the peer itself
     */
    public static PeerRecord open(byte[] envelopeBytes) {
        SignedEnvelope envelope = SignedEnvelope.open(envelopeBytes, DOMAIN, PAYLOAD_TYPE);
        PeerRecordPb record;
        try {
            record = PeerRecordPb.parseFrom(envelope.payload().asByteBuffer());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not a peer record: " + e.getMessage(), e);
        }
        PeerId peerId = PeerId.fromBytes(record.getPeerId().toByteArray());
        if (!peerId.equals(envelope.publicKey().peerId())) {
            throw new IllegalArgumentException("record of " + peerId + " is signed by "
                    + envelope.publicKey().peerId());
        }
        return new PeerRecord(peerId, record.getSeq(), readable(record.getAddressesList()));
    }

    private static List<Multiaddr> readable(List<AddressInfoPb> addresses) {
        return addresses.stream()
                .limit(ADDRESSES_MAX)
                .flatMap(address -> readable(address).stream())
                .toList();
    }

    /** Empty if it is of a transport that this host does not know: the other addresses count. */
    private static Optional<Multiaddr> readable(AddressInfoPb address) {
        try {
            return Optional.of(Multiaddr.fromBytes(address.getMultiaddr().toByteArray()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
