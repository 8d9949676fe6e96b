package dev.flotilla.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rust-libp2p peer. What cargo has compiled stays under {@code target}. */
final class RustProgram implements PeerProgram {
    private static final int OLDEST_MINOR = 88; // that rust-libp2p 0.57 takes
    private static final Pattern VERSION = Pattern.compile("rustc 1\\.(\\d+)\\.");
    private static final int MINUTES = 40;

    private final boolean fast;

    /** @param fast whether the compiler takes the time to make it so */
    RustProgram(boolean fast) {
        this.fast = fast;
    }

    @Override
    public Command make() throws IOException, InterruptedException, MissingToolchainException {
        checkVersion();
        Path target = BUILT.resolve("rust");
        PeerProgram.run(
                SOURCES.resolve("rust"),
                Map.of("CARGO_TARGET_DIR", target.toString()),
                BUILT.resolve("rust.log"),
                MINUTES,
                "cargo",
                "build",
                "--locked",
                "--profile",
                fast ? "release" : "dev");
        Path program = target.resolve(fast ? "release" : "debug").resolve("flotilla-rust-peer");
        return new Command(BUILT, List.of(program.toString()));
    }

    private static void checkVersion() throws IOException, InterruptedException, MissingToolchainException {
        Path log = BUILT.resolve("rustc.log");
        PeerProgram.run(SOURCES.resolve("rust"), Map.of(), log, 1, "rustc", "--version");
        String told = Files.readString(log).trim();
        Matcher version = VERSION.matcher(told);
        if (!version.find() || Integer.parseInt(version.group(1)) < OLDEST_MINOR) {
            throw new MissingToolchainException(
                    "Rust 1." + OLDEST_MINOR + " or newer is needed, and this machine has " + told, null);
        }
    }
}
