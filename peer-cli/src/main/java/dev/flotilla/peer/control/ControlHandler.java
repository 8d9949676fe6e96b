package dev.flotilla.peer.control;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** Does what a command asks for. Called on a thread of its own, so it may block. */
@FunctionalInterface
public interface ControlHandler {
    /**
     * The result of {@code request}.
     *
     * @throws CommandException if it cannot be had
     * @throws IOException if the caller is gone, or the disk fails
     */
    JsonNode handle(Request request, Caller caller) throws CommandException, IOException;

    /** Who asked. */
    interface Caller {
        /** Tells something before the result is there; waits until it is on its way. */
        void tell(JsonNode progress) throws IOException;

        /** Completes, never exceptionally, when the caller is gone. Always the same: a watch asks for it at each event. */
        CompletableFuture<Void> gone();
    }
}
