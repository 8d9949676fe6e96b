package dev.flotilla.interop;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Another implementation of libp2p, and what of it is tried. Its program lies in {@code src/test/peers}. */
enum Implementation {
    GO("go-libp2p", 64),
    RUST("rust-libp2p", 64),
    JS("js-libp2p", 16),
    PY("py-libp2p", 1);

    private static final int MIB = 1 << 20;

    private final String title;
    private final int echoMiB;

    Implementation(String title, int echoMiB) {
        this.title = title;
        this.echoMiB = echoMiB;
    }

    /** Those that {@code -Dinterop.peers} names by their languages, with commas between; all, if it names none. */
    static List<Implementation> chosen() {
        String names = System.getProperty("interop.peers", "");
        return names.isBlank()
                ? List.of(values())
                : Arrays.stream(names.toUpperCase(Locale.ROOT).split(",", -1))
                        .map(Implementation::valueOf)
                        .toList();
    }

    /** Those of the chosen whose programs know every command: the one for py knows some. */
    static List<Implementation> chosenWithAllCommands() {
        return chosen().stream().filter(implementation -> implementation != PY).toList();
    }

    /** As its own project calls it. */
    String title() {
        return title;
    }

    /** The size of the big echo: what it carries in a few seconds. */
    int echoBytes() {
        return echoMiB * MIB;
    }

    /** How its program is made. */
    PeerProgram program() {
        return switch (this) {
            case GO -> new GoProgram();
            case RUST -> new RustProgram(false);
            case JS -> new JsProgram();
            case PY -> new PyProgram();
        };
    }
}
