package dev.flotilla.libp2p.tls;

import dev.flotilla.libp2p.crypto.PublicKey;
import dev.flotilla.transport.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.time.Instant;
import java.util.Set;

/**
 * What makes an X.509 certificate that of a libp2p peer (libp2p spec, tls, peer authentication): it is the only one, it
 * is valid now, it is signed by its own key, and its libp2p extension carries the peer's public key with that key's
 * signature over the certificate's key. Names, authorities and usages do not matter.
 */
public final class PeerCertificate {
    /** The content of the object identifier 1.3.6.1.4.1.53594.1.1. */
    private static final Bytes EXTENSION = Bytes.fromHex("2b0601040183a25a0101");

    /** Key usage and basic constraints say nothing that libp2p asks for: understood, and ignored. */
    private static final Set<Bytes> UNDERSTOOD = Set.of(EXTENSION, Bytes.fromHex("551d0f"), Bytes.fromHex("551d13"));

    private static final byte[] SIGNED_PREFIX = "libp2p-tls-handshake:".getBytes(StandardCharsets.US_ASCII);

    private PeerCertificate() {}

    /**
     * The key of the peer that showed these certificates. They are taken by their encoding alone, since others' cannot be
     * read by the JDK.
     *
     * @throws CertificateException with the reason if they do not prove a peer
     */
    public static PublicKey verify(Certificate[] chain, Instant now) throws CertificateException {
        return verify(chain, now, new KnownCertificates());
    }

    /** As {@link #verify(Certificate[], Instant)}; signatures that {@code known} vouches for are not checked again. */
    static PublicKey verify(Certificate[] chain, Instant now, KnownCertificates known) throws CertificateException {
        if (chain.length != 1) {
            throw new CertificateException("the peer showed " + chain.length + " certificates, expected exactly one");
        }
        return verify(chain[0].getEncoded(), now, known);
    }

    /**
     * The key of the peer whose certificate this is.
     *
     * @param der one certificate, from anybody
     * @throws CertificateException with the reason if it does not prove a peer
     */
    public static PublicKey verify(byte[] der, Instant now) throws CertificateException {
        return verify(der, now, new KnownCertificates());
    }

    static PublicKey verify(byte[] der, Instant now, KnownCertificates known) throws CertificateException {
        ParsedCertificate certificate = ParsedCertificate.parse(der);
        if (now.isBefore(certificate.notBefore()) || now.isAfter(certificate.notAfter())) {
            throw new CertificateException("the certificate is valid from " + certificate.notBefore() + " to "
                    + certificate.notAfter() + ", and it is " + now + " here: is one of the two clocks wrong?");
        }
        Bytes digest = KnownCertificates.digest(der);
        PublicKey key = known.find(digest);
        if (key == null) {
            key = provenKey(certificate);
            known.add(digest, key);
        }
        return key;
    }

    /** All that does not depend on time. */
    private static PublicKey provenKey(ParsedCertificate certificate) throws CertificateException {
        for (var extension : certificate.extensions().entrySet()) {
            if (extension.getValue().critical() && !UNDERSTOOD.contains(extension.getKey())) {
                throw new CertificateException("the certificate has an unknown critical extension: "
                        + ParsedCertificate.name(extension.getKey()));
            }
        }
        ParsedCertificate.Extension extension = certificate.extensions().get(EXTENSION);
        if (extension == null) {
            throw new CertificateException("the certificate has no libp2p extension: the peer speaks TLS, not libp2p");
        }
        CertificateKey.parse(certificate.publicKey())
                .verify(certificate.toBeSigned(), certificate.signatureAlgorithm(), certificate.signature());
        return identity(extension.value().toByteArray(), certificate.publicKey());
    }

    /** {@code SignedKey ::= SEQUENCE { publicKey OCTET STRING, signature OCTET STRING }}. */
    private static PublicKey identity(byte[] signedKey, Bytes certificateKey) throws CertificateException {
        DerReader outer = new DerReader(signedKey);
        DerReader parts = outer.enter(DerReader.SEQUENCE, "the libp2p extension");
        outer.end("the libp2p extension");
        byte[] keyBytes = parts.content(DerReader.OCTET_STRING, "the peer's public key");
        byte[] signature = parts.content(DerReader.OCTET_STRING, "the peer's signature");
        parts.end("the peer's signature");
        PublicKey key;
        try {
            key = PublicKey.fromBytes(keyBytes);
        } catch (IllegalArgumentException e) {
            throw new CertificateException("the libp2p extension has " + e.getMessage(), e);
        }
        if (!key.verify(signed(certificateKey), signature)) {
            throw new CertificateException("the peer did not prove to be " + key.peerId()
                    + ": its signature in the libp2p extension is wrong");
        }
        return key;
    }

    /** What the identity key signs. */
    static byte[] signed(Bytes subjectPublicKeyInfo) {
        byte[] message = new byte[SIGNED_PREFIX.length + subjectPublicKeyInfo.size()];
        System.arraycopy(SIGNED_PREFIX, 0, message, 0, SIGNED_PREFIX.length);
        subjectPublicKeyInfo.copyTo(message, SIGNED_PREFIX.length);
        return message;
    }
}
