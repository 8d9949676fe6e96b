package dev.flotilla.libp2p.noise;

import dev.flotilla.libp2p.security.SecurityHandshakeException;
import dev.flotilla.transport.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The payloads whose signatures were found right, the most recently used ones, by the SHA-256 of all their bytes and of
 * the Noise key that they are about. Peers that keep their Noise key, as this host and rust-libp2p do, send the same one
 * each time; that they have the key each handshake proves anew. Thread-safe.
 */
final class KnownPayloads {
    static final int SIZE_MAX = 256;

    private final Map<Bytes, NoisePayload> payloads = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Bytes, NoisePayload> eldest) {
            return size() > SIZE_MAX;
        }
    };

    /** As {@link NoisePayload#verify}. */
    NoisePayload verify(byte[] payload, byte[] staticPublicKey) throws SecurityHandshakeException {
        Bytes digest = digest(payload, staticPublicKey);
        NoisePayload known = find(digest);
        if (known == null) {
            known = NoisePayload.verify(payload, staticPublicKey);
            add(digest, known);
        }
        return known;
    }

    private synchronized @Nullable NoisePayload find(Bytes digest) {
        return payloads.get(digest);
    }

    private synchronized void add(Bytes digest, NoisePayload payload) {
        payloads.put(digest, payload);
    }

    /** The key has always the same length, so nothing else has the same bytes. */
    private static Bytes digest(byte[] payload, byte[] staticPublicKey) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(staticPublicKey);
            return Bytes.wrap(sha256.digest(payload));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
