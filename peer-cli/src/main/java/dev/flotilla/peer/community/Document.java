package dev.flotilla.peer.community;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.peer.community.Trees.CannotApplyException;

/**
 * A JSON value within the bounds of {@link DocumentLimits}. Immutable: nobody changes its nodes.
 *
 * @param root the whole value
 * @param sizeBytesMax an upper bound on what it takes when it is written. It spares measuring the whole document at each
 *     change; it never decides anything, since a document is measured before it is refused
 */
public record Document(JsonNode root, long sizeBytesMax) {
    /** An object without members. */
    public static final Document EMPTY = new Document(Json.object(), 2);

    /** A whole new document; its nodes now belong to it. */
    static Document of(JsonNode root) throws CannotApplyException {
        checkNesting(Trees.nesting(root));
        return bounded(new Document(root, Trees.size(root)));
    }

    /** After a change that put nothing in. */
    Document shrunk(JsonNode newRoot) {
        return new Document(newRoot, sizeBytesMax);
    }

    /** After a change that put {@code value} at {@code path}. */
    Document grown(JsonNode newRoot, JsonPointer path, JsonNode value) throws CannotApplyException {
        checkNesting(path.tokens().size() + Trees.nesting(value));
        String name = path.tokens().get(path.tokens().size() - 1);
        long added = Trees.size(value) + Trees.size(Json.nodes().textNode(name)) + 2;
        return bounded(new Document(newRoot, sizeBytesMax + added));
    }

    private static void checkNesting(int nesting) throws CannotApplyException {
        if (nesting > DocumentLimits.NESTING_MAX) {
            throw new CannotApplyException("arrays and objects would stand " + nesting
                    + " deep within each other, at most " + DocumentLimits.NESTING_MAX + " are allowed");
        }
    }

    private static Document bounded(Document document) throws CannotApplyException {
        if (document.sizeBytesMax <= DocumentLimits.DOCUMENT_BYTES_MAX) {
            return document;
        }
        long size = Trees.size(document.root);
        if (size > DocumentLimits.DOCUMENT_BYTES_MAX) {
            throw new CannotApplyException("the document would take " + size + " bytes, at most "
                    + DocumentLimits.DOCUMENT_BYTES_MAX + " are allowed");
        }
        return new Document(document.root, size);
    }
}
