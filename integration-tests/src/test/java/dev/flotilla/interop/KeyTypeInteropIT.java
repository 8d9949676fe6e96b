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
    private static final KnownFailure NO_ECDSA =
            new KnownFailure("js-libp2p 3.3.11 knows no ECDSA identities (\"Unsupported key type\")", true);

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

    @ParameterizedTest
    @MethodSource("all")
    void provesItself(Implementation implementation, KeyType type, Security security, @TempDir Path directory)
            throws Exception {
        Optional<KnownFailure> known =
                implementation == Implementation.JS && type == KeyType.ECDSA ? Optional.of(NO_ECDSA) : Optional.empty();
        Matrix.attempt("identities of type " + type + " by " + security, implementation, "handshake", known, () -> {
            PrivateKey theirKey = PrivateKey.generate(type);
            Path file = Files.write(directory.resolve("key"), theirKey.toBytes());
            try (ForeignPeer theirs = ForeignPeer.start(
                            implementation, "--security", security.argument(), "--key", file.toString());
                    OurSide ours = new OurSide(PrivateKey.generate(type), Transport.TCP, security)) {
                assertThat(theirs.peerId()).isEqualTo(theirKey.peerId().toString());
                assertThat(ours.connect(theirs.addresses().get(0))).isEqualTo(theirs.peerId());
                ours.ping(theirs.addresses().get(0));
                ours.disconnect(theirs.addresses().get(0));
                assertThat(theirs.connect(ours.addresses().get(0))).isEqualTo(ours.peerId());
                theirs.ping(ours.addresses().get(0));
            }
        });
    }
}
