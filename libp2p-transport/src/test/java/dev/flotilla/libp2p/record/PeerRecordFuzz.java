package dev.flotilla.libp2p.record;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.fuzz.FuzzTarget;
import java.util.List;

/** {@link PeerRecord#open}: only what the peer signed is taken. */
public final class PeerRecordFuzz implements FuzzTarget {
    private static final PrivateKey KEY = PrivateKey.generate();
    private static final PeerRecord RECORD = new PeerRecord(
            KEY.peerId(),
            7,
            List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/4001"), Multiaddr.parse("/ip6/::1/udp/1/quic-v1")));
    private static final List<byte[]> SEEDS = List.of(RECORD.seal(KEY).toBytes());

    public static void fuzzerTestOneInput(byte[] input) {
        new PeerRecordFuzz().run(input);
    }

    @Override
    public List<byte[]> seeds() {
        return SEEDS;
    }

    @Override
    public void run(byte[] input) {
        PeerRecord record;
        try {
            record = PeerRecord.open(input);
        } catch (IllegalArgumentException e) {
            return;
        }
        if (record.peerId().equals(KEY.peerId()) && !record.equals(RECORD)) {
            throw new AssertionError("taken, though the peer never signed it: " + record);
        }
    }
}
