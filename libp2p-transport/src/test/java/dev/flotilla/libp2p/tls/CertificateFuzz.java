package dev.flotilla.libp2p.tls;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.crypto.PublicKey;
import dev.flotilla.libp2p.fuzz.FuzzTarget;
import java.security.cert.CertificateException;
import java.time.Instant;
import java.util.List;

/** {@link PeerCertificate#verify}: a certificate that is taken is that of who signed it. */
public final class CertificateFuzz implements FuzzTarget {
    // The same in each process: seeds that one made are valid in the other.
    private static final PrivateKey KEY = PrivateKey.ofEd25519Seed(new byte[32]);
    private static final List<byte[]> SEEDS = List.of(new CertificateShape(KEY).toDer());

    public static void fuzzerTestOneInput(byte[] input) {
        new CertificateFuzz().run(input);
    }

    @Override
    public List<byte[]> seeds() {
        return SEEDS;
    }

    @Override
    public void run(byte[] input) {
        try {
            PublicKey key = PeerCertificate.verify(input, Instant.now());
            if (!key.equals(KEY.publicKey())) {
                throw new AssertionError("taken for the certificate of " + key);
            }
        } catch (CertificateException e) {
            // refused, as it may
        }
    }
}
