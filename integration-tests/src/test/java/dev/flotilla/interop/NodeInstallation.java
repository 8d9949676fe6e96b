package dev.flotilla.interop;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The js peer's directory under {@code target}, with its packages. Without Node or npm the test is skipped and says so,
 * but on a machine that sets {@code CI=true} it fails.
 */
final class NodeInstallation {
    private static final List<String> FILES = List.of("package.json", "package-lock.json", "peer.mjs");
    private static final String INSTALLED = "node_modules/.package-lock.json";
    private static final int INSTALL_MINUTES = 5;

    private NodeInstallation() {}

    /** The directory with all that {@code node peer.mjs} needs. */
    static Path prepare() throws IOException, InterruptedException {
        Path directory = Path.of("target", "js-peer").toAbsolutePath();
        Files.createDirectories(directory);
        if (!succeeds(directory, List.of("node", "--version"))) {
            missing("Node is not installed: no interoperation with js-libp2p was tried");
        }
        boolean same = true;
        for (String file : FILES) {
            same &= copy(file, directory.resolve(file));
        }
        if (!same || !Files.exists(directory.resolve(INSTALLED))) {
            List<String> install =
                    List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline");
            if (!succeeds(directory, install)) {
                missing("npm could not install js-libp2p: no interoperation with it was tried");
            }
        }
        return directory;
    }

    private static boolean copy(String name, Path target) throws IOException {
        try (InputStream in = NodeInstallation.class.getResourceAsStream("/js-peer/" + name)) {
            if (in == null) {
                throw new IOException("no resource /js-peer/" + name);
            }
            Path fresh = Files.createTempFile(target.getParent(), name, ".new");
            Files.copy(in, fresh, StandardCopyOption.REPLACE_EXISTING);
            boolean same = Files.exists(target) && Files.mismatch(fresh, target) < 0;
            Files.move(fresh, target, StandardCopyOption.REPLACE_EXISTING);
            return same;
        }
    }

    private static boolean succeeds(Path directory, List<String> command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("install.log").toFile())
                    .start();
            if (!process.waitFor(INSTALL_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == 0;
        } catch (IOException e) {
            return false; // the program is not there
        }
    }

    private static void missing(String reason) {
        if ("true".equals(System.getenv("CI"))) {
            fail(reason);
        }
        abort(reason);
    }
}
