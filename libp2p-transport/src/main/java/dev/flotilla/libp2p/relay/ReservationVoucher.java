package dev.flotilla.libp2p.relay;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.record.SignedEnvelope;
import dev.flotilla.libp2p.relay.pb.VoucherPb;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;

/**
 * A relay's word that a peer has a reservation with it (libp2p spec, relay, reservation vouchers).
 *
 * @param expiration in seconds since 1970
 */
public record ReservationVoucher(PeerId relay, PeerId peer, long expiration) {
    private static final String DOMAIN = "libp2p-relay-rsvp";
    private static final Bytes PAYLOAD_TYPE = Bytes.wrap(new byte[] {0x03, 0x02});

    /**
     * Signs this voucher.
     *
     * @throws IllegalArgumentException if {@code key} is not the relay's
     */
    public SignedEnvelope seal(PrivateKey key) {
        if (!key.peerId().equals(relay)) {
            throw new IllegalArgumentException("a voucher of " + relay + " cannot be signed by " + key.peerId());
        }
        VoucherPb voucher = VoucherPb.newBuilder()
                .setRelay(ByteString.copyFrom(relay.toBytes()))
                .setPeer(ByteString.copyFrom(peer.toBytes()))
                .setExpiration(expiration)
                .build();
        return SignedEnvelope.seal(key, DOMAIN, PAYLOAD_TYPE, Bytes.wrap(voucher.toByteArray()));
    }

    /**
     * Reads a voucher out of its envelope.
     *
     * @throws IllegalArgumentException if the envelope or the voucher is malformed, or not signed by the relay itself
     */
    public static ReservationVoucher open(byte[] envelopeBytes) {
        SignedEnvelope envelope = SignedEnvelope.open(envelopeBytes, DOMAIN, PAYLOAD_TYPE);
        VoucherPb voucher;
        try {
            voucher = VoucherPb.parseFrom(envelope.payload().asByteBuffer());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not a reservation voucher: " + e.getMessage(), e);
        }
        PeerId relay = PeerId.fromBytes(voucher.getRelay().toByteArray());
        if (!relay.equals(envelope.publicKey().peerId())) {
            throw new IllegalArgumentException("voucher of " + relay + " is signed by "
                    + envelope.publicKey().peerId());
        }
        return new ReservationVoucher(
                relay, PeerId.fromBytes(voucher.getPeer().toByteArray()), voucher.getExpiration());
    }
}
