package dev.flotilla.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/** The py-libp2p peer, with its packages in a virtual environment under {@code target}. */
final class PyProgram implements PeerProgram {
    private static final String REQUIREMENTS = "requirements.txt";
    private static final int MINUTES = 15;

    @Override
    public Command make() throws IOException, InterruptedException, MissingToolchainException {
        Path sources = SOURCES.resolve("py");
        Path environment = BUILT.resolve("py");
        Path python = environment.resolve("bin/python");
        Path installed = environment.resolve(REQUIREMENTS); // written last: what is there is whole
        Path wanted = sources.resolve(REQUIREMENTS);
        if (!Files.exists(installed) || Files.mismatch(wanted, installed) >= 0) {
            checkPython();
            run("python3", "-m", "venv", "--clear", environment.toString());
            run(python.toString(), "-m", "pip", "install", "--no-deps", "-r", wanted.toString());
            Files.copy(wanted, installed, StandardCopyOption.REPLACE_EXISTING);
        }
        return new Command(
                BUILT, List.of(python.toString(), sources.resolve("peer.py").toString()));
    }

    private static void checkPython() throws InterruptedException, MissingToolchainException {
        try {
            run("python3", "-c", "import ensurepip, sys; assert sys.version_info >= (3, 10), sys.version");
        } catch (IOException e) {
            throw new MissingToolchainException("Python 3.10 or newer with its module venv is needed", e);
        }
    }

    private static void run(String... words) throws IOException, InterruptedException, MissingToolchainException {
        PeerProgram.run(BUILT, Map.of(), BUILT.resolve("py.log"), MINUTES, words);
    }
}
