package dev.flotilla.libp2p.tls;

import dev.flotilla.libp2p.crypto.PublicKey;
import dev.flotilla.transport.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The certificates whose signatures were found right, the most recently used ones, by the SHA-256 of all their bytes. Peers
 * show the same certificate for hours or for ever, and checking its two signatures was two thirds of a handshake on JDK
 * 17. What depends on time is never remembered, and that a peer has the certificate's key each handshake proves anew.
 * Thread-safe.
 */
final class KnownCertificates {
    static final int SIZE_MAX = 256;

    private final Map<Bytes, PublicKey> keys = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Bytes, PublicKey> eldest) {
            return size() > SIZE_MAX;
        }
    };

    /** What {@link #find} and {@link #add} know a certificate by. */
    static Bytes digest(byte[] der) {
        try {
            return Bytes.wrap(MessageDigest.getInstance("SHA-256").digest(der));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The peer's key in the certificate; null if that is not known to be right. */
    synchronized @Nullable PublicKey find(Bytes digest) {
        return keys.get(digest);
    }

    synchronized void add(Bytes digest, PublicKey key) {
        keys.put(digest, key);
    }
}
