package dev.flotilla.peer.command;

import dev.flotilla.libp2p.pnet.PreSharedKey;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.daemon.PeerDirectory;
import dev.flotilla.peer.daemon.SwarmKey;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option of a command that has a host: which private network that belongs to. */
final class SwarmKeyOption {
    /** Set to 1, no host starts without a key (libp2p spec, pnet). */
    static final String FORCE = "LIBP2P_FORCE_PNET";

    @Option(
            names = "--swarm-key",
            paramLabel = "FILE",
            description = "The key of the private network that this peer belongs to (default: swarm.key in the data"
                    + " directory, if there is one). QUIC is off then.")
    private @Nullable String file;

    private final Map<String, String> environment;

    SwarmKeyOption() {
        this(System.getenv());
    }

    SwarmKeyOption(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * The key, empty for the open network.
     *
     * @throws CommandException if it cannot be read, or there is none and there must be
     */
    Optional<SwarmKey> key(PeerDirectory directory) throws CommandException {
        Path path = file == null ? directory.swarmKeyFile() : Inputs.path(file).toAbsolutePath();
        Optional<SwarmKey> key = SwarmKey.read(path);
        if (key.isEmpty() && file != null) {
            throw CommandException.failed("there is no key of a private network in " + path);
        }
        if (key.isEmpty() && "1".equals(environment.get(FORCE))) {
            throw CommandException.failed(FORCE + " is 1, and there is no key of a private network in " + path
                    + "; make one with: flotilla swarm-key, or name one with --swarm-key");
        }
        return key;
    }

    /** The key itself. */
    @Nullable
    PreSharedKey preSharedKey(PeerDirectory directory) throws CommandException {
        return key(directory).map(SwarmKey::key).orElse(null);
    }
}
