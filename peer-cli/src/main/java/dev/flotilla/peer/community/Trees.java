package dev.flotilla.peer.community;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Serial;
import java.util.Map;

/** What {@link Document}s are measured and compared by. */
final class Trees {
    private Trees() {}

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

    /** Whether both say the same (RFC 6902 §4.6): numbers by value, members in any order. */
    static boolean same(JsonNode a, JsonNode b) {
        return a.equals(Trees::compare, b);
    }

    /** Compares two plain values; 0 if they are the same, no order otherwise. */
    private static int compare(JsonNode a, JsonNode b) {
        if (a.isNumber() && b.isNumber()) {
            return a.decimalValue().compareTo(b.decimalValue());
        }
        return a.equals(b) ? 0 : 1;
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
            long size = enclosing(node.size());
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                size += size(member.getKey()) + 1 + size(member.getValue());
            }
            return size;
        } else if (node.isArray()) {
            long size = enclosing(node.size());
            for (JsonNode child : node) {
                size += size(child);
            }
            return size;
        } else if (node.isTextual()) {
            return size(node.textValue());
        } else if (node.isInt() || node.isLong()) {
            return Long.toString(node.longValue()).length();
        }
        return Json.bytes(node).size();
    }

    /** How many bytes {@code text} takes in quotation marks. */
    static long size(String text) {
        boolean isPlain = text.chars().allMatch(c -> c >= ' ' && c < 0x7f && c != '"' && c != '\\');
        return isPlain
                ? text.length() + 2
                : Json.bytes(Json.nodes().textNode(text)).size();
    }

    /** How many bytes the brackets and commas take around so many members or elements. */
    static long enclosing(int count) {
        return 1L + Math.max(1, count);
    }
}
