package dev.flotilla.libp2p.crypto;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/** Signatures by the JDK's providers. */
final class JcaSignatures {
    private JcaSignatures() {}

    static KeyScheme.Verifier verifier(String algorithm, PublicKey key) {
        return (message, signature) -> {
            Signature check = Signature.getInstance(algorithm);
            check.initVerify(key);
            check.update(message);
            return check.verify(signature);
        };
    }

    static KeyScheme.Signer signer(String algorithm, PrivateKey key) throws GeneralSecurityException {
        Signature.getInstance(algorithm).initSign(key); // a key that cannot sign is found now
        return message -> {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(message);
            return signature.sign();
        };
    }
}
