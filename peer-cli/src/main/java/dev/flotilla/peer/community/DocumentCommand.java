package dev.flotilla.peer.community;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.transport.Bytes;

/** A patch as the log carries it: a byte that names the format, then the JSON. */
public final class DocumentCommand {
    /** How much larger a command is than its patch as JSON without blanks. */
    public static final int OVERHEAD_BYTES = 1;

    private static final byte PATCH_1 = 1;

    private DocumentCommand() {}

    /** The command that carries {@code patch}. */
    public static Bytes of(JsonNode patch) {
        Bytes json = Json.bytes(patch);
        byte[] command = new byte[json.size() + OVERHEAD_BYTES];
        command[0] = PATCH_1;
        json.copyTo(command, OVERHEAD_BYTES);
        return Bytes.wrap(command);
    }

    /**
     * The patch that {@code command} carries, not yet checked.
     *
     * @throws IllegalArgumentException if it carries none
     */
    static JsonNode patch(Bytes command) {
        if (command.isEmpty() || command.at(0) != PATCH_1) {
            throw new IllegalArgumentException("a command of an unknown format: " + command);
        }
        return Json.parse(command.slice(OVERHEAD_BYTES, command.size() - OVERHEAD_BYTES));
    }
}
