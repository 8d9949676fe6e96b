package dev.flotilla.libp2p.tls;

import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The key of a certificate, which signs it: ECDSA on a named curve, RSA of 2048 to 8192 bits, or Ed25519, with SHA-256
 * or longer (libp2p spec, tls, peer authentication). SHA-1 and MD5 are refused.
 */
final class CertificateKey {
    private static final int RSA_BITS_MIN = 2048;
    private static final int RSA_BITS_MAX = 8192;
    private static final String PSS = "RSASSA-PSS";
    private static final Set<String> PSS_DIGESTS = Set.of("SHA-256", "SHA-384", "SHA-512");

    /** Key types by their object identifiers: the names that the JDK has for them. */
    private static final Map<Bytes, String> KEY_TYPES = Map.of(
            Bytes.fromHex("2a8648ce3d0201"), "EC",
            Bytes.fromHex("2a864886f70d010101"), "RSA",
            Bytes.fromHex("2b6570"), "Ed25519");

    /** A way to sign with keys of one type; both names are the JDK's. */
    private record Scheme(String keyType, String signature) {}

    private static final Map<Bytes, Scheme> SCHEMES = Map.of(
            Bytes.fromHex("2a8648ce3d040302"), new Scheme("EC", "SHA256withECDSA"),
            Bytes.fromHex("2a8648ce3d040303"), new Scheme("EC", "SHA384withECDSA"),
            Bytes.fromHex("2a8648ce3d040304"), new Scheme("EC", "SHA512withECDSA"),
            Bytes.fromHex("2a864886f70d01010b"), new Scheme("RSA", "SHA256withRSA"),
            Bytes.fromHex("2a864886f70d01010c"), new Scheme("RSA", "SHA384withRSA"),
            Bytes.fromHex("2a864886f70d01010d"), new Scheme("RSA", "SHA512withRSA"),
            Bytes.fromHex("2a864886f70d01010a"), new Scheme("RSA", PSS),
            Bytes.fromHex("2b6570"), new Scheme("Ed25519", "Ed25519"));

    private final String type;
    private final PublicKey key;

    private CertificateKey(String type, PublicKey key) {
        this.type = type;
        this.key = key;
    }

    /** Reads a SubjectPublicKeyInfo. */
    static CertificateKey parse(Bytes subjectPublicKeyInfo) throws CertificateException {
        byte[] der = subjectPublicKeyInfo.toByteArray();
        DerReader info = new DerReader(der).enter(DerReader.SEQUENCE, "the public key");
        DerReader algorithm = info.enter(DerReader.SEQUENCE, "the public key's algorithm");
        Bytes id = Bytes.wrap(algorithm.content(DerReader.OBJECT_IDENTIFIER, "the public key's algorithm"));
        String type = KEY_TYPES.get(id);
        if (type == null) {
            throw new CertificateException("the certificate's key has the unknown type " + ParsedCertificate.name(id));
        }
        if (type.equals("EC") && !algorithm.hasNext(DerReader.OBJECT_IDENTIFIER)) {
            throw new CertificateException("the certificate's EC key does not name its curve");
        }
        PublicKey key;
        try {
            key = KeyFactory.getInstance(type).generatePublic(new X509EncodedKeySpec(der));
        } catch (GeneralSecurityException | RuntimeException e) { // the JDK has many for malformed keys
            throw new CertificateException("the certificate's " + type + " key is unusable: " + e.getMessage(), e);
        }
        if (key instanceof RSAPublicKey rsa) {
            requireModulus(rsa.getModulus().bitLength());
        }
        return new CertificateKey(type, key);
    }

    private static void requireModulus(int bits) throws CertificateException {
        if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX) {
            throw new CertificateException(
                    "the certificate's RSA key has " + bits + " bits, not " + RSA_BITS_MIN + " to " + RSA_BITS_MAX);
        }
    }

    /** Throws unless this key made {@code signature} over {@code message}. */
    void verify(Bytes message, Bytes signatureAlgorithm, Bytes signature) throws CertificateException {
        DerReader algorithm =
                new DerReader(signatureAlgorithm.toByteArray()).enter(DerReader.SEQUENCE, "the signature's algorithm");
        Bytes id = Bytes.wrap(algorithm.content(DerReader.OBJECT_IDENTIFIER, "the signature's algorithm"));
        Scheme scheme = SCHEMES.get(id);
        if (scheme == null) {
            throw new CertificateException("the certificate is signed by an algorithm that is unknown or too weak: "
                    + ParsedCertificate.name(id));
        }
        if (!scheme.keyType.equals(type)) {
            throw new CertificateException(
                    "the certificate has a key for " + type + " and a signature by " + scheme.signature);
        }
        if (!verified(scheme, algorithm, message, signature)) {
            throw new CertificateException("the certificate's own signature is wrong");
        }
    }

    private boolean verified(Scheme scheme, DerReader algorithm, Bytes message, Bytes signature)
            throws CertificateException {
        PSSParameterSpec pss = scheme.signature.equals(PSS) ? pssParameters(algorithm) : null;
        try {
            return check(scheme.signature, pss, message, signature);
        } catch (GeneralSecurityException | RuntimeException e) { // a malformed signature
            return false;
        }
    }

    private boolean check(String scheme, @Nullable PSSParameterSpec pss, Bytes message, Bytes signature)
            throws GeneralSecurityException {
        Signature check = Signature.getInstance(scheme);
        if (pss != null) {
            check.setParameter(pss);
        }
        check.initVerify(key);
        check.update(message.asByteBuffer());
        return check.verify(signature.toByteArray());
    }

    /** One digest for the message and for the mask, as TLS 1.3 has it (RFC 8446, section 4.2.3). */
    private static PSSParameterSpec pssParameters(DerReader algorithm) throws CertificateException {
        PSSParameterSpec parameters;
        try {
            AlgorithmParameters decoder = AlgorithmParameters.getInstance(PSS);
            decoder.init(algorithm
                    .whole(DerReader.SEQUENCE, "the parameters of RSA-PSS")
                    .toByteArray());
            parameters = decoder.getParameterSpec(PSSParameterSpec.class);
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            throw new CertificateException("the parameters of RSA-PSS are malformed: " + e.getMessage(), e);
        }
        if (!PSS_DIGESTS.contains(parameters.getDigestAlgorithm())
                || !(parameters.getMGFParameters() instanceof MGF1ParameterSpec mask)
                || !mask.getDigestAlgorithm().equals(parameters.getDigestAlgorithm())) {
            throw new CertificateException("the certificate is signed by RSA-PSS with "
                    + parameters.getDigestAlgorithm() + ", expected one of SHA-256, SHA-384, SHA-512 throughout");
        }
        return parameters;
    }
}
