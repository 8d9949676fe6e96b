package dev.flotilla.libp2p.fuzz;

import dev.flotilla.libp2p.MultiaddrBytesFuzz;
import dev.flotilla.libp2p.MultiaddrTextFuzz;
import dev.flotilla.libp2p.autonat.AutonatFuzz;
import dev.flotilla.libp2p.crypto.PrivateKeyFuzz;
import dev.flotilla.libp2p.crypto.PublicKeyFuzz;
import dev.flotilla.libp2p.dcutr.HolePunchFuzz;
import dev.flotilla.libp2p.identify.IdentifyFuzz;
import dev.flotilla.libp2p.multistream.MultistreamFuzz;
import dev.flotilla.libp2p.noise.NoiseHandshakeFuzz;
import dev.flotilla.libp2p.noise.NoisePayloadFuzz;
import dev.flotilla.libp2p.record.PeerRecordFuzz;
import dev.flotilla.libp2p.relay.HopAnswerFuzz;
import dev.flotilla.libp2p.relay.ReservationVoucherFuzz;
import dev.flotilla.libp2p.tls.CertificateFuzz;
import dev.flotilla.libp2p.transport.FrameFuzz;
import dev.flotilla.libp2p.yamux.YamuxFuzz;
import java.util.stream.Stream;

/** All that decodes bytes from outside: a new decoder is a line here, and is fuzzed from then on. */
public final class Targets {
    private Targets() {}

    public static Stream<FuzzTarget> all() {
        return Stream.of(
                new MultiaddrBytesFuzz(),
                new MultiaddrTextFuzz(),
                new PublicKeyFuzz(),
                new PrivateKeyFuzz(),
                new PeerRecordFuzz(),
                new HopAnswerFuzz(),
                new ReservationVoucherFuzz(),
                new AutonatFuzz(),
                new HolePunchFuzz(),
                new IdentifyFuzz(),
                new MultistreamFuzz(),
                new NoisePayloadFuzz(),
                new NoiseHandshakeFuzz(),
                new CertificateFuzz(),
                new YamuxFuzz(),
                new FrameFuzz());
    }
}
