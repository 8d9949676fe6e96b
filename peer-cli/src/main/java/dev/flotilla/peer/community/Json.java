package dev.flotilla.peer.community;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Strict JSON (RFC 8259): one value and nothing after it, no member twice, numbers kept exactly, text that UTF-8 can
 * carry, and the bounds of {@link DocumentLimits}. What was read can always be written.
 */
public final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DocumentLimits.READ_NESTING_MAX)
                            .maxNumberLength(DocumentLimits.NUMBER_LENGTH_MAX)
                            .maxStringLength(DocumentLimits.DOCUMENT_BYTES_MAX)
                            .maxNameLength(DocumentLimits.DOCUMENT_BYTES_MAX)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private Json() {}

    /** A new, empty object, for its maker to fill. */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** The node factory to make nodes with. */
    public static JsonNodeFactory nodes() {
        return MAPPER.getNodeFactory();
    }

    /** Where a value is read from. */
    @FunctionalInterface
    private interface Source {
        JsonNode read() throws IOException;
    }

    /**
     * Reads one JSON value.
     *
     * @throws IllegalArgumentException if {@code text} is no such value; the message says where
     */
    public static JsonNode parse(String text) {
        try {
            return read(() -> MAPPER.readTree(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same from UTF-8. */
    public static JsonNode parse(Bytes utf8) {
        try {
            return read(() -> MAPPER.readTree(utf8.toByteArray()));
        } catch (IOException e) {
            throw new IllegalArgumentException("not JSON: " + e.getMessage(), e); // for example malformed UTF-8
        }
    }

    /**
     * The same from a stream of UTF-8, to its end.
     *
     * @throws IOException if the stream cannot be read
     */
    public static JsonNode read(InputStream utf8) throws IOException {
        return read(() -> MAPPER.readTree(utf8));
    }

    private static JsonNode read(Source source) throws IOException {
        try {
            return checked(source.read());
        } catch (JsonProcessingException e) {
            throw malformed(e);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not JSON that is taken here: " + e.getMessage(), e);
        }
    }

    private static JsonNode checked(JsonNode node) {
        if (node.isMissingNode()) {
            throw new IllegalArgumentException("not JSON: there is nothing");
        }
        checkValue(node);
        return node;
    }

    private static void checkValue(JsonNode node) {
        if (node.isTextual()) {
            checkText(node.textValue());
        } else if (node.isBigDecimal()) {
            int exponent = node.decimalValue().precision() - node.decimalValue().scale();
            if (Math.abs((long) exponent) > DocumentLimits.EXPONENT_MAX) {
                throw new IllegalArgumentException("not JSON that is taken here: the number " + node.decimalValue()
                        + " has an exponent beyond " + DocumentLimits.EXPONENT_MAX);
            }
        } else if (node.isObject()) {
            node.properties().forEach(member -> {
                checkText(member.getKey());
                checkValue(member.getValue());
            });
        } else {
            node.forEach(Json::checkValue);
        }
    }

    /** Half a surrogate pair can be written as an escape, but no UTF-8 carries it. */
    private static void checkText(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw new IllegalArgumentException(
                        "not JSON that is taken here: a text has half of a surrogate pair at character " + i);
            }
        }
    }

    private static IllegalArgumentException malformed(JsonProcessingException e) {
        String where = e.getLocation() == null
                ? ""
                : "line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ": ";
        String what = e.getOriginalMessage().lines().findFirst().orElse("malformed");
        return new IllegalArgumentException("not JSON: " + where + what, e);
    }

    /** One line, without blanks, as UTF-8. */
    public static Bytes bytes(JsonNode node) {
        try {
            return Bytes.wrap(MAPPER.writeValueAsBytes(node));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One line, without blanks. */
    public static String line(JsonNode node) {
        return bytes(node).utf8();
    }

    /** Several lines, for people. */
    public static String pretty(JsonNode node) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
