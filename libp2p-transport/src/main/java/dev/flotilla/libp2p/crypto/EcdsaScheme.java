package dev.flotilla.libp2p.crypto;

import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.util.BigIntegers;

/**
 * ECDSA on the curves of the JDK (P-256, P-384, P-521): public data is a SubjectPublicKeyInfo, private data a SEC 1 key;
 * DER signatures over SHA-256.
 */
final class EcdsaScheme implements KeyScheme {
    private static final String ALGORITHM = "EC";
    private static final String SIGNATURE = "SHA256withECDSA";
    private static final int DATA_BYTES_MAX = 512;

    @Override
    public Verifier readPublic(byte[] data) throws GeneralSecurityException {
        requireBounded(data);
        return JcaSignatures.verifier(
                SIGNATURE, KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(data)));
    }

    @Override
    public KeyPair readPrivate(byte[] data) throws GeneralSecurityException {
        requireBounded(data);
        ECPrivateKey sec1 = ECPrivateKey.getInstance(data);
        if (!(sec1.getParametersObject() instanceof ASN1ObjectIdentifier curveId)) {
            throw new IllegalArgumentException("the key does not name its curve");
        }
        X9ECParameters curve = SECNamedCurves.getByOID(curveId);
        if (curve == null) {
            throw new IllegalArgumentException("unknown curve " + curveId);
        }
        BigInteger scalar = sec1.getKey();
        if (scalar.signum() <= 0 || scalar.compareTo(curve.getN()) >= 0) {
            throw new IllegalArgumentException("the scalar is out of range");
        }
        byte[] point = new FixedPointCombMultiplier()
                .multiply(curve.getG(), scalar)
                .normalize()
                .getEncoded(false);
        AlgorithmIdentifier algorithm = new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curveId);
        try {
            byte[] publicData = new SubjectPublicKeyInfo(algorithm, point).getEncoded();
            byte[] pkcs8 = new PrivateKeyInfo(algorithm, sec1).getEncoded();
            var key = KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            return new KeyPair(Bytes.copyOf(data), Bytes.wrap(publicData), JcaSignatures.signer(SIGNATURE, key));
        } catch (IOException e) {
            throw new GeneralSecurityException("EC key cannot be encoded: " + e.getMessage(), e);
        }
    }

    /** On P-256, the curve that the other implementations have, too. */
    @Override
    public KeyPair generate() throws GeneralSecurityException {
        X9ECParameters curve = SECNamedCurves.getByOID(SECObjectIdentifiers.secp256r1);
        BigInteger scalar = BigIntegers.createRandomInRange(
                BigInteger.ONE, curve.getN().subtract(BigInteger.ONE), new SecureRandom());
        byte[] point = new FixedPointCombMultiplier()
                .multiply(curve.getG(), scalar)
                .normalize()
                .getEncoded(false);
        try {
            return readPrivate(new ECPrivateKey(
                            curve.getN().bitLength(), scalar, new DERBitString(point), SECObjectIdentifiers.secp256r1)
                    .getEncoded(ASN1Encoding.DER));
        } catch (IOException e) {
            throw new GeneralSecurityException("EC key cannot be encoded: " + e.getMessage(), e);
        }
    }

    private static void requireBounded(byte[] data) {
        if (data.length > DATA_BYTES_MAX) {
            throw new IllegalArgumentException(data.length + " bytes exceed " + DATA_BYTES_MAX);
        }
    }
}
