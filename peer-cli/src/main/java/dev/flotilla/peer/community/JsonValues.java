package dev.flotilla.peer.community;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.math.BigInteger;
import org.eclipse.parsson.JsonProviderImpl;

/**
 * The same values in Jackson's tree, which is read and written, and in Jakarta JSON's, in which they are patched. Numbers
 * stay exactly as they are; Jackson's own module for Jakarta JSON cuts integers to 64 bits.
 */
final class JsonValues {
    /** Named here, and not looked up, so that every member patches by the same code. */
    static final JsonProvider PROVIDER = new JsonProviderImpl();

    private JsonValues() {}

    static JsonValue value(JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT -> object(node);
            case ARRAY -> array(node);
            case STRING -> PROVIDER.createValue(node.textValue());
            case NUMBER ->
                node.isIntegralNumber()
                        ? PROVIDER.createValue(node.bigIntegerValue())
                        : PROVIDER.createValue(node.decimalValue());
            case BOOLEAN -> node.booleanValue() ? JsonValue.TRUE : JsonValue.FALSE;
            case NULL -> JsonValue.NULL;
            case BINARY, MISSING, POJO -> throw new IllegalArgumentException("not JSON: " + node.getNodeType());
        };
    }

    private static JsonObject object(JsonNode node) {
        JsonObjectBuilder object = PROVIDER.createObjectBuilder();
        node.properties().forEach(member -> object.add(member.getKey(), value(member.getValue())));
        return object.build();
    }

    private static JsonArray array(JsonNode node) {
        JsonArrayBuilder array = PROVIDER.createArrayBuilder();
        node.forEach(element -> array.add(value(element)));
        return array.build();
    }

    static JsonNode node(JsonValue value) {
        return switch (value.getValueType()) {
            case OBJECT -> {
                ObjectNode object = Json.object();
                value.asJsonObject().forEach((name, member) -> object.set(name, node(member)));
                yield object;
            }
            case ARRAY -> {
                ArrayNode array = Json.nodes().arrayNode();
                value.asJsonArray().forEach(element -> array.add(node(element)));
                yield array;
            }
            case STRING -> Json.nodes().textNode(((JsonString) value).getString());
            case NUMBER -> number((JsonNumber) value);
            case TRUE -> Json.nodes().booleanNode(true);
            case FALSE -> Json.nodes().booleanNode(false);
            case NULL -> Json.nodes().nullNode();
        };
    }

    /** The kinds of node that reading makes, so that what was patched equals what is read. */
    private static JsonNode number(JsonNumber number) {
        if (!number.isIntegral()) {
            return Json.nodes().numberNode(number.bigDecimalValue());
        }
        BigInteger integer = number.bigDecimalValue().unscaledValue();
        if (integer.bitLength() < Integer.SIZE) {
            return Json.nodes().numberNode(integer.intValue());
        }
        return integer.bitLength() < Long.SIZE
                ? Json.nodes().numberNode(integer.longValue())
                : Json.nodes().numberNode(integer);
    }
}
