package dev.flotilla.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.crypto.KeyType;
import dev.flotilla.libp2p.crypto.PrivateKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Identities of every key type on both sides; theirs is a key that we made and exported. */
@Tag("interop")
@ExtendWith(Matrix.class)
class KeyTypeInteropIT {
    private static final KnownFailure NO_ECDSA_IN_JS =
            new KnownFailure("js-libp2p 3.3.11 knows no ECDSA identities (\"Unsupported key type\")", true);
    private static final KnownFailure NO_ECDSA_IN_PY =
            new KnownFailure("py-libp2p 0.8.1 knows no ECDSA identities", true);
    private static final KnownFailure SHORT_ED25519_IN_PY = new KnownFailure(
            "py-libp2p 0.8.1 takes Ed25519 keys of 32 bytes, without the public half, and no others", true);

    static List<Arguments> all() {
        List<Arguments> all = new ArrayList<>();
        for (Implementation implementation : Implementation.chosen()) {
            for (KeyType type : KeyType.values()) {
                for (Security security : Security.values()) {
                    all.add(Arguments.of(implementation, type, security));
                }
            }
        }
        return all;
    }

    private static Optional<KnownFailure> known(Implementation implementation, KeyType type) {
        return switch (implementation) {
            case GO, RUST -> Optional.empty();
            case JS -> Optional.of(NO_ECDSA_IN_JS).filter(failure -> type == KeyType.ECDSA);
            case PY ->
                switch (type) {
                    case ECDSA -> Optional.of(NO_ECDSA_IN_PY);
                    case ED25519 -> Optional.of(SHORT_ED25519_IN_PY);
                    case RSA, SECP256K1 -> Optional.empty();
                };
        };
    }

    @ParameterizedTest
    @MethodSource("all")
    void provesItself(Implementation implementation, KeyType type, Security security, @TempDir Path directory)
            throws Exception {
        Optional<KnownFailure> known = known(implementation, type);
        Matrix.attempt("identities of type " + type + " by " + security, implementation, "handshake", known, () -> {
            PrivateKey theirKey = PrivateKey.generate(type);
            Path file = Files.write(directory.resolve("key"), theirKey.toBytes());
            try (ForeignPeer theirs = ForeignPeer.start(
                            implementation, "--security", security.argument(), "--key", file.toString());
                    OurSide ours = new OurSide(PrivateKey.generate(type), Transport.TCP, security)) {
                assertThat(theirs.peerId()).isEqualTo(theirKey.peerId().toString());
                assertThat(ours.connect(theirs.addresses().get(0))).isEqualTo(theirs.peerId());
                ours.ping(theirs.addresses().get(0));
                theirs.disconnect(ours.addresses().get(0));
                Patience.until(
                        "it is disconnected", () -> ours.host().connections().isEmpty());
                assertThat(theirs.connect(ours.addresses().get(0))).isEqualTo(ours.peerId());
                theirs.ping(ours.addresses().get(0));
            }
        });
    }
}
