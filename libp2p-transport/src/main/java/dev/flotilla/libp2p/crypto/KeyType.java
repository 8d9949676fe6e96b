package dev.flotilla.libp2p.crypto;

import dev.flotilla.libp2p.crypto.pb.KeyTypePb;

/** The kinds of keys that a libp2p peer may have (libp2p spec, peer-ids). */
public enum KeyType {
    RSA(KeyTypePb.RSA),
    ED25519(KeyTypePb.ED25519),
    SECP256K1(KeyTypePb.SECP256K1),
    ECDSA(KeyTypePb.ECDSA);

    private final KeyTypePb wire;

    KeyType(KeyTypePb wire) {
        this.wire = wire;
    }

    KeyTypePb wire() {
        return wire;
    }

    KeyScheme scheme() {
        return switch (this) {
            case RSA -> new RsaScheme();
            case ED25519 -> new Ed25519Scheme();
            case SECP256K1 -> new Secp256k1Scheme();
            case ECDSA -> new EcdsaScheme();
        };
    }

    static KeyType of(KeyTypePb wire) {
        return switch (wire) {
            case RSA -> RSA;
            case ED25519 -> ED25519;
            case SECP256K1 -> SECP256K1;
            case ECDSA -> ECDSA;
        };
    }
}
