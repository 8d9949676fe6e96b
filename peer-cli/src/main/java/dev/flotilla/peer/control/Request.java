package dev.flotilla.peer.control;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * What a command asks for.
 *
 * @param json an object; its member {@code command} says which command, the others are its arguments
 */
public record Request(JsonNode json) {
    /** The name of the command; empty if there is none. */
    public String command() {
        return json.path("command").asText("");
    }

    /**
     * An argument that must be there.
     *
     * @throws CommandException if it is not
     */
    public String text(String name) throws CommandException {
        String value = optionalText(name);
        if (value == null) {
            throw CommandException.usage("the command '" + command() + "' needs '" + name + "'");
        }
        return value;
    }

    /** An argument that may be left out: null then. */
    public @Nullable String optionalText(String name) {
        JsonNode value = json.get(name);
        return value != null && value.isTextual() ? value.textValue() : null;
    }

    /** A JSON argument that may be left out: null then. */
    public @Nullable JsonNode value(String name) {
        return json.get(name);
    }

    /** Whether an argument is there and true. */
    public boolean flag(String name) {
        return json.path(name).asBoolean(false);
    }

    /** A number, or {@code otherwise} if it was left out. */
    public long number(String name, long otherwise) {
        return json.path(name).asLong(otherwise);
    }
}
