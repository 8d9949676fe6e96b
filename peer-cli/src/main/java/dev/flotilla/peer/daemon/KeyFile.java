package dev.flotilla.peer.daemon;

import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Optional;

/** A private key on disk, in libp2p's protobuf form. Made once, never overwritten, and refused if others can read it. */
final class KeyFile {
    private final SmallFile file;

    KeyFile(Path path) {
        this.file = new SmallFile(path);
    }

    /** The key, or empty if there is no such file. */
    Optional<PrivateKey> read() throws CommandException {
        try {
            Optional<Bytes> content = file.read();
            if (content.isEmpty()) {
                return Optional.empty();
            }
            Optional<String> rights = file.openToOthers();
            if (rights.isPresent()) {
                throw CommandException.failed("others may read the key " + file.path() + " (" + rights.get()
                        + "); if none did: chmod 600 " + file.path());
            }
            return Optional.of(PrivateKey.fromBytes(content.get().toByteArray()));
        } catch (IllegalArgumentException e) {
            throw CommandException.failed(
                    "the key " + file.path() + " is damaged: " + e.getMessage() + "; put its backup in place");
        } catch (IOException e) {
            throw CommandException.failed("cannot read the key " + file.path() + ": " + reason(e));
        }
    }

    /** The key that is there, or else a new one that now is. */
    PrivateKey readOrCreate() throws CommandException {
        Optional<PrivateKey> present = read();
        if (present.isPresent()) {
            return present.get();
        }
        PrivateKey key = PrivateKey.generate();
        try {
            file.create(Bytes.wrap(key.toBytes()));
            return key;
        } catch (FileAlreadyExistsException e) {
            return read().orElseThrow(() -> CommandException.failed("the key " + file.path() + " comes and goes"));
        } catch (IOException e) {
            throw CommandException.failed("cannot write the key " + file.path() + ": " + reason(e));
        }
    }

    /** What went wrong, without the path that the message names already. */
    static String reason(IOException e) {
        String kind = e.getClass().getSimpleName().replace("Exception", "");
        String words = kind.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(java.util.Locale.ROOT);
        return e instanceof java.nio.file.FileSystemException file && file.getReason() == null
                ? words
                : String.valueOf(e.getMessage());
    }
}
