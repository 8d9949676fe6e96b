package dev.flotilla.peer.daemon;

import dev.flotilla.libp2p.pnet.PreSharedKey;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The pre-shared key of a private network, in a file as all libp2p programs have it. Whoever has it can reach the peers of
 * the network, so that it is refused if others can read it.
 *
 * @param file where it is
 */
public record SwarmKey(Path file, PreSharedKey key) {
    /**
     * The key in {@code file}; empty if there is no such file.
     *
     * @throws CommandException if it is damaged, or others can read it
     */
    public static Optional<SwarmKey> read(Path file) throws CommandException {
        SmallFile small = new SmallFile(file);
        try {
            Optional<Bytes> content = small.read();
            if (content.isEmpty()) {
                return Optional.empty();
            }
            Optional<String> rights = small.openToOthers();
            if (rights.isPresent()) {
                throw CommandException.failed("others may read the key of the private network, " + file + " ("
                        + rights.get() + "); if none did: chmod 600 " + file);
            }
            return Optional.of(
                    new SwarmKey(file, PreSharedKey.parse(content.get().toByteArray())));
        } catch (IllegalArgumentException e) {
            throw CommandException.failed(file + ": " + e.getMessage());
        } catch (IOException e) {
            throw CommandException.failed(
                    "cannot read the key of the private network, " + file + ": " + KeyFile.reason(e));
        }
    }

    /**
     * A new key, which {@code file} now holds.
     *
     * @throws CommandException if there is such a file already; it stays as it is
     */
    static SwarmKey create(Path file) throws CommandException {
        PreSharedKey key = PreSharedKey.generate();
        try {
            new SmallFile(file).create(Bytes.utf8(key.toFile()));
            return new SwarmKey(file, key);
        } catch (FileAlreadyExistsException e) {
            throw CommandException.failed(
                    "there is a key of a private network in " + file + " already; it stays as it is");
        } catch (IOException e) {
            throw CommandException.failed(
                    "cannot write the key of the private network, " + file + ": " + KeyFile.reason(e));
        }
    }
}
