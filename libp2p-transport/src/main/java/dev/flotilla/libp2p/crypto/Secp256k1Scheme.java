package dev.flotilla.libp2p.crypto;

import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.util.BigIntegers;

/**
 * ECDSA on secp256k1: public data is a compressed point, private data a scalar of 32 bytes; DER signatures over SHA-256,
 * ours in low-S form. The JDK dropped this curve, so Bouncy Castle does the work.
 */
final class Secp256k1Scheme implements KeyScheme {
    private static final int PUBLIC_BYTES = 33;
    private static final int PRIVATE_BYTES = 32;
    private static final ECDomainParameters CURVE = curve();

    private static ECDomainParameters curve() {
        X9ECParameters parameters = SECNamedCurves.getByName("secp256k1");
        return new ECDomainParameters(parameters);
    }

    @Override
    public Verifier readPublic(byte[] data) {
        if (data.length != PUBLIC_BYTES) {
            throw new IllegalArgumentException("expected " + PUBLIC_BYTES + " bytes, got " + data.length);
        }
        ECPublicKeyParameters key = new ECPublicKeyParameters(CURVE.getCurve().decodePoint(data), CURVE);
        return (message, signature) -> {
            BigInteger[] numbers;
            try {
                numbers = StandardDSAEncoding.INSTANCE.decode(CURVE.getN(), signature);
            } catch (IOException e) {
                throw new GeneralSecurityException("malformed signature: " + e.getMessage(), e);
            }
            ECDSASigner check = new ECDSASigner();
            check.init(false, key);
            return check.verifySignature(sha256(message), numbers[0], numbers[1]);
        };
    }

    @Override
    public KeyPair readPrivate(byte[] data) {
        if (data.length != PRIVATE_BYTES) {
            throw new IllegalArgumentException("expected " + PRIVATE_BYTES + " bytes, got " + data.length);
        }
        ECPrivateKeyParameters key = new ECPrivateKeyParameters(BigIntegers.fromUnsignedByteArray(data), CURVE);
        byte[] publicData = new FixedPointCombMultiplier()
                .multiply(CURVE.getG(), key.getD())
                .normalize()
                .getEncoded(true);
        return new KeyPair(Bytes.copyOf(data), Bytes.wrap(publicData), message -> sign(key, message));
    }

    @Override
    public KeyPair generate() {
        BigInteger scalar = BigIntegers.createRandomInRange(
                BigInteger.ONE, CURVE.getN().subtract(BigInteger.ONE), new SecureRandom());
        return readPrivate(BigIntegers.asUnsignedByteArray(PRIVATE_BYTES, scalar));
    }

    private static byte[] sign(ECPrivateKeyParameters key, byte[] message) throws GeneralSecurityException {
        ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
        signer.init(true, key);
        BigInteger[] numbers = signer.generateSignature(sha256(message));
        BigInteger n = CURVE.getN();
        BigInteger lowS = numbers[1].compareTo(n.shiftRight(1)) > 0 ? n.subtract(numbers[1]) : numbers[1];
        try {
            return StandardDSAEncoding.INSTANCE.encode(n, numbers[0], lowS);
        } catch (IOException e) {
            throw new GeneralSecurityException("signature cannot be encoded: " + e.getMessage(), e);
        }
    }

    private static byte[] sha256(byte[] message) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-256").digest(message);
    }
}
