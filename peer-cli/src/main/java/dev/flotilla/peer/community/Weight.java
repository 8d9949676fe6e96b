package dev.flotilla.peer.community;

import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.Map;

/**
 * How much a value is.
 *
 * @param bytes that it takes when it is written as JSON without blanks
 * @param nesting how many arrays and objects stand within each other: 0 for a plain value
 */
record Weight(long bytes, int nesting) {
    static Weight of(JsonValue value) {
        if (value instanceof JsonObject object) {
            return of(object);
        } else if (value instanceof JsonArray array) {
            return of(array);
        } else if (value instanceof JsonString text) {
            return new Weight(Trees.size(text.getString()), 0);
        } else if (value instanceof JsonNumber number) {
            return new Weight(Trees.size(JsonValues.node(number)), 0);
        }
        return new Weight(value.toString().length(), 0); // true, false and null
    }

    private static Weight of(JsonObject object) {
        long bytes = Trees.enclosing(object.size());
        int deepest = 0;
        for (Map.Entry<String, JsonValue> member : object.entrySet()) {
            Weight weight = of(member.getValue());
            bytes += Trees.size(member.getKey()) + 1 + weight.bytes();
            deepest = Math.max(deepest, weight.nesting());
        }
        return new Weight(bytes, deepest + 1);
    }

    private static Weight of(JsonArray array) {
        long bytes = Trees.enclosing(array.size());
        int deepest = 0;
        for (JsonValue element : array) {
            Weight weight = of(element);
            bytes += weight.bytes();
            deepest = Math.max(deepest, weight.nesting());
        }
        return new Weight(bytes, deepest + 1);
    }
}
