package dev.flotilla.libp2p.noise;

import java.security.Provider;
import org.conscrypt.Conscrypt;
import org.jspecify.annotations.Nullable;

/** BoringSSL's native code, where its library can be loaded. Never registered: nothing else of this JVM changes. */
final class BoringSsl {
    /** Null if there is none for this machine. */
    static final @Nullable Provider PROVIDER = Conscrypt.isAvailable() ? Conscrypt.newProvider() : null;

    private BoringSsl() {}
}
