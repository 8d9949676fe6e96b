package dev.flotilla.libp2p.identify;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.record.PeerRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * This peer's signed record (libp2p RFC 0003), signed anew only when its addresses have changed. Near and far peers are
 * told different ones. Thread-safe.
 */
final class OwnRecord {
    private static final int ADDRESS_BYTES_MAX = 3000; // in all, so that the record fits a message
    private static final int OVERHEAD_BYTES = 6; // of an address
    private static final int KEPT_MAX = 2;

    private final PrivateKey identity;
    private final LongSupplier clockMillis;
    private final Map<List<Multiaddr>, byte[]> kept = new LinkedHashMap<>(); // guarded by this
    private long seq; // guarded by this

    /** @param clockMillis where numbers of records start, so that they grow across restarts */
    OwnRecord(PrivateKey identity, LongSupplier clockMillis) {
        this.identity = identity;
        this.clockMillis = clockMillis;
    }

    /** The envelope of a record with as many of {@code addresses} as fit. */
    synchronized byte[] of(List<Multiaddr> addresses) {
        byte[] known = kept.get(addresses);
        if (known != null) {
            return known;
        }
        if (kept.size() == KEPT_MAX) {
            kept.clear();
        }
        seq = Math.max(seq + 1, clockMillis.getAsLong());
        byte[] made = new PeerRecord(identity.peerId(), seq, fitting(addresses))
                .seal(identity)
                .toBytes();
        kept.put(List.copyOf(addresses), made);
        return made;
    }

    private static List<Multiaddr> fitting(List<Multiaddr> addresses) {
        List<Multiaddr> fitting = new ArrayList<>();
        int bytes = 0;
        for (Multiaddr address : addresses) {
            bytes += address.toBytes().length + OVERHEAD_BYTES;
            if (bytes <= ADDRESS_BYTES_MAX) {
                fitting.add(address);
            }
        }
        return fitting;
    }
}
