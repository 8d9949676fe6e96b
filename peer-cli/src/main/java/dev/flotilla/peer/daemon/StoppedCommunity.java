package dev.flotilla.peer.daemon;

import dev.flotilla.peer.control.CommandException;
import dev.flotilla.peer.control.Suggestion;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.storage.DamagedLogException;
import java.io.IOException;
import java.nio.file.FileSystemException;

/**
 * A community that is on this peer's disk and does not run: what is there of it cannot be read. Its name stays taken.
 *
 * @param name what this peer calls it
 * @param reason what is wrong, with file and offset where they are known
 */
record StoppedCommunity(String name, GenesisId genesis, String reason) {
    static StoppedCommunity of(String name, GenesisId genesis, IOException cause) {
        return new StoppedCommunity(name, genesis, reason(cause));
    }

    /** The engine's advice is for applications; what is damaged, and where, is in what it wraps. */
    private static String reason(IOException cause) {
        if (cause.getCause() instanceof DamagedLogException damaged) {
            return String.valueOf(damaged.getMessage());
        } else if (cause instanceof FileSystemException file && file.getReason() == null) {
            return file.getFile() + ": " + KeyFile.reason(cause);
        }
        return String.valueOf(cause.getMessage());
    }

    /** What can be done. */
    String advice() {
        return "if its other members are well, or all is lost: " + Suggestion.of("forget", name, "--force")
                + ", then join it anew with a ticket";
    }

    /** What every command on it is told. */
    CommandException refusal() {
        return CommandException.failed("community '" + name + "' is stopped on this peer: " + reason + "; " + advice());
    }
}
