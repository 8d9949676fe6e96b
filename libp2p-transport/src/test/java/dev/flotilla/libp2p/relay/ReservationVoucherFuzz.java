package dev.flotilla.libp2p.relay;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.fuzz.FuzzTarget;
import java.util.List;

/** {@link ReservationVoucher#open}: only what the relay signed is taken. */
public final class ReservationVoucherFuzz implements FuzzTarget {
    private static final PrivateKey RELAY = PrivateKey.generate();
    private static final ReservationVoucher VOUCHER =
            new ReservationVoucher(RELAY.peerId(), PrivateKey.generate().peerId(), 1_900_000_000);
    private static final List<byte[]> SEEDS = List.of(VOUCHER.seal(RELAY).toBytes());

    public static void fuzzerTestOneInput(byte[] input) {
        new ReservationVoucherFuzz().run(input);
    }

    @Override
    public List<byte[]> seeds() {
        return SEEDS;
    }

    @Override
    public void run(byte[] input) {
        ReservationVoucher voucher;
        try {
            voucher = ReservationVoucher.open(input);
        } catch (IllegalArgumentException e) {
            return;
        }
        if (voucher.relay().equals(RELAY.peerId()) && !voucher.equals(VOUCHER)) {
            throw new AssertionError("taken, though the relay never signed it: " + voucher);
        }
    }
}
