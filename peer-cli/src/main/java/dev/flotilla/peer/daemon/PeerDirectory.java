package dev.flotilla.peer.daemon;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.control.Suggestion;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a peer keeps everything: {@code identity.key} and {@code operator.key}, perhaps {@code swarm.key}, {@code
 * daemon.json} while a daemon runs, {@code listen.json}, the address book, the log and the snapshots.
 */
public record PeerDirectory(Path path) {
    private KeyFile identityFile() {
        return new KeyFile(path.resolve("identity.key"));
    }

    private KeyFile operatorFile() {
        return new KeyFile(path.resolve("operator.key"));
    }

    DaemonFile daemonFile() {
        return new DaemonFile(path.resolve("daemon.json"));
    }

    Path file(String name) {
        return path.resolve(name);
    }

    /**
     * Makes identity and operator key.
     *
     * @throws CommandException if there is an identity already, or the directory cannot be written
     */
    public PrivateKey initialise() throws CommandException {
        make();
        var present = identityFile().read();
        if (present.isPresent()) {
            operatorFile().readOrCreate();
            throw CommandException.failed("there is an identity in " + path + " already, "
                    + present.get().peerId() + "; it stays as it is");
        }
        return identity();
    }

    /** The identity, made if there is none, and the operator key with it. */
    PrivateKey identity() throws CommandException {
        make();
        PrivateKey identity = identityFile().readOrCreate();
        operatorFile().readOrCreate();
        return identity;
    }

    /**
     * Whose directory this is.
     *
     * @throws CommandException if no peer has its identity here
     */
    PeerId peerId() throws CommandException {
        return identityFile()
                .read()
                .orElseThrow(() -> CommandException.failed("there is no identity in " + path))
                .peerId();
    }

    /** Whom the daemon obeys. */
    public PrivateKey operator() throws CommandException {
        return operatorFile().readOrCreate();
    }

    /** Where the key of a private network is, if this peer belongs to one. */
    public Path swarmKeyFile() {
        return path.resolve("swarm.key").toAbsolutePath();
    }

    /**
     * Makes the key of a private network.
     *
     * @throws CommandException if there is one, which stays as it is, or it cannot be written
     */
    public SwarmKey createSwarmKey() throws CommandException {
        make();
        return SwarmKey.create(swarmKeyFile());
    }

    private void make() throws CommandException {
        try {
            SmallFile.makeDirectory(path);
        } catch (IOException e) {
            throw CommandException.failed("cannot make the directory " + path + ": " + KeyFile.reason(e));
        }
        if (!Files.isWritable(path)) {
            throw CommandException.failed("cannot write to the directory " + path
                    + "; choose another with --data, or change its permissions");
        }
    }

    /**
     * Where the daemon of this directory says that it listens.
     *
     * @throws CommandException if none runs
     */
    public DaemonFile.Running running() throws CommandException {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw CommandException.failed(path + " is no directory; name the peer's with --data");
        }
        return daemonFile().read().orElseThrow(this::noDaemon);
    }

    /** What to say when none runs. */
    public CommandException noDaemon() {
        return CommandException.failed(
                "no daemon runs on " + path + "; start one with: " + Suggestion.of("run", "--data", path.toString()));
    }
}
