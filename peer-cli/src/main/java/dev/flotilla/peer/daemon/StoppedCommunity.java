package dev.flotilla.peer.daemon;

import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.control.Suggestion;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.storage.DamagedLogException;
import java.io.IOException;
import java.nio.file.FileSystemException;

/**
 * A community that is on this peer's disk and does not run: what is there of it cannot be read, or not be understood by
 * software of this version. Its name stays taken.
 *
 * @param name what this peer calls it
 * @param reason what is wrong, with file and offset where they are known
 * @param advice what can be done
 */
record StoppedCommunity(String name, GenesisId genesis, String reason, String advice) {
    /** One that cannot be read if {@code cause} is an {@link IOException}; else the software cannot cope with it. */
    static StoppedCommunity of(String name, GenesisId genesis, Exception cause) {
        String forget = Suggestion.of("forget", name, "--force");
        return new StoppedCommunity(
                name,
                genesis,
                reason(cause),
                cause instanceof IOException
                        ? "if its other members are well, or all is lost: " + forget
                                + ", then join it anew with a ticket"
                        : "what is on the disk may well be whole: run the newest flotilla on it before you give it up"
                                + " with: " + forget);
    }

    /** The engine's advice is for applications; what is damaged, and where, is in what it wraps. */
    private static String reason(Exception cause) {
        if (cause.getCause() instanceof DamagedLogException damaged) {
            return String.valueOf(damaged.getMessage());
        } else if (cause instanceof FileSystemException file && file.getReason() == null) {
            return file.getFile() + ": " + KeyFile.reason(file);
        }
        boolean speaks = cause instanceof IOException || cause instanceof IllegalStateException;
        return speaks ? String.valueOf(cause.getMessage()) : cause.toString();
    }

    /** What every command on it is told. */
    CommandException refusal() {
        return CommandException.failed("community '" + name + "' is stopped on this peer: " + reason + "; " + advice());
    }
}
