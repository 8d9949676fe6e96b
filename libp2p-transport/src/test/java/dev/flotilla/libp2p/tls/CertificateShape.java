package dev.flotilla.libp2p.tls;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;

/** A certificate to be made for a test: a good one with an empty issuer, unless it is told otherwise. */
final class CertificateShape {
    static final String EXTENSION = "1.3.6.1.4.1.53594.1.1";

    private final PrivateKey identity;
    private KeyPair key = ec("secp256r1");
    private KeyPair signer = key;
    private String scheme = "SHA256withECDSA";
    private AlgorithmIdentifier algorithm = algorithm("1.2.840.10045.4.3.2");
    private Instant notBefore = Instant.now().minus(Duration.ofHours(1));
    private Instant notAfter = Instant.now().plus(Duration.ofHours(1));
    private boolean critical;
    private final List<Extension> before = new ArrayList<>();
    private final List<Extension> after = new ArrayList<>();
    private boolean extension = true;
    private String name = "";
    private byte[] signedSuffix = {};
    private byte[] valueSuffix = {};

    CertificateShape(PrivateKey identity) {
        this.identity = identity;
    }

    /** With this key, which signs by {@code scheme}. */
    CertificateShape key(KeyPair pair, String jdkScheme, AlgorithmIdentifier identifier) {
        key = pair;
        signer = pair;
        scheme = jdkScheme;
        algorithm = identifier;
        return this;
    }

    CertificateShape signedBy(KeyPair another) {
        signer = another;
        return this;
    }

    CertificateShape valid(Instant from, Instant to) {
        notBefore = from;
        notAfter = to;
        return this;
    }

    CertificateShape critical() {
        critical = true;
        return this;
    }

    CertificateShape first(String id, boolean isCritical) {
        before.add(new Extension(new ASN1ObjectIdentifier(id), isCritical, new DEROctetString(new byte[] {5, 0})));
        return this;
    }

    CertificateShape last(String id, boolean isCritical) {
        after.add(new Extension(new ASN1ObjectIdentifier(id), isCritical, new DEROctetString(new byte[] {5, 0})));
        return this;
    }

    CertificateShape withoutExtension() {
        extension = false;
        return this;
    }

    /** With an issuer, so that the JDK can read it. */
    CertificateShape named() {
        name = "CN=test";
        return this;
    }

    /** With an extension of this many bytes. */
    CertificateShape padded(int bytes) {
        after.add(new Extension(new ASN1ObjectIdentifier("1.2.3.4"), false, new DEROctetString(new byte[bytes])));
        return this;
    }

    /** The identity signs something else. */
    CertificateShape wronglySigned() {
        signedSuffix = new byte[] {1};
        return this;
    }

    CertificateShape trailingInExtension() {
        valueSuffix = new byte[] {5, 0};
        return this;
    }

    KeyPair key() {
        return key;
    }

    byte[] toDer() {
        try {
            ASN1EncodableVector parts = new ASN1EncodableVector();
            parts.add(toBeSigned());
            parts.add(algorithm);
            parts.add(new DERBitString(sign(toBeSigned().getEncoded(ASN1Encoding.DER))));
            return new DERSequence(parts).getEncoded(ASN1Encoding.DER);
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private byte[] sign(byte[] message) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(scheme);
        if (scheme.equals("RSASSA-PSS")) {
            signature.setParameter(pss());
        }
        signature.initSign(signer.getPrivate());
        signature.update(message);
        return signature.sign();
    }

    private DERSequence toBeSigned() throws IOException {
        X500Name issuer = new X500Name(name);
        ASN1EncodableVector fields = new ASN1EncodableVector();
        fields.add(new DERTaggedObject(true, 0, new ASN1Integer(2)));
        fields.add(new ASN1Integer(7));
        fields.add(algorithm);
        fields.add(issuer);
        fields.add(new DERSequence(new ASN1Encodable[] {time(notBefore), time(notAfter)}));
        fields.add(issuer);
        fields.add(ASN1Primitive.fromByteArray(key.getPublic().getEncoded()));
        ASN1EncodableVector extensions = new ASN1EncodableVector();
        before.forEach(extensions::add);
        if (extension) {
            extensions.add(libp2p());
        }
        after.forEach(extensions::add);
        if (extensions.size() > 0) {
            fields.add(new DERTaggedObject(true, 3, new DERSequence(extensions)));
        }
        return new DERSequence(fields);
    }

    private static ASN1GeneralizedTime time(Instant instant) {
        return new org.bouncycastle.asn1.DERGeneralizedTime(Date.from(instant));
    }

    private Extension libp2p() throws IOException {
        ASN1EncodableVector signedKey = new ASN1EncodableVector();
        signedKey.add(new DEROctetString(identity.publicKey().toBytes()));
        byte[] message = PeerCertificate.signed(Bytes.wrap(key.getPublic().getEncoded()));
        signedKey.add(new DEROctetString(identity.sign(join(message, signedSuffix))));
        byte[] value = join(new DERSequence(signedKey).getEncoded(ASN1Encoding.DER), valueSuffix);
        return new Extension(new ASN1ObjectIdentifier(EXTENSION), critical, new DEROctetString(value));
    }

    private static byte[] join(byte[] first, byte[] second) {
        return org.bouncycastle.util.Arrays.concatenate(first, second);
    }

    static PSSParameterSpec pss() {
        return new PSSParameterSpec("SHA-384", "MGF1", MGF1ParameterSpec.SHA384, 48, 1);
    }

    static AlgorithmIdentifier algorithm(String id) {
        return new AlgorithmIdentifier(new ASN1ObjectIdentifier(id));
    }

    static AlgorithmIdentifier rsaAlgorithm(String id) {
        return new AlgorithmIdentifier(new ASN1ObjectIdentifier(id), DERNull.INSTANCE);
    }

    static KeyPair ec(String curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static KeyPair rsa(int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static KeyPair ed25519() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
