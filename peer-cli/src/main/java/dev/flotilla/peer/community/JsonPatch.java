package dev.flotilla.peer.community;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.peer.community.Trees.CannotApplyException;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change of a document (RFC 6902): operations that are done one after the other, all of them or none.
 *
 * <p>Each is done by the JSON Pointers of Eclipse Parsson and not by its patches, which do not tell the operation that
 * failed, take 1 and 1.0 for different (against RFC 6902 §4.6), and refuse to move {@code /a} to {@code /ab} as if that
 * were inside of it (§4.4).
 *
 * @param operations at most {@link DocumentLimits#OPERATIONS_MAX}
 */
public record JsonPatch(List<Operation> operations) {
    /** One step of a patch. */
    public sealed interface Operation {
        /** Puts {@code value} at {@code path}: a new or replaced member, or an element before others. */
        record Add(JsonPointer path, JsonNode value) implements Operation {}

        /** Takes away what must be at {@code path}. */
        record Remove(JsonPointer path) implements Operation {}

        /** Puts {@code value} in place of what must be at {@code path}. */
        record Replace(JsonPointer path, JsonNode value) implements Operation {}

        /** Takes away what must be at {@code from} and puts it at {@code path}, which is not inside of it. */
        record Move(JsonPointer from, JsonPointer path) implements Operation {}

        /** Puts what must be at {@code from} at {@code path} too. */
        record Copy(JsonPointer from, JsonPointer path) implements Operation {}

        /** Fails unless {@code value} is at {@code path}. */
        record Test(JsonPointer path, JsonNode value) implements Operation {}
    }

    public JsonPatch {
        operations = List.copyOf(operations);
    }

    /**
     * Reads an array of operations; members that an operation does not know are ignored (RFC 6902 §4).
     *
     * @throws PatchException if it is none; with the first operation that is malformed
     */
    public static JsonPatch parse(JsonNode json) throws PatchException {
        if (!json.isArray()) {
            throw new PatchException(-1, "a JSON Patch is an array of operations");
        }
        if (json.size() > DocumentLimits.OPERATIONS_MAX) {
            throw new PatchException(
                    -1, "a patch has at most " + DocumentLimits.OPERATIONS_MAX + " operations, not " + json.size());
        }
        List<Operation> operations = new ArrayList<>();
        for (JsonNode operation : json) {
            try {
                operations.add(operation(operation));
            } catch (IllegalArgumentException e) {
                throw new PatchException(operations.size(), String.valueOf(e.getMessage()));
            }
        }
        return new JsonPatch(operations);
    }

    private static Operation operation(JsonNode json) {
        if (!json.isObject()) {
            throw new IllegalArgumentException("an operation is an object");
        }
        String op = text(json, "op");
        return switch (op) {
            case "add" -> new Operation.Add(pointer(json, "path"), value(json));
            case "remove" -> new Operation.Remove(pointer(json, "path"));
            case "replace" -> new Operation.Replace(pointer(json, "path"), value(json));
            case "move" -> new Operation.Move(pointer(json, "from"), pointer(json, "path"));
            case "copy" -> new Operation.Copy(pointer(json, "from"), pointer(json, "path"));
            case "test" -> new Operation.Test(pointer(json, "path"), value(json));
            default ->
                throw new IllegalArgumentException("there is no operation " + Json.line(json.get("op"))
                        + "; there are add, remove, replace, move, copy and test");
        };
    }

    private static JsonPointer pointer(JsonNode operation, String member) {
        return JsonPointer.parse(text(operation, member));
    }

    private static String text(JsonNode operation, String member) {
        JsonNode text = operation.get(member);
        if (text == null || !text.isTextual()) {
            throw new IllegalArgumentException("an operation needs a text \"" + member + "\"");
        }
        return text.textValue();
    }

    private static JsonNode value(JsonNode operation) {
        JsonNode value = operation.get("value");
        if (value == null) {
            throw new IllegalArgumentException("add, replace and test need a \"value\"");
        }
        return value;
    }

    /**
     * The document after all operations; {@code document} stays as it is.
     *
     * @throws PatchException with the first operation that cannot be done
     */
    public Document applyTo(Document document) throws PatchException {
        return applyTo(document, new Work(DocumentLimits.PATCH_WORK_MAX));
    }

    /** The same within another bound. */
    Document applyTo(Document document, Work work) throws PatchException {
        Document changed = document;
        for (int i = 0; i < operations.size(); i++) {
            try {
                changed = apply(operations.get(i), changed, work);
            } catch (CannotApplyException e) {
                throw new PatchException(i, e.reason());
            }
        }
        return changed;
    }

    private static Document apply(Operation operation, Document document, Work work) throws CannotApplyException {
        if (operation instanceof Operation.Add add) {
            return document.adding(add.path(), JsonValues.value(add.value()), work);
        } else if (operation instanceof Operation.Remove remove) {
            return document.removing(remove.path(), work);
        } else if (operation instanceof Operation.Replace replace) {
            return document.replacing(replace.path(), JsonValues.value(replace.value()), work);
        } else if (operation instanceof Operation.Move move) {
            return move(document, move, work);
        } else if (operation instanceof Operation.Copy copy) {
            return document.adding(copy.path(), find(document, copy.from()), work);
        } else if (operation instanceof Operation.Test test) {
            test(document, test, work);
            return document;
        }
        throw new AssertionError("unhandled operation: " + operation);
    }

    private static Document move(Document document, Operation.Move move, Work work) throws CannotApplyException {
        JsonValue value = find(document, move.from());
        if (move.path().isBelow(move.from())) {
            throw new CannotApplyException("what is moved cannot be put inside of itself");
        }
        return move.path().equals(move.from())
                ? document
                : document.removing(move.from(), work).adding(move.path(), value, work);
    }

    private static JsonValue find(Document document, JsonPointer path) throws CannotApplyException {
        JsonValue found = document.find(path);
        if (found == null) {
            throw new CannotApplyException(
                    "there is nothing at " + Json.line(Json.nodes().textNode(path.toString())));
        }
        return found;
    }

    private static void test(Document document, Operation.Test test, Work work) throws CannotApplyException {
        @Nullable JsonValue found = document.find(test.path());
        if (found != null) {
            work.weigh(found); // it is compared whole
        }
        if (found == null || !Trees.same(JsonValues.node(found), test.value())) {
            throw new CannotApplyException("the test failed: at "
                    + Json.line(Json.nodes().textNode(test.path().toString()))
                    + (found == null ? " is nothing" : " is another value"));
        }
    }
}
