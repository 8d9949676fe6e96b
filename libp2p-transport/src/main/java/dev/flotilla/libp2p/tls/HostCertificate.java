package dev.flotilla.libp2p.tls;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.transport.Bytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import javax.net.ssl.KeyManager;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * A certificate of this host and its secret key, which is made for it and has nothing to do with the identity. Of the
 * shape that all others take: ECDSA on P-256 (BoringSSL takes no Ed25519), a name that is not empty (the JDK wants one),
 * the libp2p extension alone (js looks at the first one only) and not critical.
 *
 * @param certificate one that {@link PeerCertificate} accepts
 * @param key signs for {@code certificate}
 */
public record HostCertificate(X509Certificate certificate, java.security.PrivateKey key) {
    private static final ASN1ObjectIdentifier EXTENSION = new ASN1ObjectIdentifier("1.3.6.1.4.1.53594.1.1");
    private static final int SERIAL_BITS = 63; // positive, and never more than 8 bytes
    private static final Duration BACKDATED = Duration.ofHours(1); // as go: clocks differ
    private static final Duration VALID =
            Duration.ofDays(100 * 365L); // as go: peers check when they connect, only then

    /** Shows this certificate in every handshake, and signs with its key. */
    public KeyManager keyManager() {
        return new HostKeyManager(this);
    }

    /** Makes a certificate for {@code identity}; takes about a millisecond. */
    static HostCertificate make(PrivateKey identity, Instant now) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return make(identity, generator.generateKeyPair(), now);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("every JDK can make a P-256 certificate", e);
        }
    }

    private static HostCertificate make(PrivateKey identity, KeyPair pair, Instant now)
            throws GeneralSecurityException, IOException {
        byte[] publicKey = pair.getPublic().getEncoded();
        AlgorithmIdentifier algorithm = new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
        SecureRandom random = new SecureRandom();
        X500Name name = new X500Name(new RDN[] {
            new RDN(new AttributeTypeAndValue(
                    BCStyle.SERIALNUMBER, new DERPrintableString(new BigInteger(SERIAL_BITS, random).toString())))
        });
        V3TBSCertificateGenerator generator = new V3TBSCertificateGenerator();
        generator.setSerialNumber(new ASN1Integer(new BigInteger(SERIAL_BITS, random).add(BigInteger.ONE)));
        generator.setSignature(algorithm);
        generator.setIssuer(name);
        generator.setSubject(name);
        generator.setStartDate(new Time(Date.from(now.minus(BACKDATED))));
        generator.setEndDate(new Time(Date.from(now.plus(VALID))));
        generator.setSubjectPublicKeyInfo(SubjectPublicKeyInfo.getInstance(publicKey));
        generator.setExtensions(new Extensions(extension(identity, publicKey)));
        TBSCertificate toBeSigned = generator.generateTBSCertificate();
        Signature signer = Signature.getInstance("SHA256withECDSA");
        signer.initSign(pair.getPrivate());
        signer.update(toBeSigned.getEncoded(ASN1Encoding.DER));
        ASN1EncodableVector parts = new ASN1EncodableVector();
        parts.add(toBeSigned);
        parts.add(algorithm);
        parts.add(new DERBitString(signer.sign()));
        byte[] der = new DERSequence(parts).getEncoded(ASN1Encoding.DER);
        X509Certificate certificate = (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        return new HostCertificate(certificate, pair.getPrivate());
    }

    private static Extension extension(PrivateKey identity, byte[] publicKey) throws IOException {
        ASN1EncodableVector signedKey = new ASN1EncodableVector();
        signedKey.add(new DEROctetString(identity.publicKey().toBytes()));
        signedKey.add(new DEROctetString(identity.sign(PeerCertificate.signed(Bytes.wrap(publicKey)))));
        byte[] value = new DERSequence(signedKey).getEncoded(ASN1Encoding.DER);
        return new Extension(EXTENSION, false, new DEROctetString(value));
    }

    @Override
    public String toString() {
        return "certificate of key " + certificate.getPublicKey().getAlgorithm() + ", valid from "
                + certificate.getNotBefore();
    }
}
