package dev.flotilla.libp2p.relay;

import com.google.protobuf.ByteString;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.fuzz.FuzzTarget;
import dev.flotilla.libp2p.relay.pb.HopMessage;
import dev.flotilla.libp2p.relay.pb.ReservationPb;
import dev.flotilla.libp2p.relay.pb.Status;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.util.List;

/** {@link HopClient#granted}: whatever a relay answers, its reservation is one of its own, bounded, and not over. */
public final class HopAnswerFuzz implements FuzzTarget {
    private static final PrivateKey RELAY = PrivateKey.generate();
    private static final PeerId SELF = PrivateKey.generate().peerId();
    private static final long EXPIRE = System.currentTimeMillis() / 1000 + 100_000;
    private static final List<byte[]> SEEDS = List.of(answer(false), answer(true));

    public static void fuzzerTestOneInput(byte[] input) {
        new HopAnswerFuzz().run(input);
    }

    private static byte[] answer(boolean limited) {
        Multiaddr address = Multiaddr.parse("/ip4/192.0.2.1/tcp/4001").withPeerId(RELAY.peerId());
        ReservationPb.Builder reservation = ReservationPb.newBuilder()
                .setExpire(EXPIRE)
                .addAddrs(ByteString.copyFrom(address.toBytes()))
                .setVoucher(ByteString.copyFrom(new ReservationVoucher(RELAY.peerId(), SELF, EXPIRE)
                        .seal(RELAY)
                        .toBytes()));
        HopMessage.Builder message =
                CircuitMessages.hopStatus(Status.OK).toBuilder().setReservation(reservation);
        if (limited) {
            message.getLimitBuilder().setDuration(120).setData(1 << 17);
        }
        return message.build().toByteArray();
    }

    @Override
    public List<byte[]> seeds() {
        return SEEDS;
    }

    @Override
    public void run(byte[] input) {
        Reservation reservation;
        try {
            reservation = HopClient.granted(HopMessage.parseFrom(input), RELAY.peerId(), SELF);
        } catch (IOException e) {
            return; // refused, in words
        }
        boolean own = reservation.relayAddresses().stream()
                .allMatch(address ->
                        address.peerId().filter(RELAY.peerId()::equals).isPresent());
        if (!own
                || reservation.relayAddresses().size() > 20
                || reservation.timeToLive().isNegative()) {
            throw new AssertionError("taken: " + reservation);
        }
    }
}
