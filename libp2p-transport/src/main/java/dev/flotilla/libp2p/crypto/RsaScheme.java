package dev.flotilla.libp2p.crypto;

import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/** RSA: public data is a SubjectPublicKeyInfo, private data a PKCS#1 key; PKCS#1 v1.5 signatures over SHA-256. */
final class RsaScheme implements KeyScheme {
    private static final String ALGORITHM = "RSA";
    private static final String SIGNATURE = "SHA256withRSA";
    private static final int MODULUS_BITS_MIN = 2048;
    private static final int MODULUS_BITS_MAX = 8192;
    private static final int DATA_BYTES_MAX = 8192;

    @Override
    public Verifier readPublic(byte[] data) throws GeneralSecurityException {
        requireBounded(data);
        RSAPublicKey key =
                (RSAPublicKey) KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(data));
        requireModulus(key.getModulus());
        return JcaSignatures.verifier(SIGNATURE, key);
    }

    @Override
    public KeyPair readPrivate(byte[] data) throws GeneralSecurityException {
        requireBounded(data);
        RSAPrivateKey pkcs1 = RSAPrivateKey.getInstance(data);
        requireModulus(pkcs1.getModulus());
        KeyFactory factory = KeyFactory.getInstance(ALGORITHM);
        byte[] pkcs8;
        try {
            var algorithm = new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE);
            pkcs8 = new PrivateKeyInfo(algorithm, pkcs1).getEncoded();
        } catch (IOException e) {
            throw new GeneralSecurityException("RSA key cannot be encoded: " + e.getMessage(), e);
        }
        var key = factory.generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        var publicKey = factory.generatePublic(new RSAPublicKeySpec(pkcs1.getModulus(), pkcs1.getPublicExponent()));
        return new KeyPair(
                Bytes.copyOf(data), Bytes.wrap(publicKey.getEncoded()), JcaSignatures.signer(SIGNATURE, key));
    }

    /** Of the smallest size allowed, as the other implementations make them. */
    @Override
    public KeyPair generate() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
        generator.initialize(MODULUS_BITS_MIN);
        PrivateKeyInfo pkcs8 = PrivateKeyInfo.getInstance(
                generator.generateKeyPair().getPrivate().getEncoded());
        return readPrivate(pkcs8.getPrivateKey().getOctets());
    }

    private static void requireBounded(byte[] data) {
        if (data.length > DATA_BYTES_MAX) {
            throw new IllegalArgumentException(data.length + " bytes exceed " + DATA_BYTES_MAX);
        }
    }

    private static void requireModulus(BigInteger modulus) {
        int bits = modulus.bitLength();
        if (bits < MODULUS_BITS_MIN || bits > MODULUS_BITS_MAX) {
            throw new IllegalArgumentException(bits + " bits, not " + MODULUS_BITS_MIN + " to " + MODULUS_BITS_MAX);
        }
    }
}
