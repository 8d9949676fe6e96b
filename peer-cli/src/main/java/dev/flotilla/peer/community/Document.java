package dev.flotilla.peer.community;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.peer.community.Trees.CannotApplyException;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value within the bounds of {@link DocumentLimits}. Immutable: a change makes another one, which shares what it
 * does not change. It is held as it is patched and turned into Jackson's tree when it is first read.
 */
public final class Document {
    /** An object without members. */
    public static final Document EMPTY = new Document(Place.hold(JsonValue.EMPTY_JSON_OBJECT), 2);

    private final JsonObject holder;

    // An upper bound on what it takes when it is written. It spares measuring the whole document at each change; it
    // never
    // decides anything, since a document is measured before it is refused.
    private final long sizeBytesMax;

    // Null until it is first read. Any thread may read; the same tree made twice does no harm.
    private volatile @Nullable JsonNode root;

    private Document(JsonObject holder, long sizeBytesMax) {
        this.holder = holder;
        this.sizeBytesMax = sizeBytesMax;
    }

    /** A whole new document. */
    static Document of(JsonNode root) throws CannotApplyException {
        checkNesting(Trees.nesting(root));
        return new Document(Place.hold(JsonValues.value(root)), Trees.size(root)).bounded();
    }

    /** The whole value; nobody changes its nodes. */
    public JsonNode root() {
        JsonNode made = root;
        if (made == null) {
            made = JsonValues.node(Place.held(holder));
            root = made;
        }
        return made;
    }

    /** What is at {@code path}, or null if nothing is. */
    @Nullable
    JsonValue find(JsonPointer path) {
        return at(path).find();
    }

    /** With {@code value} at {@code path}: a new or replaced member, or an element before others (RFC 6902 §4.1). */
    Document adding(JsonPointer path, JsonValue value) throws CannotApplyException {
        return grown(at(path).add(value), path, value);
    }

    /** With {@code value} in place of what must be at {@code path} (RFC 6902 §4.3). */
    Document replacing(JsonPointer path, JsonValue value) throws CannotApplyException {
        return grown(at(path).replace(value), path, value);
    }

    /** Without what must be at {@code path} (RFC 6902 §4.2). */
    Document removing(JsonPointer path) throws CannotApplyException {
        return new Document(at(path).remove(), sizeBytesMax);
    }

    private Place at(JsonPointer path) {
        return new Place(holder, path);
    }

    private Document grown(JsonObject newHolder, JsonPointer path, JsonValue value) throws CannotApplyException {
        JsonNode node = JsonValues.node(value);
        checkNesting(path.tokens().size() + Trees.nesting(node));
        if (path.isRoot()) {
            return new Document(newHolder, Trees.size(node)).bounded();
        }
        String name = path.tokens().get(path.tokens().size() - 1);
        long added = Trees.size(node) + Trees.size(Json.nodes().textNode(name)) + 2;
        return new Document(newHolder, sizeBytesMax + added).bounded();
    }

    private static void checkNesting(int nesting) throws CannotApplyException {
        if (nesting > DocumentLimits.NESTING_MAX) {
            throw new CannotApplyException("arrays and objects would stand " + nesting
                    + " deep within each other, at most " + DocumentLimits.NESTING_MAX + " are allowed");
        }
    }

    private Document bounded() throws CannotApplyException {
        if (sizeBytesMax <= DocumentLimits.DOCUMENT_BYTES_MAX) {
            return this;
        }
        long size = Trees.size(root());
        if (size > DocumentLimits.DOCUMENT_BYTES_MAX) {
            throw new CannotApplyException("the document would take " + size + " bytes, at most "
                    + DocumentLimits.DOCUMENT_BYTES_MAX + " are allowed");
        }
        return new Document(holder, size);
    }
}
