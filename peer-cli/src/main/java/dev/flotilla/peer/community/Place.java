package dev.flotilla.peer.community;

import dev.flotilla.peer.community.Trees.CannotApplyException;
import jakarta.json.JsonArray;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonStructure;
import jakarta.json.JsonValue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a pointer names in a document, found and changed by Parsson's {@link jakarta.json.JsonPointer}, which leaves the
 * document as it was and shares what it does not change.
 *
 * <p>Parsson is laxer than RFC 6901 §4: in arrays it takes {@code 01} and digits of other scripts for indexes, and goes
 * on after {@code -}. So those are refused beforehand. Its messages follow the JVM's language, and every member must give
 * the same reason, so the reasons are said here.
 *
 * @param holder has the document as its only member, so that the whole document has a name too, whatever its kind
 */
record Place(JsonObject holder, JsonPointer path) {
    private static final String DOCUMENT = "document";

    /** Holds {@code document}. */
    static JsonObject hold(JsonValue document) {
        return JsonValues.PROVIDER.createObjectBuilder().add(DOCUMENT, document).build();
    }

    /** The document that {@code holder} holds. */
    static JsonValue held(JsonObject holder) {
        return holder.getOrDefault(DOCUMENT, JsonValue.NULL);
    }

    /** What is there, or null if nothing is. */
    @Nullable
    JsonValue find() {
        return obstacle("element") == null ? value() : null;
    }

    /** Puts {@code value} there (RFC 6902 §4.1): a new or replaced member, an element before others, or the last. */
    JsonObject add(JsonValue value) throws CannotApplyException {
        return edit(pointer -> pointer.add(holder, value), "place");
    }

    /** Puts {@code value} in place of what must be there (RFC 6902 §4.3). */
    JsonObject replace(JsonValue value) throws CannotApplyException {
        return edit(pointer -> pointer.replace(holder, value), "element");
    }

    /** Takes away what must be there (RFC 6902 §4.2), which is not the whole document. */
    JsonObject remove() throws CannotApplyException {
        if (path.isRoot()) {
            throw new CannotApplyException("the whole document cannot be removed; replace it");
        }
        return edit(pointer -> pointer.remove(holder), "element");
    }

    /** Whether what is put there takes the place of what is there: not so in an array, whose elements move on. */
    boolean isMemberOrRoot() {
        return path.isRoot() || !(container() instanceof JsonArray);
    }

    /**
     * How many bytes a value there takes besides its own: its name, its colon, its comma.
     *
     * @param change 1 if there is to be one more in the array or object around it, -1 if one less
     */
    long aroundBytes(int change) {
        JsonStructure container = container();
        boolean isArray = container instanceof JsonArray;
        int count = isArray
                ? container.asJsonArray().size()
                : container.asJsonObject().size();
        long name = isArray ? 0 : Trees.size(path.tokens().get(path.tokens().size() - 1)) + 1;
        return name + Math.abs(Trees.enclosing(count + change) - Trees.enclosing(count));
    }

    /** The array or object that it is in, which must be there. */
    private JsonStructure container() {
        JsonValue container = above(path.tokens().size() - 1).value();
        if (container instanceof JsonStructure structure) {
            return structure;
        }
        throw new IllegalStateException("not in an array or object: " + path);
    }

    /** How many members and elements the objects and arrays on the way have: a change copies each of these. */
    long width() {
        long width = 0;
        for (int level = 0; level < path.tokens().size(); level++) {
            JsonValue container = above(level).value();
            if (container instanceof JsonArray array) {
                width += array.size();
            } else if (container instanceof JsonObject object) {
                width += object.size();
            } else {
                return width;
            }
        }
        return width;
    }

    private JsonObject edit(Function<jakarta.json.JsonPointer, JsonStructure> edit, String wanted)
            throws CannotApplyException {
        String obstacle = obstacle(wanted);
        if (obstacle == null) {
            try {
                return edit.apply(pointer()).asJsonObject();
            } catch (JsonException e) {
                obstacle = absence(wanted); // all before the last token is there
            }
        }
        throw new CannotApplyException(obstacle);
    }

    /** Why there is no way to what the last token names, or null if there is; to be asked before {@link #value}. */
    private @Nullable String obstacle(String wanted) {
        for (int level = 0; level < path.tokens().size(); level++) {
            JsonValue container = above(level).value();
            if (container == null) {
                return "there is no " + describe(level);
            } else if (!(container instanceof JsonStructure)) {
                return describe(level) + " is neither an object nor an array";
            }
            String token = path.tokens().get(level);
            boolean last = level == path.tokens().size() - 1;
            if (container instanceof JsonArray && JsonPointer.arrayIndex(token) < 0 && !(last && token.equals("-"))) {
                return last ? absence(wanted) : "there is no " + describe(level + 1);
            }
        }
        return null;
    }

    private String absence(String wanted) {
        int last = path.tokens().size() - 1;
        String token = quoted(path.tokens().get(last));
        return above(last).value() instanceof JsonArray array
                ? "an array of " + array.size() + " has no " + wanted + " " + token
                : "there is no member " + token;
    }

    private @Nullable JsonValue value() {
        try {
            return pointer().getValue(holder);
        } catch (JsonException e) {
            return null; // the library's word for nothing there
        }
    }

    private jakarta.json.JsonPointer pointer() {
        return JsonValues.PROVIDER.createPointer("/" + DOCUMENT + path);
    }

    private Place above(int level) {
        return new Place(holder, new JsonPointer(path.tokens().subList(0, level)));
    }

    private String describe(int level) {
        return level == 0 ? "the document" : quoted(above(level).path().toString());
    }

    private static String quoted(String text) {
        return Json.line(Json.nodes().textNode(text));
    }
}
