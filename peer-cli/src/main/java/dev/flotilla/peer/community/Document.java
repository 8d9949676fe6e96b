package dev.flotilla.peer.community;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.peer.community.Trees.CannotApplyException;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value within the bounds of {@link DocumentLimits}. Immutable: a change makes another one, which shares what it
 * does not change. It is held as it is patched and turned into Jackson's tree when it is first read.
 */
public final class Document {
    /** An object without members. */
    public static final Document EMPTY = new Document(Place.hold(JsonValue.EMPTY_JSON_OBJECT), 2);

    private final JsonObject holder;

    private final long sizeBytes; // when it is written; kept up to date by what each change adds and takes away

    // Null until it is first read. Any thread may read; the same tree made twice does no harm.
    private volatile @Nullable JsonNode root;

    private Document(JsonObject holder, long sizeBytes) {
        this.holder = holder;
        this.sizeBytes = sizeBytes;
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

    /** How many bytes it takes when it is written without blanks. */
    long sizeBytes() {
        return sizeBytes;
    }

    /** What is at {@code path}, or null if nothing is. */
    @Nullable
    JsonValue find(JsonPointer path) {
        return at(path).find();
    }

    /** With {@code value} at {@code path}: a new or replaced member, or an element before others (RFC 6902 §4.1). */
    Document adding(JsonPointer path, JsonValue value, Work work) throws CannotApplyException {
        Place place = at(path);
        work.add(place.width());
        JsonObject changed = place.add(value);
        return grown(changed, place, value, place.isMemberOrRoot() ? place.find() : null, work);
    }

    /** With {@code value} in place of what must be at {@code path} (RFC 6902 §4.3). */
    Document replacing(JsonPointer path, JsonValue value, Work work) throws CannotApplyException {
        Place place = at(path);
        work.add(place.width());
        JsonObject changed = place.replace(value);
        return grown(changed, place, value, place.find(), work);
    }

    /** Without what must be at {@code path} (RFC 6902 §4.2). */
    Document removing(JsonPointer path, Work work) throws CannotApplyException {
        Place place = at(path);
        work.add(place.width());
        JsonObject changed = place.remove();
        JsonValue gone = Objects.requireNonNull(place.find()); // it was there to be removed
        return new Document(changed, sizeBytes - work.weigh(gone).bytes() - place.aroundBytes(-1));
    }

    private Place at(JsonPointer path) {
        return new Place(holder, path);
    }

    /** @param gone what {@code value} takes the place of; null if it stands beside all that was there */
    private Document grown(JsonObject changed, Place place, JsonValue value, @Nullable JsonValue gone, Work work)
            throws CannotApplyException {
        Weight weight = work.weigh(value);
        checkNesting(place.path().tokens().size() + weight.nesting());
        long less = gone == null ? -place.aroundBytes(1) : work.weigh(gone).bytes();
        return new Document(changed, sizeBytes + weight.bytes() - less).bounded();
    }

    private static void checkNesting(int nesting) throws CannotApplyException {
        if (nesting > DocumentLimits.NESTING_MAX) {
            throw new CannotApplyException("arrays and objects would stand " + nesting
                    + " deep within each other, at most " + DocumentLimits.NESTING_MAX + " are allowed");
        }
    }

    private Document bounded() throws CannotApplyException {
        if (sizeBytes > DocumentLimits.DOCUMENT_BYTES_MAX) {
            throw new CannotApplyException("the document would take " + sizeBytes + " bytes, at most "
                    + DocumentLimits.DOCUMENT_BYTES_MAX + " are allowed");
        }
        return this;
    }
}
