package dev.flotilla.peer.community;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Serial;
import java.util.Map;

/** Changes of documents that leave the old one as it was: the containers on the way are copied, the rest is shared. */
final class Trees {
    private Trees() {}

    /** A change of one container. */
    @FunctionalInterface
    interface Edit {
        /** The container with the change, a copy. */
        JsonNode of(JsonNode container, String token) throws CannotApplyException;
    }

    /** An operation cannot be done: its pointer names what is not there, or it would break a bound. */
    static final class CannotApplyException extends Exception {
        @Serial
        private static final long serialVersionUID = 1;

        CannotApplyException(String message) {
            super(message, null, false, false);
        }

        String reason() {
            return String.valueOf(getMessage());
        }
    }

    /** {@code document} with {@code edit} done to the container that holds what {@code pointer}, not the root, names. */
    static JsonNode edit(JsonNode document, JsonPointer pointer, Edit edit) throws CannotApplyException {
        return edit(document, pointer, 0, edit);
    }

    private static JsonNode edit(JsonNode container, JsonPointer pointer, int level, Edit edit)
            throws CannotApplyException {
        String token = pointer.tokens().get(level);
        if (!container.isContainerNode()) {
            throw new CannotApplyException(describe(pointer, level) + " is neither an object nor an array");
        }
        if (level == pointer.tokens().size() - 1) {
            return edit.of(container, token);
        }
        JsonNode child = JsonPointer.child(container, token);
        if (child == null) {
            throw new CannotApplyException("there is no " + describe(pointer, level + 1));
        }
        return with(container, token, edit(child, pointer, level + 1, edit));
    }

    private static String describe(JsonPointer pointer, int levels) {
        return levels == 0
                ? "the document"
                : quoted(new JsonPointer(pointer.tokens().subList(0, levels)).toString());
    }

    /** {@code container} with another value in place of the one that {@code token} names. */
    private static JsonNode with(JsonNode container, String token, JsonNode value) {
        if (container.isArray()) {
            ArrayNode copy = copy((ArrayNode) container);
            copy.set(JsonPointer.arrayIndex(token), value);
            return copy;
        }
        ObjectNode copy = copy((ObjectNode) container);
        copy.set(token, value);
        return copy;
    }

    /** Puts {@code value} there (RFC 6902 §4.1): a new or replaced member, an element before others, or the last. */
    static Edit adding(JsonNode value) {
        return (container, token) -> {
            if (!container.isArray()) {
                return with(container, token, value);
            }
            int index = token.equals("-") ? container.size() : JsonPointer.arrayIndex(token);
            if (index < 0 || index > container.size()) {
                throw new CannotApplyException("an array of " + container.size() + " has no place " + quoted(token));
            }
            ArrayNode copy = copy((ArrayNode) container);
            copy.insert(index, value);
            return copy;
        };
    }

    /** Puts {@code value} in place of what must be there (RFC 6902 §4.3). */
    static Edit replacing(JsonNode value) {
        return (container, token) -> {
            requireChild(container, token);
            return with(container, token, value);
        };
    }

    /** Takes away what must be there (RFC 6902 §4.2). */
    static Edit removing() {
        return (container, token) -> {
            requireChild(container, token);
            if (container.isArray()) {
                ArrayNode copy = copy((ArrayNode) container);
                copy.remove(JsonPointer.arrayIndex(token));
                return copy;
            }
            ObjectNode copy = copy((ObjectNode) container);
            copy.remove(token);
            return copy;
        };
    }

    private static void requireChild(JsonNode container, String token) throws CannotApplyException {
        if (JsonPointer.child(container, token) == null) {
            throw new CannotApplyException(
                    container.isArray()
                            ? "an array of " + container.size() + " has no element " + quoted(token)
                            : "there is no member " + quoted(token));
        }
    }

    private static String quoted(String token) {
        return Json.line(Json.nodes().textNode(token));
    }

    private static ArrayNode copy(ArrayNode array) {
        ArrayNode copy = Json.nodes().arrayNode(array.size() + 1);
        array.forEach(copy::add);
        return copy;
    }

    private static ObjectNode copy(ObjectNode object) {
        ObjectNode copy = Json.nodes().objectNode();
        object.properties().forEach(member -> copy.set(member.getKey(), member.getValue()));
        return copy;
    }

    /** Whether both say the same (RFC 6902 §4.6): numbers by value, members in any order. */
    static boolean same(JsonNode a, JsonNode b) {
        if (a.isNumber() && b.isNumber()) {
            return a.decimalValue().compareTo(b.decimalValue()) == 0;
        }
        if (a.getNodeType() != b.getNodeType() || a.size() != b.size()) {
            return false;
        }
        if (a.isObject()) {
            return a.properties().stream().allMatch(member -> sameMember(member, b));
        }
        if (a.isArray()) {
            for (int i = 0; i < a.size(); i++) {
                if (!same(a.get(i), b.get(i))) {
                    return false;
                }
            }
            return true;
        }
        return a.equals(b);
    }

    private static boolean sameMember(Map.Entry<String, JsonNode> member, JsonNode other) {
        JsonNode there = other.get(member.getKey());
        return there != null && same(member.getValue(), there);
    }

    /** How many arrays and objects stand within each other: 0 for a plain value. */
    static int nesting(JsonNode node) {
        if (!node.isContainerNode()) {
            return 0;
        }
        int deepest = 0;
        for (JsonNode child : node) {
            deepest = Math.max(deepest, nesting(child));
        }
        return deepest + 1;
    }

    /** How many bytes the value takes when it is written without blanks. */
    static long size(JsonNode node) {
        if (node.isObject()) {
            long size = 1L + Math.max(1, node.size());
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                size += size(Json.nodes().textNode(member.getKey())) + 1 + size(member.getValue());
            }
            return size;
        }
        if (node.isArray()) {
            long size = 1L + Math.max(1, node.size());
            for (JsonNode child : node) {
                size += size(child);
            }
            return size;
        }
        return Json.bytes(node).size();
    }
}
