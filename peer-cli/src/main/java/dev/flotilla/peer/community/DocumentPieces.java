package dev.flotilla.peer.community;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A document as patches that build it one after the other, for a document may be larger than one entry of the log. What
 * fits into a patch stays in one piece.
 */
public final class DocumentPieces {
    private static final int BRACKETS_BYTES = 2;

    // The first operation takes away what was there before, which counts too.
    private static final long PATCH_WORK_MAX = DocumentLimits.PATCH_WORK_MAX - DocumentLimits.DOCUMENT_BYTES_MAX;

    private final int patchBytesMax;
    private final long patchWorkMax;
    private final List<JsonNode> patches = new ArrayList<>();
    private ArrayNode patch = Json.nodes().arrayNode();
    private long patchBytes = BRACKETS_BYTES;
    private long patchWork; // at least what Work counts when the patch is applied

    private DocumentPieces(int patchBytesMax, long patchWorkMax) {
        this.patchBytesMax = patchBytesMax;
        this.patchWorkMax = patchWorkMax;
    }

    /**
     * The patches that make any document {@code document}; the first one replaces what was there.
     *
     * @param patchBytesMax of each patch as JSON without blanks
     * @throws IllegalArgumentException if a plain value in it does not fit into a patch; the message says which
     */
    public static List<JsonNode> of(JsonNode document, int patchBytesMax) {
        return of(document, patchBytesMax, PATCH_WORK_MAX);
    }

    /** @param patchWorkMax of what {@link Work} counts in each patch, beside what was there before the first */
    static List<JsonNode> of(JsonNode document, int patchBytesMax, long patchWorkMax) {
        DocumentPieces pieces = new DocumentPieces(patchBytesMax, patchWorkMax);
        pieces.add(JsonPointer.ROOT, 0, document);
        pieces.endPatch();
        return pieces.patches;
    }

    /** @param width of the objects and arrays that the path leads through, as they are by then */
    private void add(JsonPointer path, long width, JsonNode value) {
        ObjectNode operation = Json.object().put("op", "add").put("path", path.toString());
        operation.set("value", value);
        long bytes = Trees.size(operation);
        if (bytes + BRACKETS_BYTES <= patchBytesMax) {
            add(operation, bytes, width + bytes);
        } else if (value.isObject() && !value.isEmpty()) {
            add(path, width, Json.object());
            int present = 0;
            for (Map.Entry<String, JsonNode> member : value.properties()) {
                add(below(path, member.getKey()), width + ++present, member.getValue());
            }
        } else if (value.isArray() && !value.isEmpty()) {
            add(path, width, Json.nodes().arrayNode());
            for (int i = 0; i < value.size(); i++) {
                add(below(path, Integer.toString(i)), width + i + 1, value.get(i));
            }
        } else {
            throw new IllegalArgumentException("the value at '" + path + "' takes " + bytes
                    + " bytes in a change, at most " + patchBytesMax + " are taken");
        }
    }

    private static JsonPointer below(JsonPointer path, String token) {
        List<String> tokens = new ArrayList<>(path.tokens());
        tokens.add(token);
        return new JsonPointer(tokens);
    }

    private void add(ObjectNode operation, long bytes, long work) {
        boolean isFull = patch.size() == DocumentLimits.OPERATIONS_MAX
                || patchBytes + bytes + 1 > patchBytesMax
                || patchWork + work > patchWorkMax;
        if (isFull) {
            endPatch();
        }
        patchBytes += bytes + (patch.isEmpty() ? 0 : 1); // and a comma
        patchWork += work;
        patch.add(operation);
    }

    private void endPatch() {
        if (!patch.isEmpty()) {
            patches.add(patch);
            patch = Json.nodes().arrayNode();
            patchBytes = BRACKETS_BYTES;
            patchWork = 0;
        }
    }
}
